/** Paints the newest frame once per animation frame, whatever arrives in between. */

import { carryOver } from "frames";

/**
 * @param {(frame: object) => void} paint
 * @param {() => void} painted told after each painting of a new frame
 * @returns {{show: Function, repaint: Function, start: Function}} nothing is painted
 *   before `start`; what came until then is painted at once
 */
export function createPainter(paint, painted) {
  let pending = null;
  let last = null;
  let request = 0;
  let fresh = false;
  let started = false;

  /** Takes a frame; one that is not painted yet is joined to it. */
  function show(frame) {
    fresh = true;
    join(frame);
  }

  function join(frame) {
    pending = pending ? carryOver(pending, frame) : frame;
    schedule();
  }

  function schedule() {
    if (started && pending && !request) request = requestAnimationFrame(next);
  }

  function start() {
    started = true;
    schedule();
  }

  /** Paints the last frame again, after a change of the view. */
  function repaint() {
    if (last && !pending) join({ ...last, history: [] });
  }

  function next() {
    request = 0;
    last = pending;
    pending = null;
    paint(last);
    if (fresh) painted();
    fresh = false;
  }

  return { show, repaint, start };
}
