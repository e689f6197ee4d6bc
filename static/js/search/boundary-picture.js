/** Small picture of the boundary of a network or of a mean of networks, as the server tells it. */

import { createBoundaryMap } from "plot/boundary-map";
import { createPixels, moveRange } from "plot/maps";

/** Outputs of these lie between 0 and 1. */
const PROBABILITIES = [null, "binary_crossentropy"];

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {{paint: Function}}
 */
export function createBoundaryPicture(canvas) {
  let pixels = null;
  let map = null;

  /**
   * @param {{boundary: string, shape: number[], range: number[]}} told base64 of bytes over the range
   * @param {{palette: any, discretize: boolean, task: Task, loss: string|null}} how
   */
  function paint({ boundary, shape, range }, { palette, discretize, task, loss }) {
    const [outputs, side] = shape;
    const wide = 2 * side - 1;
    if (pixels?.width !== wide) pixels = createPixels(wide, wide, canvas);
    if (map?.side !== side) map = { side, ...createBoundaryMap(side) };
    const bytes = Uint8Array.from(atob(boundary), (letter) => letter.charCodeAt(0));
    const isShare = task !== "regression" && (outputs > 1 || PROBABILITIES.includes(loss));
    const whole = isShare ? [0, 1] : range;
    const data = isShare ? moveRange(bytes, range, whole) : bytes;
    map.paint(pixels, { arrays: { boundary: { data, shape: [outputs, side, side] } }, meta: { boundary_range: whole } }, palette, discretize);
  }

  return { paint };
}
