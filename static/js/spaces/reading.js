/** Layer spaces out of a frame: what each of them is, its mesh and its points. Pure. */

import { inputsOf } from "spec/inputs";

/** Places along a side of the mesh over the plane; the engine's number. */
export const MESH = 41;
/** Places of the mesh, which come before the points. */
export const CELLS = MESH * MESH;
/** Numbers of a place. */
export const AXES = 3;
const SURFACE = 4;
/** Pixels along a side of the map of the output. */
const SIDE = 100;
const MIDDLE = 128;

/**
 * The spaces of a frame from the inputs to the output; none if they are of another network.
 *
 * @param {Pick<Frame, "arrays"|"spec">} frame
 * @returns {Space[]}
 */
export function readSpaces({ arrays, spec }) {
  if (!arrays.layer_spaces) return [];
  const { layer_spaces: { data: places }, layer_spaces_variance: { data: shares }, layer_spaces_output: output } = arrays;
  const [outputs] = output.shape;
  const widths = [inputsOf(spec).length, ...spec.layers.map(({ units }) => units), outputs];
  const size = places.length / widths.length;
  if (shares.length !== AXES * widths.length || !Number.isInteger(size / AXES)) return [];
  const last = widths.length - 1;
  return widths.map((units, i) => ({
    kind: i === 0 ? "inputs" : i === last ? "output" : "layer",
    layer: i - 1,
    units,
    axes: Math.min(units, AXES),
    places: places.subarray(i * size, (i + 1) * size),
    points: size / AXES - CELLS,
    shares: [...shares.subarray(i * AXES, (i + 1) * AXES)],
    surfaces: i === last - 1
      ? Array.from({ length: outputs }, (_, k) => [...output.data.subarray(k * SURFACE, (k + 1) * SURFACE)]) : [],
  }));
}

/**
 * What the network answers at each place of the mesh: its class, or whether the output is not
 * below the middle of its range.
 *
 * @param {{data: Uint8Array, shape: number[]}} boundary
 * @returns {Uint8Array}
 */
export function readAnswers({ data, shape: [outputs] }) {
  const answers = new Uint8Array(CELLS);
  const pixel = (i) => Math.round((i * (SIDE - 1)) / (MESH - 1));
  for (let cell = 0; cell < CELLS; cell += 1) {
    const at = pixel(Math.floor(cell / MESH)) * SIDE + pixel(cell % MESH);
    if (outputs === 1) {
      answers[cell] = data[at] >= MIDDLE ? 1 : 0;
      continue;
    }
    for (let k = 1; k < outputs; k += 1) {
      if (data[k * SIDE * SIDE + at] > data[answers[cell] * SIDE * SIDE + at]) answers[cell] = k;
    }
  }
  return answers;
}
