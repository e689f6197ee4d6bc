/**
 * Experiment on the gradients: a button for each change that may mend them, and what came of it on
 * copies that began anew, without and with the change side by side.
 */

import { h, setText } from "lib/dom";
import { formatCount, formatLoss } from "lib/format";
import { word } from "lib/words";
import { readFlow } from "advice/gradient-flow";
import { listExperiments } from "flow/experiments";

/** Powers of ten that a bar spans. */
const DECADES = 6;

/**
 * @param {{store: Store, edits: any, actions: any, advice: any, format: (value: number) => string,
 *   onChange: () => void}} parts `format` writes small numbers; `onChange` is told when there is a
 *   result to see, or no longer
 * @returns {{buttons: HTMLElement, element: HTMLElement, offer: (name: string, spec: Spec) => void,
 *   isOpen: () => boolean}}
 */
export function createExperiment({ store, edits, actions, advice, format, onChange }) {
  const buttons = h("span.flow-tries", { role: "group", "aria-label": word("flow.try") });
  const said = h("p.flow-words", { role: "status" });
  const rows = h("tbody");
  const [without, withIt] = [h("th", { scope: "col" }, word("flow.without")), h("th", { scope: "col" })];
  const table = h("table.flow-table.flow-pairs", {},
    h("caption.sr-only", {}, word("flow.pairs.caption")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, word("flow.layer")), without, withIt)), rows);
  const use = h("button.button.small", { type: "button", data: { action: "useExperiment", help: word("help.flow.use") }, on: { click: take } }, word("action.useExperiment"));
  const close = h("button.button.small", { type: "button", data: { action: "closeExperiment" }, on: { click: leave } }, word("action.close"));
  const element = h("div", { hidden: true }, said, h("div.flow-ways", {}, use, close), table);
  let listed = "";
  let chosen = null;

  /** Shows the buttons for what stands out. */
  function offer(name, spec) {
    const experiments = listExperiments(name, spec);
    const key = JSON.stringify(experiments);
    if (key === listed) return;
    listed = key;
    const focused = [...buttons.children].indexOf(document.activeElement);
    buttons.replaceChildren(...experiments.map((experiment) => h("button.button.small", {
      type: "button", data: { experiment: experiment.what, help: word("help.flow.try") }, on: { click: () => begin(experiment) },
    }, word(`flow.try.${experiment.what}`))));
    /** @type {HTMLElement} */ (buttons.children[Math.min(focused, experiments.length - 1)])?.focus();
  }

  function begin(experiment) {
    chosen = experiment;
    element.hidden = false;
    table.hidden = true;
    use.hidden = true;
    setText(said, word("flow.trying", { change: nameOf(experiment) }));
    onChange();
    close.focus();
    advice.experiment(experiment.patch, (answer) => chosen === experiment && show(answer));
  }

  function nameOf({ what }) {
    return word(`flow.change.${what}`);
  }

  function show({ stopped, epochs, batches, baseline, results }) {
    const change = nameOf(chosen);
    if (stopped || !baseline) {
      setText(said, word("flow.stopped", { change }));
      return;
    }
    const [result] = results;
    const length = batches ? { batches: formatCount(batches) } : { epochs };
    const losses = { change, ...length, before: formatLoss(baseline.test_loss), after: result ? formatLoss(result.test_loss) : "∞" };
    setText(said, word(batches ? "flow.tried.batches" : "flow.tried", losses));
    setText(withIt, word("flow.with", { change }));
    const [before, after] = [baseline.flow, result?.flow].map((flow) => (flow ? readFlow(flow.flat()) : []));
    const most = Math.max(...[...before, ...after].map(({ gradient }) => gradient));
    const count = Math.max(before.length, after.length);
    rows.replaceChildren(...Array.from({ length: count }, (_, i) => h("tr", {},
      h("th", { scope: "row" }, i < count - 1 ? word("layer.name", { layer: i + 1 }) : word("network.output")),
      makeCell(before[i]?.gradient, most), makeCell(after[i]?.gradient, most))));
    table.hidden = false;
    use.hidden = false;
  }

  function makeCell(gradient, most) {
    const bar = h("span.flow-bar", { "aria-hidden": "true" });
    const share = gradient > 0 ? 1 + Math.log10(gradient / most) / DECADES : 0;
    bar.style.width = `${Math.round(100 * Math.max(share, 0.01))}%`;
    return h("td.flow-gradient", {}, h("span", {}, bar), gradient === undefined ? "–" : format(gradient));
  }

  /** The same as on the copies: the change, and the start. */
  function take() {
    const { patch } = chosen;
    leave();
    edits.edit(patch);
    actions.reset();
    store.set({ run: { running: true } });
  }

  function leave() {
    chosen = null;
    element.hidden = true;
    onChange();
  }

  return { buttons, element, offer, isOpen: () => !element.hidden };
}
