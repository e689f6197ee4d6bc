/** Strip of test images to select from, each with label and prediction. */

import { createToggle } from "controls/toggle";
import { h, icon, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { areaOf, draw } from "images/library";
import { className } from "spec/data-sets";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

/** How many are seen at once. */
const SHOWN = 49;
const PERIOD = 250;
const ARROWS = { previousDigits: "M10 4L6 8l4 4", nextDigits: "M6 4l4 4-4 4" };

/** @returns {{update, resize, destroy}} */
export function create(element, { store, library }) {
  const wrongOnly = createToggle(
    { label: word("digits.wrong"), help: word("help.digits.wrong"), path: "onlyWrong" },
    { onInput: (wrong) => store.set({ images: { strip: { first: 0, wrong } } }) });
  const turn = (action, by) => h("button.icon-button", {
    type: "button", "aria-label": word(`action.${action}`), data: { action },
    on: { click: () => move(by) },
  }, icon(ARROWS[action]));
  const [previous, next] = [turn("previousDigits", -SHOWN), turn("nextDigits", SHOWN)];
  const range = h("span.digits-range", { "aria-live": "polite" });
  const cells = Array.from({ length: SHOWN }, makeCell);
  const grid = h("div.digit-grid", {
    role: "radiogroup", "aria-label": word("digits.tabs"),
    on: { pointerleave: refresh, focusout: refresh },
  }, ...cells.map((cell) => cell.button));
  element.append(h("div.digits-head", {}, wrongOnly.element, h("span.spacer"), previous, range, next), grid);
  let labels = null;
  let predictions = null;
  let rows = [];
  let count = 0;
  let asked = 0;
  let shown = { rows: [], labels: [] };
  let newest = null;
  let known = null;

  function makeCell(_, at) {
    const canvas = h("canvas");
    const right = h("span");
    const predicted = h("span.digit-prediction");
    const button = h("button.digit", {
      type: "button", role: "radio", tabindex: -1, hidden: true,
      on: { click: () => choose(at), keydown: (event) => step(event, at) },
    }, canvas, h("span.digit-said", { "aria-hidden": "true" }, right, predicted));
    return { button, canvas, right, predicted };
  }

  function choose(at) {
    store.set({ images: { digit: { part: "test", row: rows[at] } } });
  }

  function step(event, at) {
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (!by) return;
    event.preventDefault();
    const to = at + by;
    if (to < 0 || to >= rows.length) return;
    choose(to);
    cells[to].button.focus();
  }

  function move(by) {
    const { images: { strip } } = store.get();
    store.set({ images: { strip: { ...strip, first: Math.max(0, strip.first + by) } } });
  }

  /** Looks up which images are shown. */
  function list({ images: { set: images, strip } }) {
    if (!images?.nTest) return;
    const wrong = strip.wrong ? listWrong() : null;
    if (strip.wrong && !wrong) return;
    count = wrong ? wrong.length : images.nTest;
    if (strip.first > 0 && strip.first >= count) {
      store.set({ images: { strip: { ...strip, first: Math.floor(Math.max(0, count - 1) / SHOWN) * SHOWN } } });
      return;
    }
    // A list that follows training would be read out without end.
    range.setAttribute("aria-live", strip.wrong ? "off" : "polite");
    rows = wrong ? wrong.slice(strip.first, strip.first + SHOWN)
      : Array.from({ length: Math.min(SHOWN, count - strip.first) }, (_, i) => strip.first + i);
    previous.disabled = strip.first === 0;
    next.disabled = strip.first + SHOWN >= count;
    setText(range, rows.length
      ? word("digits.range", { first: formatCount(strip.first + 1), last: formatCount(strip.first + rows.length) })
      : word("digits.none"));
    show(images, rows);
  }

  /** Rows of the test images that are answered wrong now; null as long as that is not known. */
  function listWrong() {
    if (!labels || labels.length !== predictions?.length) return null;
    const wrong = [];
    for (let row = 0; row < labels.length; row += 1) if (labels[row] !== predictions[row]) wrong.push(row);
    return wrong;
  }

  /** Lists the present wrong predictions, unless somebody is about to choose one of those shown. */
  function refresh() {
    const state = store.get();
    const wrong = state.images.strip.wrong ? listWrong() : null;
    if (!wrong || (shown.rows.length && grid.matches(":hover, :focus-within"))) return;
    const page = wrong.slice(state.images.strip.first, state.images.strip.first + SHOWN);
    if (wrong.length !== count || page.join() !== shown.rows.join()) list(state);
  }

  async function show(images, wanted) {
    asked += 1;
    const request = asked;
    const found = await library.get("test", wanted).catch(() => null);
    if (!found || request !== asked) return;
    const { appearance: { palette } } = store.get();
    const area = areaOf(images.shape);
    cells.forEach(({ button, canvas }, i) => {
      button.hidden = i >= wanted.length;
      if (button.hidden) {
        button.classList.remove("wrong");
        return;
      }
      draw(canvas, found.pixels.subarray(i * area, (i + 1) * area), images.shape, palette);
      button.dataset.row = wanted[i];
    });
    shown = { rows: wanted, labels: found.labels };
    mark(store.get());
    describe();
  }

  /** Says of each image what it is and what the network takes it for. */
  function describe() {
    const { images: { set: images }, appearance: { palette } } = store.get();
    if (!images || !palette) return;
    shown.rows.forEach((row, i) => {
      const { button, right, predicted } = cells[i];
      const label = shown.labels[i];
      const given = predictions?.[row];
      const wrong = given !== undefined && given !== label;
      button.classList.toggle("wrong", wrong);
      name(right, images, label, palette);
      name(predicted, images, wrong ? given : null, palette);
      const values = { row: formatCount(row + 1), label: className(images, label) };
      const text = given === undefined ? word("digits.one", values) : word("digits.predicted", {
        ...values, predicted: className(images, given),
      });
      if (button.dataset.help !== text) {
        button.dataset.help = text;
        button.setAttribute("aria-label", text);
      }
    });
  }

  /** A digit for a digit; the colour of its class for what has a longer name. */
  function name(place, set, k, palette) {
    place.hidden = k === null;
    if (k === null) return;
    const long = className(set, k).length > 1;
    place.classList.toggle("dot", long);
    place.style.background = long ? palette.classes[k] : "";
    setText(place, long ? "" : className(set, k));
  }

  function mark({ images: { digit } }) {
    const at = digit.part === "test" ? shown.rows.indexOf(digit.row) : -1;
    cells.forEach(({ button }, i) => {
      button.setAttribute("aria-checked", i === at);
      button.tabIndex = i === Math.max(0, at) ? 0 : -1;
    });
  }

  const throttle = createThrottle(PERIOD, () => {
    predictions = newest;
    refresh();
    describe();
  });

  function update({ arrays }) {
    if (!arrays.predictions) return;
    newest = arrays.predictions.data;
    throttle.offer();
  }

  async function know({ images: { set: images } }) {
    labels = null;
    // How many images a set has may come after the only frame of a paused run.
    if (images?.name !== known) predictions = newest = null;
    known = images?.name;
    if (!images?.nTest) return;
    const found = await library.labels("test").catch(() => null);
    if (store.get().images.set?.name !== images.name) return;
    labels = found;
    if (store.get().images.strip.wrong) list(store.get());
  }

  const unwatch = [
    store.watch(["images.set"], know),
    store.watch(["images.set", "images.strip", "appearance.palette"], (state) => {
      wrongOnly.update(state.images.strip.wrong);
      if (state.appearance.palette) list(state);
    }),
    store.watch(["images.digit"], mark),
  ];

  function destroy() {
    asked += 1;
    throttle.cancel();
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
