/** Names of weights as choices: for each layer the weights of its units, then their biases. */

import { listPieces, namePiece, piecesOf, widthsOf } from "spec/weights";
import { inputsOf } from "spec/inputs";
import { word } from "lib/words";

/** More weights than this are no choice that anybody goes through. */
const MOST = 1200;

/**
 * Lists the weights of a network, those of the first layers where it has too many.
 *
 * @param {Object} spec
 * @param {number} outputs units of the output layer
 * @returns {[string, string][]} values and texts for a choice
 */
export function listWeights(spec, outputs) {
  const [widths, pieces] = [widthsOf(spec, outputs), listPieces(spec)];
  const weights = [];
  for (let layer = 0; layer < widths.length - 1 && weights.length < MOST; layer += 1) {
    for (let to = 0; to < widths[layer + 1] * (pieces[layer] ?? 1); to += 1) {
      for (let from = 0; from < widths[layer]; from += 1) weights.push({ layer, from, to });
      weights.push({ layer, from: "bias", to });
    }
  }
  return weights.slice(0, MOST).map((weight) => [writeWeight(weight), nameWeight(spec, weight)]);
}

/** A weight as the value of a choice. */
export function writeWeight({ layer, from, to }) {
  return `${layer} ${from} ${to}`;
}

/** The weight that a value of a choice is. */
export function readWeight(text) {
  const [layer, from, to] = text.split(" ");
  return { layer: Number(layer), from: from === "bias" ? "bias" : Number(from), to: Number(to) };
}

/**
 * What a weight is called.
 *
 * @param {Object} spec
 * @param {{layer: number, from: number|"bias", to: number}} weight
 */
export function nameWeight(spec, { layer, from, to }) {
  const target = layer === spec.layers.length ? nameOutput(to) : nameSum(spec.layers[layer], layer, to);
  if (from === "bias") return word("readout.bias", { to: target });
  const source = layer === 0 ? word(`feature.${inputsOf(spec)[from]}`) : word("unit.name", { layer, unit: from + 1 });
  return word("landscape.weight", { from: source, to: target });
}

function nameSum({ units, activation }, layer, to) {
  const name = word("unit.name", { layer: layer + 1, unit: (to % units) + 1 });
  return namePiece(name, Math.floor(to / units), piecesOf(activation));
}

function nameOutput(to) {
  return to === 0 ? word("network.output") : word("landscape.output", { unit: to + 1 });
}
