/** Toolbar of the brush: label, eraser, size, and a button that clears the plane. */

import { createSlider } from "controls/slider";
import { h, icon } from "lib/dom";
import { formatWeight } from "lib/format";
import { labelColour } from "plot/palette";
import { countMostClasses } from "spec/data-sets";
import { countClasses, widenTask } from "spec/point-labels";
import { LARGEST, SMALLEST } from "points/strokes";
import { word } from "lib/words";

const ERASER = ["M9.4 3.2l4 4-5.6 5.6H5.2L2.6 10.2z", "M6 6.6l4 4"];
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
/** The least end of the scale of values: a tenth of it is its step. */
const LEAST_VALUE = 1;

/**
 * @param {{store: Store, customPoints: Object, taskOf: (spec: Object) => string}} context
 * @returns {{element: HTMLElement, destroy: () => void}}
 */
export function createToolbar({ store, customPoints, taskOf }) {
  const swatches = h("div.swatch-group", { role: "radiogroup", "aria-label": word("points.tool") });
  const more = h("button.swatch.swatch-more", {
    type: "button", "aria-label": word("action.addClass"),
    data: { help: word("action.addClass"), action: "addClass" }, on: { click: addClass },
  }, icon("M8 3v10M3 8h10"));
  const values = h("div.brush-value");
  const size = createSlider({
    path: "brush.radius", label: word("label.brush"), help: word("help.brush"),
    minimum: SMALLEST, maximum: LARGEST, step: 0.1, initial: SMALLEST, log: false, whole: false,
  }, { onInput: (radius) => setBrush({ radius }) });
  size.element.classList.add("brush-size");
  const clear = h("button.button.small", {
    type: "button", data: { action: "clearPoints", help: word("help.clearPoints") }, on: { click: empty },
  }, word("action.clearPoints"));
  const element = h("div.point-tools", { role: "toolbar", "aria-label": word("points.tools"), hidden: true },
    h("div.swatches", {}, swatches, more), values, size.element, clear);
  let shown = "";
  let extra = 0;
  let slider = null;
  let largest = LEAST_VALUE;

  function setBrush(patch) {
    store.set({ points: { brush: { ...store.get().points.brush, ...patch } } });
  }

  function empty() {
    customPoints.begin();
    customPoints.change([]);
  }

  /** Makes the swatches of a task again when they are others. */
  function update({ points: { custom: points, brush, painting }, run: { draft }, appearance: { palette } }) {
    element.hidden = !painting;
    if (!painting || !palette || !points) return;
    const task = widenTask(points, taskOf(draft));
    const count = task === "regression" ? 0 : Math.max(countClasses(points, task), extra);
    const key = `${task} ${count} ${palette.classes} ${palette.positive} ${palette.negative}`;
    if (key !== shown) {
      shown = key;
      if (count > 0 && brush.label >= count) setBrush({ label: count - 1 });
      if (count > 0 && !Number.isInteger(brush.label)) setBrush({ label: 0 });
      makeSwatches(task, count, palette);
      makeValue(task, points);
    }
    choose(store.get().points.brush);
  }

  function makeSwatches(task, count, palette) {
    const had = swatches.contains(document.activeElement);
    const radio = (tool, name, content) => h("button.swatch", {
      type: "button", role: "radio", "aria-label": name, data: { tool, help: name },
      on: { click: () => take(tool), keydown: (event) => move(event, tool) },
    }, content);
    const dots = Array.from({ length: count }, (_, label) => {
      const dot = h("span.swatch-dot");
      dot.style.background = labelColour(palette, task, label);
      return radio(String(label), word("unit.class", { name: label }), dot);
    });
    const pen = count === 0 ? [radio("value", word("points.value"), h("span.swatch-dot"))] : [];
    more.hidden = count === 0 || count >= countMostClasses();
    swatches.replaceChildren(radio("erase", word("points.eraser"), icon(...ERASER)), ...dots, ...pen);
    if (had) swatches.querySelector("[aria-checked=true]")?.focus();
  }

  /** The value to paint of a regression. */
  function makeValue(task, points) {
    values.hidden = task !== "regression";
    if (values.hidden) {
      slider = null;
      values.replaceChildren();
      return;
    }
    const most = points.reduce((size, [, , label]) => Math.max(size, Math.abs(label)), LEAST_VALUE);
    largest = Number(most.toPrecision(2));
    slider = createSlider({
      path: "brush.label", label: word("points.value"), help: word("help.value"),
      minimum: -largest, maximum: largest, step: largest / 20, initial: 0, log: false, whole: false,
    }, { onInput: (label) => setBrush({ label, erase: false }), format: formatWeight });
    values.replaceChildren(slider.element);
  }

  function choose(brush) {
    const tool = brush.erase ? "erase" : slider ? "value" : String(brush.label);
    for (const button of swatches.querySelectorAll("[role=radio]")) {
      const chosen = button.dataset.tool === tool;
      button.setAttribute("aria-checked", chosen);
      button.tabIndex = chosen ? 0 : -1;
    }
    size.update(brush.radius);
    if (!slider) return;
    slider.update(brush.label);
    swatches.querySelector("[data-tool=value] .swatch-dot").style.background =
      labelColour(store.get().appearance.palette, "regression", brush.label, largest);
  }

  function take(tool) {
    if (tool === "erase") setBrush({ erase: true });
    else setBrush({ erase: false, ...(tool === "value" ? {} : { label: Number(tool) }) });
  }

  function move(event, tool) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...swatches.querySelectorAll("[role=radio]")];
    const at = buttons.findIndex((button) => button.dataset.tool === tool);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    take(next.dataset.tool);
    next.focus();
  }

  /** One more class to paint with; it is there for good once a point has it. */
  function addClass() {
    const { points: { custom: points }, run: { draft } } = store.get();
    const count = Math.max(countClasses(points, widenTask(points, taskOf(draft))), extra);
    extra = count + 1;
    setBrush({ label: count, erase: false });
  }

  const unwatch = [
    store.watch(["run.draft"], ({ run: { draft } }) => {
      if (draft?.data.name !== "points") extra = 0;
    }),
    store.watch(["points.custom", "run.draft", "appearance.palette", "points.brush", "points.painting"], update),
  ];
  return { element, destroy: () => unwatch.forEach((stop) => stop()) };
}
