/** Paints the decision boundary, on the page and in pictures. */

import { paintClass, paintClasses, paintOutput, refine } from "plot/maps";

const SIDE = 100;

/** Pixels along a side of the map. */
export const FINE = 2 * SIDE - 1;

/**
 * @returns {{paint: Function, paintOne: Function}} both paint a frame's boundary on pixels of
 *   FINE x FINE, `paintOne` the probability of one of several classes
 */
export function createBoundaryMap() {
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
    if (fine.length !== shape[0] * FINE * FINE) fine = new Uint8Array(shape[0] * FINE * FINE);
    const target = fine.subarray(k * FINE * FINE, (k + 1) * FINE * FINE);
    return refine(data.subarray(k * SIDE * SIDE, (k + 1) * SIDE * SIDE), SIDE, target);
  }

  return { paint, paintOne };
}
