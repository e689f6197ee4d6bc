/** One quiet line about what the network needs, with a button that does it. */

import { h, setText } from "dom";
import { formatValue } from "format";
import { insertLayer, removeUnit } from "layers";
import { observe } from "observations";
import { word } from "words";

const PERIOD = 500;
const SURE = 3;

/** @returns {{update, resize, destroy}} */
export function create(element, { store, edits, actions, schema, taskOf }) {
  const lead = h("strong");
  const text = h("span");
  const button = h("button.button.small", {
    type: "button", data: { action: "tryIt" }, on: { click: tryIt },
  }, word("action.tryIt"));
  element.append(h("span.observation-dot", { "aria-hidden": "true" }),
    h("p", { "aria-live": "polite" }, lead, " ", text), button);
  let frame = null;
  let shown = null;
  let next = null;
  let seen = 0;

  function look() {
    if (!frame) return;
    const { diverged } = store.get();
    const found = observe(frame, { spec: frame.spec, diverged, task: taskOf(frame.spec) });
    const key = JSON.stringify([found.key, found.values]);
    seen = next?.name === key ? seen + 1 : 1;
    next = { name: key, found };
    const urgent = found.key === "diverged" || !shown;
    if (shown?.name !== key && (urgent || seen >= SURE)) show(next);
    else if (shown?.name === key) shown = next;
  }

  function show({ name, found }) {
    shown = { name, found };
    const values = Object.fromEntries(Object.entries(found.values ?? {}).map(([key, value]) =>
      [key, typeof value === "number" ? formatValue(value) : value]));
    setText(lead, word(`observation.${found.key}.lead`, values));
    setText(text, word(`observation.${found.key}.text`, values));
    button.hidden = !found.fix;
    element.dataset.observation = found.key;
  }

  function tryIt() {
    const { fix } = shown.found;
    const { layers } = store.get().draft;
    if (fix.patch) edits.edit(fix.patch);
    else if (fix.slower) {
      edits.edit({ optimizer: { learning_rate: fix.slower } });
      actions.run();
    } else if (fix.remove) restructure(removeUnit(layers, fix.remove.layer, fix.remove.unit));
    else restructure(insertLayer(layers, fix.insert, schema.defaults().layers[0]));
    shown = null;
    next = null;
  }

  function restructure({ layers, origin }) {
    edits.edit({ layers }, origin);
  }

  const timer = setInterval(look, PERIOD);
  const unwatch = store.watch(["diverged"], look);

  function update(newest) {
    const first = !frame;
    frame = newest;
    if (first) look();
  }

  function destroy() {
    clearInterval(timer);
    unwatch();
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
