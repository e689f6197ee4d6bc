/**
 * Ablation: the decision boundary with and without the units and links that are switched off, side
 * by side, of images the answer for the chosen one, and losses and scores beside them, while training
 * goes on with all of them.
 */

import { h, setText } from "lib/dom";
import { describeDifference, formatList, formatLoss, formatPercent } from "lib/format";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { everything } from "network/editing/editing";
import { nameUnit } from "network/units";
import { FINE, createBoundaryMap } from "plot/boundary-map";
import { createPixels, moveRange } from "plot/maps";
import { isAblated, readAblation, removeUnits } from "spec/ablation";
import { className } from "spec/data-sets";
import { widthsOf } from "spec/weights";
import { makePictureButtons } from "ui/picture-buttons";

/** Milliseconds from one look to the next. */
const PERIOD = 100;
/** Columns of the array `ablation`, in the order of the table. */
const ROWS = [
  { column: 1, part: "test", isScore: false }, { column: 3, part: "test", isScore: true },
  { column: 0, part: "train", isScore: false }, { column: 2, part: "train", isScore: true },
];
const WAYS = ["with", "without"];

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, edits, actions, taskOf, may = everything } = context;
  const { images: { set: images } } = store.get();
  const map = createBoundaryMap();
  const pictures = WAYS.map((way) => {
    const pixels = createPixels(FINE, FINE);
    pixels.canvas.setAttribute("role", "img");
    return { way, pixels, figure: h("figure.ablation-map", {}, pixels.canvas, h("figcaption", {}, word(`ablation.${way}`))) };
  });
  const makeCells = () => ({ name: h("th", { scope: "row" }), with: h("td"), without: h("td"), change: h("td") });
  const cells = ROWS.map(makeCells);
  const answer = makeCells();
  const writeRow = (cell) => h("tr", {}, cell.name, cell.with, cell.without, cell.change);
  const table = h("table.flow-table", {},
    h("caption.sr-only", {}, word("ablation.caption")),
    h("thead", {}, h("tr", {}, h("td"), ...[...WAYS, "change"].map((name) => h("th", { scope: "col" }, word(`ablation.${name}`))))),
    h("tbody", {}, ...(images ? [writeRow(answer)] : []), ...cells.map(writeRow)));
  const off = h("span.ablation-off");
  const button = (action, call) => h("button.button.small", {
    type: "button", data: { action, help: word(`help.${action}`) }, on: { click: call },
  }, word(`action.${action}`));
  const remove = button("keepAblation", makeItLast);
  const restore = button("restoreAblation", switchOn);
  const panel = h("section.ablation-panel", { "aria-label": word("ablation.title"), hidden: true },
    h("div.step-head", {}, h("h2.card-title.term", { tabindex: 0, data: { help: word("help.ablation") } }, word("ablation.title")),
      off, h("span.spacer"), makePictureButtons(context, "ablation.title", () => panel), remove, restore),
    h("div.ablation-body", {}, ...(images ? [] : pictures.map(({ figure }) => figure)), table));
  element.append(panel);
  const spoken = h("p.sr-only", { role: "status" });
  panel.append(spoken);
  const throttle = createThrottle(PERIOD, show);
  let frame = null;
  let said = "";

  const isPlayed = () => store.get().recording.replaySpeed !== null;

  function update(next) {
    frame = next;
    if (isPlayed()) follow(next.arrays);
    if (!panel.hidden) throttle.offer();
  }

  /** A recording says itself what was switched off. */
  function follow({ ablation_off: rows }) {
    const recorded = rows ? readAblation(rows.data) : { units: [], links: [] };
    if (JSON.stringify(recorded) !== JSON.stringify(store.get().ablation)) store.set({ ablation: recorded });
  }

  function show() {
    const { appearance: { palette }, ablation, view: { discretize } } = store.get();
    panel.hidden = !isAblated(ablation);
    if (panel.hidden || !frame || !palette) return;
    setText(off, formatList(nameParts(ablation), "conjunction"));
    const { arrays, meta, spec } = frame;
    const { ablation: numbers, ablated_boundary: boundary, ablated_range: range, ablation_off: rows } = arrays;
    const ready = Boolean(rows) && JSON.stringify(readAblation(rows.data)) === JSON.stringify(ablation);
    panel.setAttribute("aria-busy", !ready);
    if (!ready) return;
    if (images) showAnswers(arrays);
    else showMaps(boundary, range, meta, { palette, discretize });
    showNumbers(numbers.data, taskOf(spec));
  }

  function showMaps(boundary, range, meta, { palette, discretize }) {
    const own = { arrays: { boundary: { shape: boundary.shape, data: moveRange(boundary.data, range.data, meta.boundary_range) } }, meta };
    map.paint(pictures[0].pixels, frame, palette, discretize);
    map.paint(pictures[1].pixels, own, palette, discretize);
  }

  /** The most probable class of the chosen image, and how probable it is. */
  function showAnswers({ probabilities, ablated_probabilities: ablated }) {
    setText(answer.name, word("ablation.image"));
    const say = ({ data }) => {
      const best = data.indexOf(Math.max(...data));
      return `${className(images, best)} · ${formatPercent(data[best], 0)}`;
    };
    if (probabilities) setText(answer.with, say(probabilities));
    setText(answer.without, say(ablated));
    setText(answer.change, "");
  }

  function showNumbers(numbers, task) {
    const score = task === "regression" ? "rmse" : "accuracy";
    ROWS.forEach(({ column, part, isScore }, i) => {
      const percent = isScore && score === "accuracy";
      const format = percent ? (value) => formatPercent(value) : formatLoss;
      const points = (value) => word("format.points", { value: (100 * value).toFixed(1) });
      const [before, after] = [numbers[column], numbers[4 + column]];
      setText(cells[i].name, word(`metric.${part}_${isScore ? score : "loss"}`));
      setText(cells[i].with, format(before));
      setText(cells[i].without, format(after));
      setText(cells[i].change, describeDifference(after - before, percent ? points : formatLoss));
    });
    pictures.forEach(({ way, pixels }) => pixels.canvas.setAttribute("aria-label", word(`ablation.alt.${way}`, {
      loss: cells[0][way].textContent, score: `${cells[1].name.textContent} ${cells[1][way].textContent}`,
    })));
    const now = off.textContent;
    if (said !== now) setText(spoken, word("ablation.said", { off: now, before: cells[0].with.textContent, after: cells[0].without.textContent }));
    said = now;
  }

  function nameParts({ units, links }) {
    const { spec, arrays } = frame;
    const widths = widthsOf(spec, images ? images.classes.length : arrays.boundary.shape[0]);
    const name = (layer, unit) => nameUnit(spec, layer, unit, widths.at(-1));
    return [
      ...units.map(({ layer, unit }) => name(layer, unit)),
      ...links.map(({ layer, from, to }) => (from === "bias"
        ? word("readout.bias", { to: name(layer, to) })
        : word("readout.weight", { from: name(layer - 1, from), to: name(layer, to) }))),
    ];
  }

  function switchOn() {
    actions.ablate({ units: [], links: [] });
  }

  /** One step of undo, which also brings back that they were switched off. */
  function makeItLast() {
    const { ablation: { units, links }, run: { draft } } = store.get();
    if (units.length) {
      const { layers, origin } = removeUnits(draft.layers, units);
      store.set({ view: { pinned: null } });
      edits.edit({ layers }, origin);
    } else actions.removeLink(links[0]);
  }

  /** Whether one edit can make it last: units that go, or one weight that becomes 0. */
  function canLast({ units, links }, draft) {
    if (isPlayed() || !may("layers") || units.length && links.length) return false;
    return units.length ? Boolean(draft) && removeUnits(draft.layers, units) !== null : links.length === 1;
  }

  const unwatch = store.watch(["ablation.units", "ablation.links", "run.draft", "appearance.palette", "view.discretize"], ({ ablation, run: { draft } }) => {
    panel.hidden = !isAblated(ablation);
    remove.hidden = !canLast(ablation, draft);
    restore.hidden = isPlayed();
    if (panel.hidden) said = "";
    throttle.offer();
  });

  function destroy() {
    throttle.cancel();
    unwatch();
    panel.remove();
  }

  return { update, resize() {}, destroy };
}
