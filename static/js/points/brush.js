/** Brush: paints and erases points by mouse, pen or finger. */

import { MOST } from "points/custom-points";
import { createStroke } from "points/strokes";

const ERASER_BUTTON = 5;

/**
 * @param {HTMLElement} box the plane's element
 * @param {Object} plane
 * @param {{store: Store, customPoints: Object}} context
 * @returns {{destroy: () => void}}
 */
export function createBrush(box, plane, { store, customPoints }) {
  let pointer = null;
  let stroke = null;

  function begin(event) {
    const { points: { painting, brush } } = store.get();
    if (!painting || pointer !== null) return;
    const erases = event.button === ERASER_BUTTON;
    if (event.button !== 0 && !erases) return;
    event.preventDefault();
    box.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    stroke = createStroke({ ...brush, erase: brush.erase || erases });
    customPoints.begin();
    apply([event]);
    follow(event);
  }

  function move(event) {
    if (!store.get().points.painting) return;
    follow(event);
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents();
    apply(between.length ? between : [event]);
  }

  /** Takes the pointer's places in; those outside of the plane are left out. */
  function apply(events) {
    const before = store.get().points.custom;
    let points = before;
    for (const event of events) {
      const place = plane.placeOf(event);
      if (place) points = stroke.apply(points, place);
    }
    if (points.length > MOST) points = points.slice(0, MOST);
    if (points !== before && !(points.length === MOST && before.length === MOST)) customPoints.change(points);
  }

  function end(event) {
    if (event.pointerId !== pointer) return;
    pointer = null;
    stroke = null;
    customPoints.send();
    if (event.pointerType === "touch") plane.showRing(null);
  }

  function follow(event) {
    const { points: { brush } } = store.get();
    plane.showRing(plane.placeOf(event), brush.radius);
  }

  function leave(event) {
    if (event.pointerId !== pointer) plane.showRing(null);
  }

  const listeners = {
    pointerdown: begin, pointermove: move, pointerup: end, pointercancel: end, pointerleave: leave,
  };
  for (const [type, listener] of Object.entries(listeners)) box.addEventListener(type, listener);

  const unwatch = store.watch(["points.painting"], ({ points: { painting } }) => {
    box.classList.toggle("painting", painting);
    if (!painting) plane.showRing(null);
  });

  function destroy() {
    unwatch();
    for (const [type, listener] of Object.entries(listeners)) box.removeEventListener(type, listener);
  }

  return { destroy };
}
