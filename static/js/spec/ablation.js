/** Units and links that are switched off to be compared; nothing of the network changes. Pure. */

import { indexWeights, placeOf } from "spec/weights";

/** @typedef {{units: Unit[], links: Link[]}} Ablation */

/** Whether anything is switched off. */
export function isAblated({ units, links }) {
  return units.length + links.length > 0;
}

const isUnit = (a) => (b) => a.layer === b.layer && a.unit === b.unit;
const isLink = (a) => (b) => a.layer === b.layer && a.from === b.from && a.to === b.to;

/** @returns {boolean} */
export function isUnitOff({ units }, unit) {
  return units.some(isUnit(unit));
}

/** @returns {boolean} */
export function isLinkOff({ links }, link) {
  return links.some(isLink(link));
}

/** Switches a unit off, or on again. */
export function switchUnit(ablation, { layer, unit }) {
  return { units: toggle(ablation.units, { layer, unit }, isUnit) };
}

/** Switches a weight or bias off, or on again. */
export function switchLink(ablation, { layer, from, to }) {
  return { links: toggle(ablation.links, { layer, from, to }, isLink) };
}

function toggle(list, one, isOne) {
  return list.some(isOne(one)) ? list.filter((other) => !isOne(one)(other)) : [...list, one];
}

/**
 * What of it is switched off, out of the array `ablation_off` of a frame.
 *
 * @param {ArrayLike<number>} rows
 * @returns {Ablation}
 */
export function readAblation(rows) {
  const units = [];
  const links = [];
  for (let at = 0; at < rows.length; at += 3) {
    const [layer, from, to] = [rows[at], rows[at + 1], rows[at + 2]];
    if (to < 0) units.push({ layer, unit: from });
    else links.push({ layer, from: from < 0 ? "bias" : from, to });
  }
  return { units, links };
}

/**
 * The weights of a frame with 0 in place of those that are switched off: of a unit all that it hands on.
 *
 * @param {Float32Array} weights
 * @param {number[]} widths units of each layer
 * @param {Ablation} ablation
 * @param {number[]} [pieces] of the units of each hidden layer
 * @returns {Float32Array} the weights themselves where nothing is
 */
export function zeroWeights(weights, widths, ablation, pieces = []) {
  if (!isAblated(ablation)) return weights;
  const { layers } = indexWeights(widths, pieces);
  const shown = weights.slice();
  for (const { layer, unit } of ablation.units) {
    const next = layers[layer + 1];
    if (next && unit < next.inputs) shown.fill(0, placeOf(next, unit, 0), placeOf(next, unit, 0) + next.outputs);
  }
  for (const { layer, from, to } of ablation.links) {
    const own = layers[layer];
    if (own && to < own.outputs && (from === "bias" || from < own.inputs)) shown[placeOf(own, from, to)] = 0;
  }
  return shown;
}

/**
 * The layers without the units that are switched off, with their origin, as an edit.
 *
 * @returns {?{layers: Layer[], origin: Array}} null where a layer would have no unit left
 */
export function removeUnits(layers, units) {
  const kept = layers.map((layer, i) =>
    Array.from({ length: layer.units }, (_, unit) => unit).filter((unit) => !isUnitOff({ units }, { layer: i, unit })));
  if (kept.some((rest) => rest.length === 0)) return null;
  return {
    layers: layers.map((layer, i) => ({ ...layer, units: kept[i].length })),
    origin: kept.map((rest, i) => [i, rest]),
  };
}
