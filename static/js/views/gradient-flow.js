/**
 * Gradient flow: how strongly each layer learns in the next update, as a table, as curves over the
 * run, or as distributions, and a sentence that says what stands out.
 */

import { describeFlow, readFlow, smoothFlow } from "advice/gradient-flow";
import { createExperiment } from "flow/experiment";
import { createFlowCurves } from "flow/curves";
import { createFlowHistory } from "flow/history";
import { readSpreads } from "flow/histograms";
import { createSpreadTable } from "flow/spreads";
import { h, setText } from "lib/dom";
import { formatCount, formatPercent } from "lib/format";
import { makeTerm } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { isFrozen } from "spec/layers";
import { word } from "lib/words";
import { makePictureButtons } from "ui/picture-buttons";

/** Milliseconds from one look to the next. */
const PERIOD = 250;
/** By what the sentence follows a look, while the network trains. */
const SMOOTHING = 0.15;
/** Powers of ten that a bar spans. */
const DECADES = 6;
const COLUMNS = ["layer", "gradient", "ratio", "dead", "flat"];
const LOOKS = ["now", "gradient", "ratio", "spread"];

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, edits, actions, advice } = context;
  const hint = h("p.hint", {}, word("flow.hint"));
  const sentence = h("p.flow-words");
  const rows = h("tbody");
  const table = h("table.flow-table", {},
    h("caption.sr-only", {}, word("flow.caption")),
    h("thead", {}, h("tr", {}, ...COLUMNS.map((name) =>
      h("th", { scope: "col" }, makeTerm("span", word(`help.flow.${name}`), word(`flow.${name}`)))))),
    rows);
  const look = h("select.chip", {
    "aria-label": word("flow.look"), data: { path: "flowLook", help: word("help.flow.look") },
    on: { change: () => store.set({ view: { flowLook: look.value } }) },
  }, ...LOOKS.map((name) => h("option", { value: name }, word(`flow.look.${name}`))));
  const curves = createFlowCurves({ gradient: word("flow.curves.gradient"), ratio: word("flow.curves.ratio") });
  const spreads = createSpreadTable(formatSmall);
  // Where there is no advice, nothing is tried on copies.
  const experiment = advice && createExperiment({
    store, edits, actions, advice, format: formatSmall, onChange: () => choose(store.get()),
  });
  const body = h("div.flow", { hidden: true },
    h("div.flow-head", {}, sentence, h("span.select-wrap.chip-wrap", {}, look)),
    experiment?.buttons, table, curves.element, spreads.element, experiment?.element, makePictureButtons(context, "tab.flow", () => body));
  element.append(hint, body);
  let cells = [];
  const history = createFlowHistory();
  let newest = null;
  let smooth = null;
  const throttle = createThrottle(PERIOD, show);
  const unwatch = [
    store.watch(["view.curveTab", "appearance.palette"], () => throttle.offer(newest)),
    store.watch(["view.flowLook"], choose),
  ];

  function update({ arrays, meta, spec }) {
    if (!arrays.gradient_flow) return;
    const { gradient_flow: { data: flow }, activation_histograms: activations, gradient_histograms: gradients } = arrays;
    // While it trains, a frame may hold what the one before held.
    if (newest?.flow.join() !== flow.join()) history.add(meta.step, readFlow(flow));
    newest = { spec, flow, activations: activations?.data ?? [], gradients: gradients?.data ?? [] };
    throttle.offer(newest);
  }

  function choose({ view: { flowLook } }) {
    look.value = flowLook;
    const open = experiment?.isOpen() ?? false;
    body.classList.toggle("trying", open);
    table.hidden = open || flowLook !== "now";
    curves.element.hidden = open || !["gradient", "ratio"].includes(flowLook);
    spreads.element.hidden = open || flowLook !== "spread";
    show(newest);
  }

  function show(measured) {
    const { appearance: { palette }, view: { flowLook } } = store.get();
    if (!measured || !palette || !element.clientWidth) return;
    const saturated = readSpreads(measured.activations, measured.gradients);
    const flow = readFlow(measured.flow).map((row, i) => ({
      ...row, saturated: saturated[i]?.saturated ?? 0, frozen: isFrozen(measured.spec, i),
    }));
    hint.hidden = true;
    body.hidden = false;
    if (cells.length !== flow.length) build(flow.length);
    const most = Math.max(...flow.map(({ gradient }) => gradient));
    if (flowLook === "now") flow.forEach((row, i) => fill(cells[i], row, most, i === flow.length - 1));
    else if (flowLook === "spread") spreads.update(measured);
    else curves.draw(history, flowLook, palette);
    smooth = smoothFlow(smooth, flow, store.get().run.running ? SMOOTHING : 1);
    const { name, values: said } = describeFlow(smooth);
    setText(sentence, word(`flow.words.${name}`, write(said)));
    experiment?.offer(name, measured.spec);
  }

  function build(count) {
    cells = Array.from({ length: count }, (_, i) => {
      const bar = h("span.flow-bar", { "aria-hidden": "true" });
      const gradient = h("span");
      const [ratio, dead, flat] = [h("td"), h("td"), h("td")];
      const name = i < count - 1 ? word("layer.name", { layer: i + 1 }) : word("network.output");
      const line = h("tr", {}, h("th", { scope: "row" }, name), h("td.flow-gradient", {}, h("span", {}, bar), gradient), ratio, dead, flat);
      return { line, bar, gradient, ratio, dead, flat };
    });
    rows.replaceChildren(...cells.map(({ line }) => line));
  }

  function fill(cell, { gradient, ratio, dead, flat }, most, isOutput) {
    const share = gradient > 0 ? 1 + Math.log10(gradient / most) / DECADES : 0;
    cell.bar.style.width = `${Math.round(100 * Math.max(share, 0.01))}%`;
    setText(cell.gradient, formatSmall(gradient));
    setText(cell.ratio, formatSmall(ratio));
    setText(cell.dead, isOutput ? "–" : formatPercent(dead, 0));
    setText(cell.flat, isOutput ? "–" : formatPercent(flat, 0));
  }

  function destroy() {
    throttle.cancel();
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize: () => throttle.offer(newest), destroy };
}

/** Two digits, by powers of ten where the number is small. */
function formatSmall(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 0.001 && size < 1000 ? String(Number(value.toPrecision(2))) : value.toExponential(0);
  return text.replaceAll("-", "−").replace("+", "");
}

/**
 * Numbers of a sentence as the language writes them.
 *
 * @param {Record<string, number>} said
 */
function write({ times, share, ...places }) {
  return {
    ...places,
    ...(share === undefined ? {} : { share: formatPercent(share, 0) }),
    ...(times === undefined ? {} : { times: Number.isFinite(times) ? formatCount(Number(times.toPrecision(1))) : "∞" }),
  };
}
