/** Drawing panel: predicts while the pen moves. */

import { createRadios } from "controls/radios";
import { createToggle } from "controls/toggle";
import { h, icon } from "lib/dom";
import { createPrediction } from "images/prediction";
import { createDrawingEncoder } from "images/drawing-bytes";
import { createDrawingSurface } from "images/drawing-surface";
import { PENS } from "images/pen";
import { word } from "lib/words";

const BACK = ["M6 3L2.5 6.5 6 10", "M2.5 6.5h7a4 4 0 0 1 0 8H6"];
/** A drawing is sent again at the latest after so long, also when no frame has answered it. */
const PATIENCE = 250;

/** @returns {{update, resize, destroy}} */
export function create(place, context) {
  const { store } = context;
  const toInk = createDrawingEncoder();
  const paper = createDrawingSurface(store, { label: word("draw.paper"), onDraw: offer });
  const invitation = h("p.paper-invitation", { "aria-hidden": "true" }, word("draw.here"));
  paper.element.append(invitation);
  const undo = h("button.icon-button", {
    type: "button", "aria-label": word("action.undoStroke"),
    data: { action: "undoStroke", help: word("help.undoStroke") },
    on: { click: () => store.set({ images: { strokes: store.get().images.strokes.slice(0, -1) } }) },
  }, icon(...BACK));
  const clear = h("button.button.small", {
    type: "button", data: { action: "clearDrawing" },
    on: { click: () => store.set({ images: { strokes: [] } }) },
  }, word("action.clearDrawing"));
  const pens = createRadios(
    { name: "pen", label: word("label.pen"), help: word("help.pen") },
    {
      value: store.get().images.pen,
      options: Object.keys(PENS).map((pen) => [pen, word(`pen.${pen}`)]),
      onInput: (pen) => store.set({ images: { pen } }),
    });
  const raw = createToggle(
    { label: word("label.unprepared"), help: word("help.unprepared"), path: "unprepared" },
    { onInput: (unprepared) => store.set({ images: { unprepared } }) });
  const prediction = createPrediction(context);
  const element = h("div.draw", {}, paper.element,
    h("div.draw-tools", {}, pens, clear, undo), prediction.element, raw.element);
  place.append(element);
  let drawn = [];
  let changed = false;
  let awaited = 0;
  let shape = "";
  let sample = { part: "test", row: 0 };

  /** Takes what is drawn; it goes out as fast as frames come back. */
  function offer(strokes) {
    drawn = strokes;
    invitation.hidden = strokes.length > 0;
    changed = true;
    if (store.get().images.digitTab === "draw" && !awaited) send();
  }

  function send() {
    changed = false;
    clearTimeout(awaited);
    awaited = setTimeout(arrive, PATIENCE);
    const { images: { pen, unprepared, set: images } } = store.get();
    if (!images) return;
    const ink = toInk(drawn, { pen, fitted: !unprepared, shape: images.shape });
    store.set({ images: { digit: { ...ink, prepared: !unprepared } } });
  }

  function update(frame) {
    arrive();
    if (element.clientWidth > 0) prediction.update(frame);
  }

  function resize() {
    paper.paint();
    prediction.paint();
  }

  /** A frame has come, or none will. */
  function arrive() {
    clearTimeout(awaited);
    awaited = 0;
    if (changed && store.get().images.digitTab === "draw") send();
  }

  function followTab({ images: { digitTab, digit } }) {
    if (digitTab === "draw" && !digit.ink) send();
    else if (digitTab !== "draw" && digit.ink) store.set({ images: { digit: sample } });
  }

  /** An image of the set that is chosen elsewhere takes the place of the drawing. */
  function followDigit({ images: { digit, digitTab } }) {
    if (digit.ink) return;
    sample = digit;
    if (digitTab === "draw") store.set({ images: { digitTab: "choose" } });
  }

  /** Images of another shape are drawn on other paper. */
  function followSet({ images: { set: images, digit } }) {
    const before = shape;
    shape = String(images?.shape);
    if (digit.ink && before && shape !== before) offer(drawn);
  }

  const unwatch = [
    store.watch(["images.set"], followSet),
    store.watch(["images.digit"], followDigit),
    store.watch(["images.digitTab"], followTab),
    store.watch(["images.unprepared"], ({ images: { unprepared } }) => {
      raw.update(unprepared);
      offer(drawn);
    }),
    store.watch(["images.strokes"], ({ images: { strokes } }) => {
      undo.disabled = clear.disabled = strokes.length === 0;
    }),
  ];

  function destroy() {
    clearTimeout(awaited);
    unwatch.forEach((stop) => stop());
    paper.destroy();
    prediction.destroy();
    element.remove();
  }

  return { update, resize, destroy };
}
