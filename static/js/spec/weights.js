/**
 * Index of each weight in a frame's flat `weights`, and the weighted sums that weights lead to: one for
 * each unit, but a maxout unit has several pieces, and hands on the largest. A layer has the sums of all
 * first pieces, then those of all second ones.
 */

import { word } from "lib/words";
import { inputsOf } from "spec/inputs";

/** @type {Record<string, number>} weighted sums of each unit, of activations that have several */
let known = {};

/** Takes them out of what `GET /api/schema` answers; until then all units have one sum. */
export function learnPieces(schema) {
  known = schema.pieces ?? {};
}

/** Pieces of the units that have an activation. */
export function piecesOf(activation) {
  return known[activation] ?? 1;
}

/**
 * Pieces of the units of each hidden layer.
 *
 * @param {{layers: {activation: string}[]}} spec
 * @returns {number[]}
 */
export function listPieces({ layers }) {
  return layers.map(({ activation }) => piecesOf(activation));
}

/** The weighted sums of a unit: one for each piece. */
export function sumsOfUnit(unit, units, pieces) {
  return Array.from({ length: pieces }, (_, piece) => unit + piece * units);
}

/**
 * What a weighted sum is called: as its unit, and by its piece where there are several.
 *
 * @param {string} name of the unit
 * @param {number} piece
 * @param {number} pieces
 */
export function namePiece(name, piece, pieces) {
  return pieces > 1 ? word("unit.piece", { name, piece: piece + 1 }) : name;
}

/** Units of each layer, from the inputs to the output. */
export function widthsOf(spec, outputs) {
  return [inputsOf(spec).length, ...spec.layers.map((layer) => layer.units), outputs];
}

/**
 * @param {number[]} widths units of each layer
 * @param {number[]} [pieces] of the units of each hidden layer; 1 where nothing is said
 * @returns {{layers: {start: number, inputs: number, outputs: number, units: number}[], count: number}}
 *   kernels row by row, then the bias, layer by layer; `outputs` are the weighted sums of the `units`
 */
export function indexWeights(widths, pieces = []) {
  const layers = [];
  let start = 0;
  for (let i = 1; i < widths.length; i += 1) {
    const [inputs, units] = [widths[i - 1], widths[i]];
    const outputs = units * (pieces[i - 1] ?? 1);
    layers.push({ start, inputs, outputs, units });
    start += (inputs + 1) * outputs;
  }
  return { layers, count: start };
}

/** Place of the weight from `from` (a number or "bias") to the weighted sum `to`. */
export function placeOf({ start, inputs, outputs }, from, to) {
  return start + (from === "bias" ? inputs : from) * outputs + to;
}

/** Where hidden unit `unit` of `layer` stands among all hidden units. */
export function unitIndex(spec, layer, unit) {
  let index = unit;
  for (let i = 0; i < layer; i += 1) index += spec.layers[i].units;
  return index;
}
