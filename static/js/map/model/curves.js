/** Loss curves of all cells of a map, kept from the frames that came. */

import { readMap } from "map/model/reading";

/** So many points a curve has at most; when there are more, every second one goes. */
const MOST = 96;

/** @returns {{take: Function, follow: Function, curveOf: Function, clear: () => void, size: () => number}} */
export function createCurves() {
  let cells = 0;
  let epochs = [];
  /** @type {Float32Array[]} for each epoch train and test loss of each cell */
  let losses = [];
  let apart = 0;
  /** How far a recording has been followed. */
  let at = -1;

  function empty() {
    epochs = [];
    losses = [];
    apart = 0;
  }

  function clear() {
    empty();
    at = -1;
  }

  /**
   * Takes what a frame tells; an epoch that has been seen already is left out, an earlier one begins anew.
   *
   * @param {MapFrame} map
   */
  function take({ epoch, cells: numbers, count }) {
    if (count !== cells || epoch < (epochs.at(-1) ?? 0)) empty();
    cells = count;
    const last = epochs.at(-1);
    if (last !== undefined && (epoch === last || epoch < last + apart)) return;
    const row = new Float32Array(2 * count);
    for (let at = 0; at < count; at += 1) {
      row[2 * at] = numbers[6 * at];
      row[2 * at + 1] = numbers[6 * at + 1];
    }
    epochs.push(epoch);
    losses.push(row);
    if (epochs.length > MOST) thin();
  }

  /**
   * Takes the frames of a recording up to one; going back begins anew.
   *
   * @param {{frames: Frame[], index: number}} recorded
   * @param {Sweep} sweep the map whose frames count
   */
  function follow({ frames, index }, sweep) {
    if (index < at) clear();
    while (at < index) {
      at += 1;
      const map = frames[at].sweep === sweep.of ? readMap(frames[at], sweep) : null;
      if (map?.cells) take(map);
    }
  }

  function thin() {
    epochs = epochs.filter((_, i) => i % 2 === 0);
    losses = losses.filter((_, i) => i % 2 === 0);
    apart = (epochs.at(-1) - epochs[0]) / (epochs.length - 1);
  }

  /**
   * @param {number} at the cell
   * @returns {{epochs: number[], train: number[], test: number[]}} NaN where it had diverged
   */
  function curveOf(at) {
    return { epochs: [...epochs], train: losses.map((row) => row[2 * at]), test: losses.map((row) => row[2 * at + 1]) };
  }

  return { take, follow, curveOf, clear, size: () => epochs.length };
}
