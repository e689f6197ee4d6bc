/** One quiet line about what the network needs, with a button that does it. */

import { h, setText } from "dom";
import { formatValue } from "format";
import { insertLayer, removeUnit } from "layers";
import { word } from "words";

const PERIOD = 500;
const SURE = 3;

/**
 * @param {HTMLElement} element
 * @param {object} context
 * @param {{observe: Function, newLayer: object}} rules what a frame says, and what a layer is
 *   like that is put in
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, edits, actions, taskOf }, { observe, newLayer }) {
  const lead = h("strong");
  const text = h("span");
  const makeButton = (action, call) => h("button.button.small", {
    type: "button", data: { action }, on: { click: call },
  });
  const back = makeButton("undoAndGoOn", goBack);
  setText(back, word("action.undo"));
  back.dataset.help = word("help.undoAndGoOn");
  const button = makeButton("tryIt", tryIt);
  back.hidden = button.hidden = true;
  element.append(h("span.observation-dot", { "aria-hidden": "true" }),
    h("p", {}, lead, " ", text),
    h("span.observation-ways", {}, back, button));
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
    const urgent = !shown || [found.key, shown.found.key].includes("diverged");
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
    setText(button, found.fix?.slower ? word("action.lower", values) : word("action.tryIt"));
    showBack();
    element.dataset.observation = found.key;
    store.set({ hint: found.fix ? `${lead.textContent} ${text.textContent}` : null });
  }

  function showBack() {
    back.hidden = shown?.found.key !== "diverged" || !store.get().canUndo;
  }

  /** Leads out of a divergence by the way that led into it. */
  function goBack() {
    actions.undo();
    actions.run();
    forget();
  }

  function tryIt() {
    if (!shown) return;
    const { fix } = shown.found;
    const { layers } = store.get().draft;
    if (fix.patch) edits.edit(fix.patch);
    else if (fix.slower) {
      edits.edit({ optimizer: { learning_rate: fix.slower } });
      actions.run();
    } else if (fix.remove) restructure(removeUnit(layers, fix.remove.layer, fix.remove.unit));
    else restructure(insertLayer(layers, fix.insert, newLayer));
    forget();
  }

  function forget() {
    shown = null;
    next = null;
  }

  function restructure({ layers, origin }) {
    edits.edit({ layers }, origin);
  }

  const timer = setInterval(look, PERIOD);
  const unwatch = [
    store.watch(["diverged"], look),
    store.watch(["canUndo"], showBack),
  ];

  function update(newest) {
    const first = !frame;
    frame = newest;
    if (first) look();
  }

  function destroy() {
    clearInterval(timer);
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
