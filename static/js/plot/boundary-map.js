/** Paints the decision boundary, on the page and in pictures. */

import { paintClass, paintClasses, paintOutput, refine } from "plot/maps";

const SIDE = 100;

/** Pixels along a side of the map. */
export const FINE = 2 * SIDE - 1;

/**
 * @param {number} [side] places along a side of the boundary
 * @returns {{paint: Function, paintOne: Function}} both paint a frame's boundary on pixels of
 *   2 side - 1 a side, `paintOne` the probability of one of several classes
 */
export function createBoundaryMap(side = SIDE) {
  const wide = 2 * side - 1;
  let fine = new Uint8Array(0);

  function paint(pixels, frame, palette, discretize) {
    const { boundary } = frame.arrays;
    const [outputs] = boundary.shape;
    for (let k = 0; k < outputs; k += 1) refineOutput(boundary, k);
    if (outputs > 1) paintClasses(pixels, fine, outputs, palette.classLevels, discretize);
    else paintOutput(pixels, fine, frame.meta.boundary_range, palette.diverging, discretize);
  }

  function paintOne(pixels, frame, palette, k) {
    paintClass(pixels, refineOutput(frame.arrays.boundary, k), palette.classLevels[k]);
  }

  function refineOutput({ data, shape }, k) {
    if (fine.length !== shape[0] * wide * wide) fine = new Uint8Array(shape[0] * wide * wide);
    const target = fine.subarray(k * wide * wide, (k + 1) * wide * wide);
    return refine(data.subarray(k * side * side, (k + 1) * side * side), side, target);
  }

  return { paint, paintOne };
}
