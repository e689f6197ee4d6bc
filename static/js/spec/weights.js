/** Index of each weight in a frame's flat `weights`. */

import { inputsOf } from "spec/inputs";

/** Units of each layer, from the inputs to the output. */
export function widthsOf(spec, outputs) {
  return [inputsOf(spec).length, ...spec.layers.map((layer) => layer.units), outputs];
}

/**
 * @param {number[]} widths units of each layer
 * @returns {{layers: {start, inputs, outputs}[], count: number}} kernels row by
 *   row, then the bias, layer by layer
 */
export function indexWeights(widths) {
  const layers = [];
  let start = 0;
  for (let i = 1; i < widths.length; i += 1) {
    const [inputs, outputs] = [widths[i - 1], widths[i]];
    layers.push({ start, inputs, outputs });
    start += (inputs + 1) * outputs;
  }
  return { layers, count: start };
}

/** Place of the weight from `from` (a number or "bias") to `to`. */
export function placeOf({ start, inputs, outputs }, from, to) {
  return start + (from === "bias" ? inputs : from) * outputs + to;
}

/** Where hidden unit `unit` of `layer` stands among all hidden units. */
export function unitIndex(spec, layer, unit) {
  let index = unit;
  for (let i = 0; i < layer; i += 1) index += spec.layers[i].units;
  return index;
}
