/** Facts of a recorded run: its settings, read-only. */

import { h } from "lib/dom";
import { formatPercent, formatValue } from "lib/format";
import { makeTerm, optionText } from "lib/terms";
import { hasWord, word } from "lib/words";

const percent = (value) => formatPercent(value, 0);
const named = (path) => (name) => optionText(path, name);
/** Where each is in the spec, and how it is told. */
/** @type {[string, (value: any) => string][]} */
const DATA = [
  ["data.noise", formatValue], ["data.samples", formatValue], ["data.test_fraction", percent],
  ["data.validation_fraction", percent], ["data.label_noise", percent],
];
/** @type {[string, (value: any) => string][]} */
const TRAINING = [
  ["batch_size", formatValue], ["optimizer.name", named("optimizer.name")],
  ["optimizer.learning_rate", formatValue], ["loss", named("loss")],
  ["regularization.l1", formatValue], ["regularization.l2", formatValue],
];
/** Said only where they do something. */
const QUIET = ["data.validation_fraction", "data.label_noise", "regularization.l1", "regularization.l2"];

/**
 * @param {HTMLElement} element
 * @param {{schema, taskOf: (spec: Object) => string}} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, { schema, taskOf }) {
  const title = makeTerm("span.card-title", word("help.card.data"), word("card.data"));
  const name = h("p.facts-name");
  const list = h("dl.facts");
  element.append(h("div.card-head", {}, h("h2.card-heading", { id: "data-title" }, title)), name, list);
  let shown = null;

  function update({ spec }) {
    if (spec === shown) return;
    shown = spec;
    const { data } = spec;
    name.textContent = hasWord(`data.${data.name}`) ? word(`data.${data.name}`) : data.name;
    const read = DATA.filter(([path]) => schema.reads("data.name", data.name, path));
    const told = [...read, ...TRAINING].flatMap(([path, format]) => {
      const value = valueAt(spec, path) ?? (path === "loss" ? schema.lossesOf(taskOf(spec))[0] : null);
      if (QUIET.includes(path) && !value) return [];
      return [h("div", {}, makeTerm("dt", word(`help.${path}`), word(`label.${path}`)), h("dd", {}, format(value)))];
    });
    list.replaceChildren(...told);
  }

  function destroy() {
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}

function valueAt(spec, path) {
  return path.split(".").reduce((part, key) => part?.[key], spec);
}
