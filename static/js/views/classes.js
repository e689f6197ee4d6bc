/** Classes of the points: confusion matrix, precision, recall, F1 and ROC curves of one part. */

import { createChoice } from "controls/choice";
import { h, setText } from "lib/dom";
import { formatCount, formatPercent } from "lib/format";
import { makeTerm } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { nameClass } from "spec/data-sets";
import { word } from "lib/words";
import { readReport } from "plot/class-report";
import { labelColour } from "plot/palette";
import { PARTS } from "plot/readout";

const PERIOD = 250;
const SCORES = ["precision", "recall", "f1"];
/** Units along a side of the curves' square, and room for its numbers. */
const SIDE = 100;
const ROOM = 12;

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, taskOf }) {
  const part = createChoice(
    { label: word("label.classes.part"), help: word("help.classes.part"), path: "classes.part" }, {
      options: [], explain: () => "", onInput: (name) => store.set({ classes: { part: name } }),
    });
  const hint = h("p.hint");
  const matrix = h("table.classes-matrix");
  const scores = h("table");
  const curves = h("figure.classes-roc");
  const body = h("div.classes-parts", {}, h("div.classes-tables", {}, matrix, scores), curves);
  element.classList.add("classes");
  element.append(part.element, hint, body);
  let frame = null;
  store.set({ classes: { open: store.get().classes.open + 1 } });

  let tables = null;

  function paint() {
    const { classes: { part: name }, appearance: { palette } } = store.get();
    if (!frame || !palette) return;
    const task = taskOf(frame.spec);
    offerParts(name);
    const report = readReport(frame.arrays, PARTS.indexOf(chosen(name)));
    body.hidden = !report;
    hint.hidden = Boolean(report);
    setText(hint, word(task === "regression" ? "classes.regression" : "classes.waiting"));
    if (!report) return;
    const classes = report.classes.map((_, label) => ({ name: nameClass(frame.spec, label), colour: labelColour(palette, task, label) }));
    const key = JSON.stringify(classes);
    if (tables?.key !== key) tables = { key, ...makeTables(classes) };
    tables.update(report);
  }

  function makeTables(classes) {
    const updates = [fillMatrix(matrix, classes), fillScores(scores, classes), fillCurves(curves, classes)];
    return { update: (report) => updates.forEach((one) => one(report)) };
  }

  /** The validation part is offered where there is one. */
  function offerParts(name) {
    const there = PARTS.filter((one) => one !== "validation" || hasValidation());
    part.setOptions(there.map((one) => [one, word(`curve.${one}`)]));
    part.update(chosen(name));
  }

  const hasValidation = () => "validation_loss" in frame.meta;
  const chosen = (name) => (name === "validation" && !hasValidation() ? "test" : name);

  const throttle = createThrottle(PERIOD, paint);
  const unwatch = store.watch(["classes.part", "appearance.palette"], paint);

  function update(next) {
    frame = next;
    throttle.offer();
  }

  function destroy() {
    throttle.cancel();
    unwatch();
    store.set({ classes: { open: store.get().classes.open - 1 } });
    element.classList.remove("classes");
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}

/** Each of these makes a part anew, and returns what shows a report in it: what has the focus keeps it. */
function fillMatrix(table, names) {
  const cells = names.map((_, label) => names.map((__, predicted) => h(`td${label === predicted ? ".right" : ".wrong"}`)));
  table.replaceChildren(
    h("caption", {}, makeTerm("span", word("help.classes.matrix"), word("classes.matrix"))),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, word("classes.corner")),
      ...names.map((one) => h("th", { scope: "col" }, makeName(one))))),
    h("tbody", {}, ...cells.map((row, label) =>
      h("tr", {}, h("th", { scope: "row" }, makeName(names[label])), ...row))));
  return ({ matrix, classes }) => matrix.forEach((row, label) => row.forEach((count, predicted) => {
    const cell = cells[label][predicted];
    const share = count / Math.max(1, classes[label].count);
    cell.style.setProperty("--share", share.toFixed(3));
    cell.title = word("classes.cell", {
      label: names[label].name, predicted: names[predicted].name, count: formatCount(count), share: formatPercent(share),
    });
    setText(cell, formatCount(count));
  }));
}

function fillScores(table, names) {
  const lines = [...names, null].map(() => [...SCORES, "count"].map(() => h("td")));
  const head = (label) => (label === names.length
    ? makeTerm("span", word("help.classes.mean"), word("classes.mean")) : makeName(names[label]));
  table.replaceChildren(
    h("caption", {}, word("classes.scores")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, word("classes.class")),
      ...SCORES.map((score) => h("th", { scope: "col" },
        makeTerm("span", word(`help.classes.${score}`), word(`classes.${score}`)))),
      h("th", { scope: "col" }, word("classes.count")))),
    h("tbody", {}, ...lines.map((line, label) => h("tr", {}, h("th", { scope: "row" }, head(label)), ...line))));
  return ({ classes, mean }) => [...classes, mean].forEach((row, label) => {
    SCORES.forEach((score, i) => setText(lines[label][i], formatPercent(row[score])));
    setText(lines[label].at(-1), formatCount(row.count));
  });
}

function fillCurves(figure, names) {
  const picture = h("div");
  const list = h("ul.classes-auc");
  figure.replaceChildren(
    h("figcaption", {}, makeTerm("span", word("help.classes.roc"), word("classes.roc"))), picture, list);
  return ({ curves }) => {
    const areas = curves.map(({ label, auc }) => word("classes.roc.auc", { name: names[label].name, auc: auc.toFixed(3) }));
    picture.replaceChildren(curves.length
      ? drawCurves(curves, names, word("classes.roc.alt", { list: areas.join("; ") }))
      : h("p.hint", {}, word("classes.roc.none")));
    list.replaceChildren(...curves.map(({ label, auc }) =>
      h("li", {}, makeName(names[label]), word("classes.auc", { auc: auc.toFixed(3) }))));
  };
}

function makeName({ name, colour }) {
  const dot = h("span.classes-dot", { "aria-hidden": "true" });
  dot.style.background = colour;
  return h("span.classes-name", {}, dot, name);
}

/** The curves in a square, the rate of false positives across and of true positives upwards. */
function drawCurves(curves, names, label) {
  const draw = (name, attributes, text = "") => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.textContent = text;
    return node;
  };
  const box = `${-ROOM} ${-ROOM / 2} ${SIDE + 1.5 * ROOM} ${SIDE + 1.5 * ROOM}`;
  const picture = draw("svg", { viewBox: box, role: "img", "aria-label": label });
  const text = (x, y, anchor, said) => draw("text", { x, y, "text-anchor": anchor }, said);
  picture.append(
    draw("rect", { x: 0, y: 0, width: SIDE, height: SIDE, class: "classes-frame" }),
    draw("line", { x1: 0, y1: SIDE, x2: SIDE, y2: 0, class: "classes-chance" }),
    ...curves.map((curve) => draw("polyline", {
      points: curve.places.map(([x, y]) => `${(SIDE * x).toFixed(2)},${(SIDE * (1 - y)).toFixed(2)}`).join(" "),
      stroke: names[curve.label].colour, class: "classes-curve",
    })),
    text(-2, SIDE, "end", "0"), text(-2, 4, "end", "1"), text(SIDE, SIDE + 7, "end", "1"),
    text(SIDE / 2, SIDE + 8, "middle", word("classes.roc.x")),
    text(0, 0, "middle", word("classes.roc.y")),
  );
  picture.lastElementChild.setAttribute("transform", `translate(-4 ${SIDE / 2}) rotate(-90)`);
  return picture;
}
