/** Notation of formulas: numbers and symbols as mathematics writes them. Pure. */

import { inputsOf } from "spec/inputs";
import { word } from "lib/words";

const LOWERED = "₀₁₂₃₄₅₆₇₈₉";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const DIGITS = 4;

/** A number of a formula: four digits that count, and powers of ten where it is tiny or huge. */
export function formatFigure(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-3) {
    const [digits, power] = value.toExponential(DIGITS - 1).split("e");
    const sign = power.startsWith("-") ? "⁻" : "";
    return minus(`${trim(digits)}·10${sign}${spell(power.replace(/[+-]/, ""), RAISED)}`);
  }
  return minus(size >= 1000 ? value.toFixed(0) : trim(value.toFixed(Math.min(6, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(size)))))));
}

/** The same, short enough for a tile or a link. */
export function formatShort(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e4 || size < 5e-4) {
    const [digits, power] = value.toExponential(0).split("e");
    return minus(`${digits}e${Number(power)}`);
  }
  return minus(size < 0.1 ? value.toFixed(3) : size < 10 ? value.toFixed(2) : value.toFixed(size < 100 ? 1 : 0));
}

/** A number as a factor or a summand: in brackets where it is negative. */
export function bracket(value) {
  const text = formatFigure(value);
  return value < 0 ? `(${text})` : text;
}

/** A sum of products, shortened in the middle where there are many. */
export function joinTerms(terms, most = 6) {
  if (terms.length <= most) return terms.join(" + ");
  return [...terms.slice(0, most - 2), "…", ...terms.slice(-1)].join(" + ");
}

/**
 * The symbol of a number of a unit, such as a⁽¹⁾₃.
 *
 * @param {string} letter
 * @param {{spec: Spec, last: number, widths: number[], sums: number[]}} description
 * @param {number} column
 * @param {number} at the unit, or the weighted sum
 */
export function symbolOf(letter, { spec, last, widths, sums }, column, at) {
  const [unit, piece] = [at % widths[column], Math.floor(at / widths[column])];
  const isPiece = "zsŝ".includes(letter) && sums[column] > widths[column];
  if (column === 0 && "ha".includes(letter)) return word(`feature.${inputsOf(spec)[unit]}`);
  const number = column === last && widths[last] === 1 ? "" : spell(unit + 1, LOWERED);
  if (column === last && "ha".includes(letter)) return `ŷ${number}`;
  const layer = column === last ? "⁽ᵒᵘᵗ⁾" : `⁽${spell(column, RAISED)}⁾`;
  return `${letter}${layer}${number}${isPiece ? `,${spell(piece + 1, LOWERED)}` : ""}`;
}

/** The symbol of what a unit hands on: its activation, or what dropout makes of it. */
export function symbolOfUnit(step, column, unit) {
  const dropout = column > 0 && column < step.last && step.spec.layers[column - 1].dropout > 0;
  return symbolOf(dropout ? "h" : "a", step, column, unit);
}

/**
 * The symbol of a weight, such as w⁽¹⁾₂₃, from unit 2 to unit 3 of layer 1; or of a bias. The piece of a
 * unit that has several is named last: w⁽¹⁾₂,₃,₁.
 */
export function symbolOfWeight({ last, widths, sums }, { layer, from, to: sum }) {
  const units = widths[layer + 1];
  const to = sum % units;
  const piece = sums[layer + 1] > units ? `,${spell(Math.floor(sum / units) + 1, LOWERED)}` : "";
  const raised = layer + 1 === last ? "⁽ᵒᵘᵗ⁾" : `⁽${spell(layer + 1, RAISED)}⁾`;
  if (from === "bias") return `b${raised}${spell(to + 1, LOWERED)}${piece}`;
  const between = piece || from > 8 || to > 8 ? "," : "";
  return `w${raised}${spell(from + 1, LOWERED)}${between}${spell(to + 1, LOWERED)}${piece}`;
}

/** The derivative of the loss for something. */
export function slopeFor(symbol) {
  return `∂L/∂${symbol}`;
}

function spell(number, digits) {
  return [...String(number)].map((digit) => digits[digit]).join("");
}

function trim(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

function minus(text) {
  return text.replaceAll("-", "−");
}
