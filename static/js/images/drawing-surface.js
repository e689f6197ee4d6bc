/** Drawing surface for mouse, pen or finger. */

import { h, pixelRatio } from "lib/dom";
import { drawStrokes, PENS, sidesOf } from "images/pen";

/**
 * @param {Store} store its `strokes` are what is drawn, by its `pen`
 * @param {{label: string, onDraw: (strokes: [number, number][][]) => void}} parts `onDraw` is told
 *   all strokes, the unfinished one too, at most once for each picture of the screen
 * @returns {{element: HTMLElement, paint: Function, destroy: Function}}
 */
export function createDrawingSurface(store, { label, onDraw }) {
  const canvas = h("canvas.paper-canvas", {
    role: "img", "aria-label": label,
    on: { pointerdown: press, pointermove: follow, pointerup: lift, pointercancel: lift },
  });
  const element = h("div.paper", {}, canvas);
  let pointer = null;
  let stroke = null;
  let request = 0;

  function press(event) {
    if (event.button !== 0) return;
    // A pen draws although a palm already lies on the screen.
    if (pointer !== null && event.pointerType !== "pen") return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    stroke = [placeOf(event)];
    // A dot is ink, too.
    stroke.push(stroke[0]);
    schedule();
  }

  function follow(event) {
    if (event.pointerId !== pointer) return;
    // All places that the pen passed since the last event; known only on secure pages.
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) stroke.push(placeOf(one));
    schedule();
  }

  function lift(event) {
    if (event.pointerId !== pointer) return;
    const done = stroke;
    pointer = stroke = null;
    store.set({ images: { strokes: [...store.get().images.strokes, done] } });
  }

  function placeOf({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const longest = Math.max(box.width, box.height);
    return [(clientX - box.left) / longest, (clientY - box.top) / longest];
  }

  function schedule() {
    if (!request) request = requestAnimationFrame(show);
  }

  function show() {
    request = 0;
    const strokes = all();
    paint();
    onDraw(strokes);
  }

  function all() {
    const { images: { strokes } } = store.get();
    return stroke ? [...strokes, stroke] : strokes;
  }

  function paint() {
    const { appearance: { palette }, images: { pen } } = store.get();
    if (!palette || canvas.clientWidth === 0) return;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * pixelRatio()));
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    drawStrokes(canvas.getContext("2d"), all(), { colour: palette.ink, width: PENS[pen] });
  }

  /** The paper is as wide for its height as the images are. */
  function shape({ images: { set: images } }) {
    if (!images) return;
    const [width, height] = sidesOf(images.shape);
    element.style.aspectRatio = width / height;
    paint();
  }

  const unwatch = [store.watch(["appearance.palette"], paint), store.watch(["images.set"], shape), store.watch(["images.strokes", "images.pen"], schedule)];

  function destroy() {
    cancelAnimationFrame(request);
    unwatch.forEach((stop) => stop());
  }

  return { element, paint, destroy };
}
