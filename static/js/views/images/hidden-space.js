/** Hidden space of a layer: scatter plot of test images in its principal components. */

import { createChoice } from "controls/choice";
import { createToggle } from "controls/toggle";
import { h } from "lib/dom";
import { createCloud } from "images/cloud";
import { createDigitCard } from "images/digit-card";
import { createFlatCloud } from "images/flat-cloud";
import { className } from "spec/data-sets";
import { canDrawSolid, createSolidCloud } from "images/solid-cloud";
import { whenPlotly } from "plot/plotly";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

/** Milliseconds between two pictures; WebGL takes 25 ms for one, the canvas 4. */
const PERIODS = { 2: 100, 3: 250 };
/** A hand may slip so far in a click. */
const SLIP = 6;

/** @returns {{update, resize, destroy}} */
export function create(place, context) {
  const { store, library } = context;
  const layer = createChoice(
    { label: word("label.space"), help: word("help.space"), path: "space" },
    { options: [], onInput: (value) => store.set({ images: { space: Number(value) } }) });
  const solidSwitch = createToggle(
    { label: word("label.dimensions"), help: word("help.dimensions"), path: "dimensions" },
    { onInput: (on) => store.set({ images: { dimensions: on ? 3 : 2 } }) });
  const flatPlace = h("div.cloud");
  const solidPlace = h("div.cloud");
  const note = h("p.cloud-note", { role: "status", hidden: true }, word("space.noWebgl"));
  const map = h("div.space-map", {
    on: { pointerdown: press, pointermove: point, pointerleave: leave, click: choose },
  }, flatPlace, solidPlace, note);
  const legend = h("div.space-legend", { role: "group", "aria-label": word("space.classes") });
  const element = h("div.space", {},
    h("div.space-head", {}, layer.element, h("span.spacer"), solidSwitch.element), map, legend);
  place.append(element);
  const card = createDigitCard(map, context);
  const cloud = createCloud();
  const hidden = new Set();
  const throttles = Object.fromEntries(Object.entries(PERIODS).map(([dimensions, period]) =>
    [dimensions, createThrottle(period, show)]));
  let plotly = null;
  const views = { 2: null, 3: null };
  /** Whether there is WebGL; known once it has been needed. */
  let able = null;
  let labels = null;
  let asked = null;
  let space = null;
  let predictions = null;
  let pointer = null;
  let pointed = null;
  let pressed = null;
  let chosen = null;
  let gone = false;

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) show();
  });

  const visible = () => map.clientWidth > 0 && map.clientHeight > 0;

  /** What the drawings look at. */
  function look() {
    const { appearance: { palette }, images: { set: images, camera } } = store.get();
    return {
      cloud, palette, hidden, camera, chosen,
      names: images.classes.map((_, k) => className(images, k)),
    };
  }

  function update({ arrays }) {
    if (arrays.predictions) predictions = arrays.predictions.data;
    if (!arrays.space) return;
    space = arrays.space;
    throttles[store.get().images.dimensions].offer();
  }

  async function show() {
    const { images: { set: images, dimensions }, appearance: { palette } } = store.get();
    if (!plotly || !palette || !images || !space || !visible()) return;
    if (asked !== images.name) await askForLabels(images.name);
    if (!labels || gone || asked !== store.get().images.set?.name) return;
    const view = viewOf(dimensions);
    if (!view) return;
    cloud.take(space, labels, images.classes.length);
    view.show();
  }

  async function askForLabels(name) {
    asked = name;
    labels = null;
    labels = await library.labels("test").catch(() => null);
    if (!labels) asked = null;
  }

  function viewOf(dimensions) {
    if (dimensions === 2) views[2] ??= createFlatCloud(flatPlace, plotly, look);
    else if (!views[3] && (able ??= canDrawSolid())) {
      views[3] = createSolidCloud(solidPlace, plotly, look, {
        onPoint: showPoint, onCamera: (camera) => store.set({ images: { camera } }),
      });
    }
    note.hidden = Boolean(views[dimensions]);
    return views[dimensions];
  }

  function point(event) {
    pointer = { clientX: event.clientX, clientY: event.clientY };
    if (store.get().images.dimensions === 2 && views[2]) showPoint(views[2].find(pointer));
  }

  function showPoint(row) {
    pointed = row;
    map.classList.toggle("pointing", row !== null);
    if (row === null || !pointer) card.hide();
    else card.show(row, predictions?.[row] ?? null, pointer);
  }

  function leave() {
    pointer = null;
    showPoint(null);
  }

  function press({ clientX, clientY }) {
    pressed = { clientX, clientY };
  }

  /** A click chooses; what ends a turn of the cloud is none. */
  function choose(event) {
    if (Math.hypot(event.clientX - pressed?.clientX, event.clientY - pressed?.clientY) > SLIP) return;
    point(event);
    if (pointed !== null) store.set({ images: { digit: { part: "test", row: pointed } } });
  }

  /** The selected image has a ring, if it is in the cloud. */
  function followDigit({ images: { digit } }) {
    const row = digit.part === "test" ? digit.row : null;
    if (row === chosen) return;
    chosen = row;
    show();
  }

  function makeLegend({ appearance: { palette }, images: { set: images } }) {
    if (!palette || !images) return;
    const focused = [...legend.children].indexOf(document.activeElement);
    legend.replaceChildren(...images.classes.map((_, k) => {
      const dot = h("span.class-dot");
      dot.style.background = palette.classes[k];
      return h("button.class-chip", {
        type: "button", "aria-pressed": String(!hidden.has(k)), data: { class: k },
        on: { click: () => toggle(k) },
      }, dot, className(images, k));
    }));
    if (focused >= 0) legend.children[focused]?.focus();
  }

  function toggle(k) {
    if (!hidden.delete(k)) hidden.add(k);
    legend.children[k].setAttribute("aria-pressed", String(!hidden.has(k)));
    show();
  }

  function listLayers({ run: { spec }, images: { space: chosen } }) {
    if (!spec) return;
    const { layers } = spec;
    layer.setOptions([["0", word("space.pixels")],
      ...layers.map(({ units }, i) => [String(i + 1), word("space.layer", { layer: i + 1, units })]),
      [String(layers.length + 1), word("space.logits")]]);
    layer.update(String(Math.min(chosen ?? layers.length, layers.length + 1)));
  }

  function turn({ images: { dimensions } }) {
    solidSwitch.update(dimensions === 3);
    flatPlace.hidden = dimensions === 3;
    solidPlace.hidden = dimensions === 2;
    note.hidden = true;
    showPoint(null);
    show();
  }

  const unwatch = [
    store.watch(["images.dimensions"], turn),
    store.watch(["appearance.palette", "images.set"], makeLegend),
    store.watch(["appearance.palette", "images.set"], show),
    store.watch(["images.digit"], followDigit),
    store.watch(["run.spec", "images.space"], listLayers),
  ];

  function destroy() {
    gone = true;
    unwatch.forEach((stop) => stop());
    Object.values(throttles).forEach((throttle) => throttle.cancel());
    Object.values(views).forEach((view) => view?.destroy());
    element.remove();
  }

  return { update, resize: show, destroy };
}
