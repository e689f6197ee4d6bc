/**
 * One update in slow motion: a scrubber through the stages of the next update, the numbers of each
 * stage on the network drawing, and each number opened into its formula.
 */

import { h, icon, setText } from "lib/dom";
import { formatLoss } from "lib/format";
import { nameUnit } from "network/units";
import { outputActivation } from "spec/layers";
import { createThrottle } from "lib/throttle";
import { axesOf, describePlace, targetOf } from "plot/table-axes";
import { listStages, readStep, sumsOf } from "step/description";
import { nodeOfGradient, nodeOfUpdate, nodeOfWeightGradient, nodeOfWholeGradient } from "step/backward-formulas";
import { createFormulaTree } from "step/formula-tree";
import { nodeOfLoss, nodeOfUnit, nodeOfWeight } from "step/forward-formulas";
import { formatFigure } from "step/notation";
import { hasNamedClasses, nameClass } from "spec/data-sets";
import { inputsOf } from "spec/inputs";
import { word } from "lib/words";
import { makePictureButtons } from "ui/picture-buttons";

/** Milliseconds from one look to the next while the network trains. */
const PERIOD = 250;
/** Steps that are kept, to go back to. */
const MOST_KEPT = 60;
const CLOSE = ["M4 4l8 8", "M12 4l-8 8"];
const ARROWS = { before: "M10 3L5 8l5 5", after: "M6 3l5 5-5 5" };

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, schema, taskOf, actions, opensStep = false } = context;
  let kept = [];
  let step = null;
  let shownKey = "";

  const arrow = (name, way, call) => h("button.icon-button", {
    type: "button", "aria-label": word(`action.${name}`), data: { action: name, help: word(`help.${name}`) }, on: { click: call },
  }, icon(ARROWS[way]));
  const option = (value, key) => h("option", { value }, word(key));
  const source = h("select.select", { "aria-label": word("step.source"), data: { path: "step.source", help: word("help.step.source") }, on: { change: chooseSource } },
    option("batch", "step.source.batch"), option("point", "step.source.point"));
  const example = h("span.step-example", { "aria-live": "off" });
  const [lastRow, nextRow] = [arrow("stepLastRow", "before", () => moveRow(-1)), arrow("stepNextRow", "after", () => moveRow(1))];
  const close = h("button.icon-button", {
    type: "button", "aria-label": word("action.closeStep"), data: { action: "closeStep" }, hidden: !opensStep, on: { click: shut },
  }, icon(...CLOSE));
  const scrubber = h("input.slider", {
    type: "range", min: 0, max: 1, step: 1, value: 0, "aria-label": word("step.stages"), data: { path: "step.stage" },
    on: { input: () => store.set({ step: { stage: scrubber.valueAsNumber, chosen: keepChosen(scrubber.valueAsNumber) } }) },
  });
  const before = arrow("stepBefore", "before", () => goBack(1));
  const after = arrow("stepAfter", "after", goOn);
  const number = h("span.step-at");
  const name = h("strong");
  const sentence = h("p.step-sentence", {}, name, " ", h("span"));
  const formulas = h("div.step-formulas", { role: "group", "aria-label": word("step.formulas"), tabindex: 0 });
  const checked = h("p.step-check");
  const check = h("button.button.small", {
    type: "button", data: { action: "checkStep", help: word("help.step.check") }, on: { click: checkChosen },
  }, word("action.checkStep"));
  const spoken = h("p.sr-only", { role: "status" });
  const table = h("details.step-table", {}, h("summary", {}, word("step.table")), h("div", { tabindex: 0, role: "region", "aria-label": word("step.table") }));
  table.addEventListener("toggle", fillTable);
  const hint = h("p.hint", {}, word("step.hint"));
  const body = h("div.step-body", { hidden: true },
    h("div.step-way", {}, before, number, after, scrubber), sentence, formulas, h("div.step-foot", {}, table, checked, check), spoken);
  const panel = h("section.step-panel", { "aria-label": word("step.title"), hidden: true },
    h("div.step-head", {}, h("h2.card-title.term", { tabindex: 0, data: { help: word("help.step") } }, word("step.title")),
      h("span.select-wrap", {}, source), h("span.step-rows", {}, lastRow, example, nextRow), h("span.spacer"),
      makePictureButtons(context, "step.title", () => element.closest(".card") ?? element), close),
    hint, body);
  element.append(panel);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opensStep) return;
    event.stopPropagation();
    shut();
  });
  const throttle = createThrottle(PERIOD, render);

  /** Whether nothing else is about to be used: the arrow keys then lead through the stages at once. */
  function takesFocus() {
    const { activeElement: now } = document;
    return now === document.body || now instanceof HTMLElement && ["openStep", "followUnit", "lookInside"].includes(now.dataset.action);
  }

  /** Closes the view; the focus goes back to where it is opened from. */
  function shut() {
    actions.closeStep();
    /** @type {HTMLElement} */ (document.querySelector("[data-action='openStep']"))?.focus();
  }

  function headOf(spec) {
    const task = taskOf(spec);
    const loss = spec.loss ?? schema.lossesOf(task)[0];
    return { loss, outputActivation: outputActivation(task, loss) };
  }

  function update(frame) {
    if (!store.get().step.open) return;
    const read = readStep(frame, headOf(frame.spec));
    if (!read) return;
    keep(read);
    if (store.get().run.running) throttle.offer();
    else render();
  }

  /** Keeps what has been seen, the newest last; a run that goes back forgets what comes then. */
  function keep(read) {
    const key = `${read.step} ${read.summary.point}`;
    kept = kept.filter((one) => one.step < read.step && one.spec === read.spec && `${one.step} ${one.summary.point}` !== key);
    kept.push(read);
    if (kept.length > MOST_KEPT) kept.shift();
  }

  /** The step that is shown: the newest, or one that was seen before. */
  function render() {
    const { open, back, row, stage, chosen, point, check: asked } = store.get().step;
    panel.hidden = !open;
    if (!open) return;
    step = kept[Math.max(0, kept.length - 1 - back)] ?? null;
    body.hidden = !step;
    hint.hidden = Boolean(step);
    if (!step) return;
    if (!shownKey && opensStep && takesFocus()) scrubber.focus({ preventScroll: true });
    const stages = listStages(step);
    const at = Math.min(stage, stages.length - 1);
    const here = Math.min(row, step.rows - 1);
    Object.assign(scrubber, { max: String(stages.length - 1), value: String(at) });
    scrubber.style.setProperty("--fill", String(at / (stages.length - 1)));
    source.value = point === null ? "batch" : "point";
    setText(example, describeExample(here));
    lastRow.disabled = point === null ? here === 0 : point === 0;
    nextRow.disabled = point === null ? here >= step.rows - 1 : step.summary.point < point;
    before.disabled = back >= kept.length - 1;
    setText(number, word("step.at", { step: step.step + 1 }));
    const title = nameStage(stages[at]);
    setText(name, title);
    scrubber.setAttribute("aria-valuetext", title);
    setText(sentence.lastElementChild, describeStage(stages[at]));
    const place = chosen ?? firstOf(stages[at]);
    const key = JSON.stringify([step.step, step.summary.point, here, at, place, asked === null, step.summary.checked]);
    const running = store.get().run.running;
    if (key !== shownKey) showFormulas(stages[at], here, place);
    if (!running && key !== shownKey) setText(spoken, `${title} ${formulas.firstElementChild?.querySelector("summary, .formula-line")?.textContent ?? ""}`);
    shownKey = key;
    showCheck(place);
    fillTable();
    store.set({ step: { shown: step } });
  }

  function describeExample(row) {
    const { x1, x2, label } = step.example(row);
    const axes = axesOf(step.table);
    const place = axes ? describePlace(axes, [x1, x2], ", ") : `(${formatFigure(x1)}, ${formatFigure(x2)})`;
    const at = { place, label: nameLabel(label) };
    if (step.summary.point >= 0) return word("step.point", { index: step.summary.point + 1, ...at });
    return word("step.example", { row: row + 1, rows: step.summary.batch, ...at });
  }

  /** The species of a flower, the price of a house; else the number that the label is. */
  function nameLabel(label) {
    if (hasNamedClasses(step.spec)) return nameClass(step.spec, label);
    return targetOf(step.table)?.say(label) ?? formatFigure(label);
  }

  function nameStage({ kind, column }) {
    return word(`step.stage.${kind}`, { layer: column });
  }

  function describeStage({ kind, column }) {
    const { loss, penalty, batch, rate, difference } = step.summary;
    return word(`step.about.${kind}`, {
      layer: column, loss: formatLoss(step.example(Math.min(store.get().step.row, step.rows - 1)).loss), mean: formatLoss(loss), batch,
      penalty: formatLoss(penalty), rate: formatFigure(rate), optimizer: word(`option.${step.spec.optimizer.name}`),
      difference: difference < 0 ? "–" : formatFigure(difference),
    });
  }

  /** What a stage opens by itself. */
  function firstOf({ kind, column }) {
    if (kind === "update") return { kind: "weight", layer: step.last - 1, from: 0, to: 0 };
    return { kind: "unit", column, row: 0 };
  }

  /** What is chosen stays chosen where the next stage has something to say of it. */
  function keepChosen(next) {
    const { chosen } = store.get().step;
    if (!chosen || !step || chosen.kind === "weight") return chosen;
    const stage = listStages(step)[next];
    return stage && chosen.column === stage.column ? chosen : null;
  }

  function showFormulas({ kind }, row, place) {
    const back = ["backOutput", "back"].includes(kind);
    const nodes = [];
    if (place.kind === "weight") {
      if (kind === "update") nodes.push(nodeOfUpdate(step, place));
      else if (back) nodes.push(nodeOfWholeGradient(step, place));
      else nodes.push(nodeOfWeight(step, place));
    } else if (kind === "loss") nodes.push(nodeOfLoss(step, row));
    else if (back) {
      nodes.push(...sumsOf(step, place.column, place.row).map((sum) => nodeOfGradient(step, row, place.column, sum)));
      if (place.column > 0) nodes.push(...linksInto(place).map((link) => nodeOfWeightGradient(step, link)));
    } else if (kind === "update") nodes.push(...linksInto(place).map((link) => nodeOfUpdate(step, link)));
    else if (kind === "inputs" && place.column === 0) {
      nodes.push(...inputsOf(step.spec).map((_, unit) => nodeOfUnit(step, row, 0, unit)));
    } else nodes.push(nodeOfUnit(step, row, place.column, place.row));
    formulas.replaceChildren(...nodes.map((node, i) => createFormulaTree(node, i === 0)));
  }

  function linksInto({ column, row }) {
    if (column === 0) return [];
    const all = Array.from({ length: step.widths[column - 1] }, (_, from) => from);
    return sumsOf(step, column, row).flatMap((to) =>
      [...all, /** @type {"bias"} */ ("bias")].map((from) => ({ layer: column - 1, from, to })));
  }

  /** The gradient of the chosen weight by two forward passes, beside that of the chain rule. */
  function showCheck(place) {
    check.hidden = place.kind !== "weight";
    if (check.hidden || step.summary.checked !== step.indexOf(place)) {
      setText(checked, "");
      return;
    }
    const p = step.parameter(step.indexOf(place));
    setText(checked, word("step.checked", {
      numeric: formatFigure(step.summary.numeric), chain: formatFigure(p.lossGradient + p.penaltyGradient),
    }));
  }

  function checkChosen() {
    const { stage, chosen, back } = store.get().step;
    if (back) store.set({ step: { back: 0 } });
    const stages = listStages(step);
    const place = chosen ?? firstOf(stages[Math.min(stage, stages.length - 1)]);
    if (place.kind === "weight") store.set({ step: { check: step.indexOf(place) } });
  }

  /** All numbers of the stage, for who cannot see the drawing. */
  function fillTable() {
    const place = table.lastElementChild;
    if (!table.open || !step) return place.replaceChildren();
    const { row, stage } = store.get().step;
    const here = Math.min(row, step.rows - 1);
    const rows = step.widths.flatMap((count, column) => Array.from({ length: count }, (_, unit) => {
      const value = (name) => h("td", {}, formatFigure(step.value(name, here, column, unit)));
      // Of a unit with several pieces there are as many sums.
      const values = (name) => h("td", {}, sumsOf(step, column, unit)
        .map((sum) => formatFigure(step.value(name, here, column, sum))).join("; "));
      return h("tr", {}, h("th", { scope: "row" }, nameUnit(step.spec, column - 1, unit, step.widths[step.last])),
        column ? values("z") : h("td", {}, "–"), value("h"), value("byH"), column ? values("byZ") : h("td", {}, "–"));
    }));
    const heads = [word("step.column.unit"), "z", word("step.column.h"), "∂L/∂a", "∂L/∂z"].map((text) => h("th", { scope: "col" }, text));
    return place.replaceChildren(h("table.flow-table", {}, h("caption.sr-only", {}, nameStage(listStages(step)[Math.min(stage, listStages(step).length - 1)])),
      h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)));
  }

  function chooseSource() {
    const first = step ? step.example(0).index : 0;
    kept = [];
    store.set({ step: { point: source.value === "point" ? first : null, row: 0, back: 0 } });
  }

  function moveRow(by) {
    const { point, row } = store.get().step;
    if (point === null) store.set({ step: { row: row + by } });
    else {
      kept = [];
      store.set({ step: { point: Math.max(0, point + by) } });
    }
  }

  function goBack(by) {
    store.set({ step: { back: store.get().step.back + by } });
  }

  /** On to the next step that was seen, or one batch more of the run. */
  function goOn() {
    const { back } = store.get().step;
    if (back > 0) goBack(-1);
    else actions.oneBatch();
  }

  const unwatch = store.watch(["step.open", "step.stage", "step.row", "step.chosen", "step.back", "step.point"], ({ step: { open } }) => {
    if (!open) {
      kept = [];
      step = null;
      shownKey = "";
    }
    render();
  });

  function destroy() {
    throttle.cancel();
    unwatch();
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
