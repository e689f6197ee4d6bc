/** Readout of the output under the pointer, or where a finger tapped. */

import { findPoint, describePosition, describePoint } from "plot/readout";
import { createThrottle } from "lib/throttle";

const PERIOD = 100;

/**
 * A mouse is told what it is over; a finger what it has tapped, until it taps elsewhere or the
 * page is scrolled.
 *
 * @param {HTMLElement} picture takes the pointer
 * @param {Object} plane
 * @param {{rows: Function, areOf: Function}} points
 * @param {{store: Store, tooltip, taskOf: (spec: Object) => string}} context
 * @returns {{update: (frame: Object) => void, destroy: () => void}}
 */
export function createPlaneReadout(picture, plane, points, { store, tooltip, taskOf }) {
  let frame = null;
  let pointer = null;
  let byTouch = false;

  function showReadout() {
    const place = pointer && plane.placeOf(pointer);
    if (!place || !frame?.arrays.boundary) {
      tooltip.hide();
      return;
    }
    const rows = points.rows();
    const near = rows && findPoint(rows, place, store.get().view.showTest);
    const text = near === null
      ? describePosition(frame, place)
      : describePoint(rows, near, frame, taskOf(frame.spec), points.areOf(frame));
    tooltip.showAt(text, pointer.clientX, pointer.clientY);
  }

  // The last frame of a paused run is told too, however soon it comes after the pointer.
  const newest = createThrottle(PERIOD, () => pointer && showReadout());

  function follow(event) {
    if (store.get().points.painting) return;
    byTouch = event.pointerType === "touch";
    pointer = { clientX: event.clientX, clientY: event.clientY };
    store.set({ view: { pointsWanted: true } });
    showReadout();
  }

  function leave() {
    if (!pointer) return;
    pointer = null;
    store.set({ view: { pointsWanted: false } });
    tooltip.hide();
  }

  const leaveByMouse = () => byTouch || leave();
  const touchElsewhere = ({ target }) => picture.contains(target) || leave();
  picture.addEventListener("pointermove", follow);
  picture.addEventListener("pointerdown", follow);
  picture.addEventListener("pointerleave", leaveByMouse);
  picture.addEventListener("pointercancel", leave);
  document.addEventListener("pointerdown", touchElsewhere, true);
  window.addEventListener("scroll", leave, { capture: true, passive: true });
  const unwatch = store.watch(["points.painting"], ({ points: { painting } }) => painting && leave());

  function update(next) {
    frame = next;
    if (pointer) newest.offer();
  }

  function destroy() {
    unwatch();
    newest.cancel();
    document.removeEventListener("pointerdown", touchElsewhere, true);
    window.removeEventListener("scroll", leave, { capture: true });
  }

  return { update, destroy };
}
