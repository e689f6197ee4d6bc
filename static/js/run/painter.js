/** Painter: paints the newest frame once per animation frame. */

import { carryOver } from "lib/frames";

/**
 * @param {{paint: (frame: Object) => void, painted: () => void, isUnseen: () => boolean}} parts
 *   `painted` is told after each painting of a new frame; of a page that nobody sees it is
 *   told as frames come, since none are painted
 * @returns {{show: (frame: Frame) => void, repaint: () => void, repaintAll: () => void,
 *   start: () => void, letGo: () => void, lastWhole: () => Frame}} nothing is painted before `start`; what came until then is painted at once
 */
export function createPainter({ paint, painted, isUnseen }) {
  let pending = null;
  let last = null;
  let points = null;
  let request = 0;
  let fresh = false;
  let started = false;

  /** Takes a frame; one that is not painted yet is joined to it. */
  function show(frame) {
    fresh = true;
    join(frame);
    letGo();
  }

  /** Waits no longer for a painting that will not come; the newest frame is kept for later. */
  function letGo() {
    if (isUnseen()) answer();
  }

  function answer() {
    if (fresh) painted();
    fresh = false;
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
    if (last && !pending) join(last);
  }

  /** Paints the last frame for views that have seen none, with the points of an earlier one. */
  function repaintAll() {
    if (!last) return;
    const whole = lastWhole();
    pending = pending ? carryOver(whole, pending) : whole;
    schedule();
  }

  /** The last frame that was painted, whole; null before there is one. */
  function lastWhole() {
    return last && { ...last, arrays: { ...last.arrays, points } };
  }

  function next() {
    request = 0;
    last = pending;
    points = last.arrays.points ?? points;
    pending = null;
    try {
      paint(last);
    } finally {
      // Whoever waits for the answer must not wait for ever.
      answer();
    }
  }

  return { show, repaint, repaintAll, start, letGo, lastWhole };
}
