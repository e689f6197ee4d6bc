/**
 * Word of the address for a map: `map=rate:0.001:3:16:log,units:1:16:16,seeds:5,colour:test_loss`.
 * Axes are said first; one of choices as `activation:relu.tanh`. Pure.
 */

import { MEASURES } from "map/model/colours";
import { PATHS } from "spec/url-state";

/** Words of axes that no setting of the spec has; links live long: words are added, never changed. */
const OWN = { units: "layers.units", depth: "layers.count", activation: "layers.activation", dropout: "layers.dropout" };
const WORDS = { ...PATHS, ...OWN };
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const NAME = /^[a-z0-9_]{1,40}$/;
const MOST_LENGTH = 600;
const LOOKS = ["boundary", ...MEASURES];
const LOG = "log";

/**
 * @param {{axes: MapAxis[], seeds: number, colour: string}} map
 * @returns {string}
 */
export function writeMap({ axes, seeds, colour }) {
  return [
    ...axes.map(writeAxis),
    ...(seeds > 1 ? [`seeds:${seeds}`] : []),
    ...(colour === LOOKS[0] ? [] : [`colour:${colour}`]),
  ].join(",");
}

/**
 * An axis as a part of a word.
 *
 * @param {MapAxis} axis
 */
export function writeAxis(axis) {
  const word = Object.keys(WORDS).find((key) => WORDS[key] === axis.path) ?? axis.path;
  if (axis.values) return `${word}:${axis.values.join(".")}`;
  const { low, high, count, scale } = axis;
  return [word, low, high, count, ...(scale === LOG ? [LOG] : [])].join(":");
}

/**
 * Reads such a word; the server says what is wrong with an axis itself.
 *
 * @param {string} text
 * @returns {{axes: MapAxis[], seeds: number, colour: string}|null} null for what is none
 */
export function readMapText(text) {
  if (text.length > MOST_LENGTH) return null;
  const map = { axes: [], seeds: 1, colour: LOOKS[0] };
  for (const part of text.split(",")) {
    const [word, ...rest] = part.split(":");
    if (word === "seeds" && /^\d{1,2}$/.test(rest[0]) && rest.length === 1) map.seeds = Number(rest[0]);
    else if (word === "colour" && LOOKS.includes(rest[0]) && rest.length === 1) [map.colour] = rest;
    else {
      const axis = readAxis(part);
      if (!axis) return null;
      map.axes.push(axis);
    }
  }
  return map.axes.length === 1 || map.axes.length === 2 ? map : null;
}

/**
 * Reads what `writeAxis` writes.
 *
 * @param {string} part
 * @returns {MapAxis|null} null for what is none
 */
export function readAxis(part) {
  const [word, ...rest] = part.split(":");
  if (!Object.hasOwn(WORDS, word)) return null;
  const path = WORDS[word];
  if (rest.length === 1) {
    const values = rest[0].split(".");
    return values.length > 1 && values.every((value) => NAME.test(value)) ? { path, values } : null;
  }
  const [low, high, count, scale = "linear", ...more] = rest;
  const numbers = [low, high, count].map((text) => (NUMBER.test(text ?? "") ? Number(text) : NaN));
  const fits = numbers.every(Number.isFinite) && Number.isInteger(numbers[2]) && numbers[2] > 1 && numbers[0] < numbers[1];
  if (!fits || more.length || !["linear", LOG].includes(scale) || (scale === LOG && numbers[0] <= 0)) return null;
  return { path, low: numbers[0], high: numbers[1], count: numbers[2], scale: scale === LOG ? "log" : "linear" };
}
