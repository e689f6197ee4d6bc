/** Gradient flow: a table of how strongly each layer learns in the next update, and a sentence. */

import { describeFlow, readFlow, smoothFlow } from "advice/gradient-flow";
import { h, setText } from "lib/dom";
import { formatCount, formatPercent } from "lib/format";
import { makeTerm } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

/** Milliseconds from one look to the next. */
const PERIOD = 250;
/** By what the sentence follows a look, while the network trains. */
const SMOOTHING = 0.15;
/** Powers of ten that a bar spans. */
const DECADES = 6;
const COLUMNS = ["layer", "gradient", "ratio", "dead", "flat"];

/** @returns {{update, resize, destroy}} */
export function create(element, { store }) {
  const hint = h("p.hint", {}, word("flow.hint"));
  const sentence = h("p.flow-words");
  const rows = h("tbody");
  const table = h("table.flow-table", {},
    h("caption.sr-only", {}, word("flow.caption")),
    h("thead", {}, h("tr", {}, ...COLUMNS.map((name) =>
      h("th", { scope: "col" }, makeTerm("span", word(`help.flow.${name}`), word(`flow.${name}`)))))),
    rows);
  const body = h("div.flow", { hidden: true }, sentence, table);
  element.append(hint, body);
  let cells = [];
  let newest = null;
  let smooth = null;
  const throttle = createThrottle(PERIOD, show);
  const unwatch = store.watch(["view.curveTab"], () => throttle.offer(newest));

  function update({ arrays }) {
    if (!arrays.gradient_flow) return;
    newest = arrays.gradient_flow.data;
    throttle.offer(newest);
  }

  function show(values) {
    if (!values || !element.clientWidth) return;
    const flow = readFlow(values);
    hint.hidden = true;
    body.hidden = false;
    if (cells.length !== flow.length) build(flow.length);
    const most = Math.max(...flow.map(({ gradient }) => gradient));
    flow.forEach((row, i) => fill(cells[i], row, most, i === flow.length - 1));
    smooth = smoothFlow(smooth, flow, store.get().run.running ? SMOOTHING : 1);
    const { name, values: said } = describeFlow(smooth);
    setText(sentence, word(`flow.words.${name}`, write(said)));
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
    unwatch();
    element.replaceChildren();
  }

  return { update, resize: () => throttle.offer(newest), destroy };
}

/** Two digits, by powers of ten where the number is small. */
function formatSmall(value) {
  if (value === 0) return "0";
  if (value >= 0.001 && value < 1000) return String(Number(value.toPrecision(2)));
  return value.toExponential(0).replace("-", "−").replace("+", "");
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
