/**
 * Observation line about what the network needs, with buttons that do it: what has been tried on
 * copies and helps, and the way back from what made things worse; and one that opens the view that shows why.
 */

import { describeChange } from "spoken/changes";
import { h, setText } from "lib/dom";
import { formatCount, formatLoss, formatPercent, formatValue } from "lib/format";
import { insertLayer, removeUnit } from "spec/layers";
import { helpOfLook, openLook } from "advice/looks";
import { findTrend } from "advice/loss-trend";
import { describeTrial } from "advice/trial-words";
import { word } from "lib/words";

const PERIOD = 500;
const SURE = 3;
/** Looks at one and the same spec until changes of it are tried. */
const SETTLED = 2;
/** Values of an observation that are losses. */
const LOSSES = ["before", "after", "loss"];
/** Told at once, and left at once when it is over. */
const URGENT = ["diverged", "stopped.restored", "stopped.kept"];

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @param {{observe: Function, newLayer: Object, tries: boolean, looks: string[]}} rules what a frame says, what a
 *   layer is like that is put in, whether changes can be tried on copies, and which views there are
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, schema, edits, actions, advice, history, taskOf }, { observe, newLayer, tries, looks }) {
  const lead = h("strong");
  const text = h("span");
  const makeButton = (action, call) => h("button.button.small", {
    type: "button", data: { action }, on: { click: call },
  });
  const back = makeButton("undoAndGoOn", goBack);
  setText(back, word("action.undo"));
  const button = makeButton("tryIt", tryIt);
  const look = makeButton("lookInside", () => openLook(shown.found.look, { store, actions }));
  look.classList.add("quiet");
  back.hidden = button.hidden = look.hidden = true;
  element.append(h("span.observation-dot", { "aria-hidden": "true" }),
    h("p", {}, lead, " ", text),
    h("span.observation-ways", {}, back, button, look));
  let frame = null;
  let shown = null;
  let next = null;
  let seen = 0;
  let candidate = null;
  let looked = { spec: null, times: 0 };

  function inspect() {
    if (!frame) return;
    const { spec } = frame;
    const { run: { diverged, stopped }, advice: { setback } } = store.get();
    const found = observe(frame, { spec, diverged, stopped, setback, newLayer, task: taskOf(spec), trend: findTrend(history) });
    if (!tries) delete found.candidates;
    if (found.look && !looks.includes(found.look.view)) delete found.look;
    const key = JSON.stringify([found.key, found.values]);
    seen = next?.name === key ? seen + 1 : 1;
    next = { name: key, found };
    const urgent = !shown || [found.key, shown.found.key].some((key) => URGENT.includes(key));
    if (shown?.name === key) {
      shown = next;
      render();
    } else if (urgent || seen >= SURE) show(next);
    looked = { spec, times: looked.spec === spec ? looked.times + 1 : 1 };
    if (!shown?.found.candidates?.length || looked.times < SETTLED || spec !== store.get().run.spec) return;
    advice.offer(trialName(), shown.found.candidates, frame.meta.epoch);
  }

  /** An answer is about one spec. */
  function trialName() {
    return `${shown.name} ${frame.meta.spec_id}`;
  }

  function show(found) {
    shown = found;
    element.dataset.observation = shown.found.key;
    render();
    announce();
  }

  function render() {
    if (!shown) return;
    const { found } = shown;
    const told = describeTrial(found, found.candidates ? advice.answerTo(trialName()) : null);
    candidate = told.candidate;
    const values = describeValues(found);
    const own = word(`observation.${found.key}.text`, values);
    setText(lead, word(`observation.${found.key}.lead`, values));
    setText(text, [told.text || own, told.more].filter(Boolean).join(" "));
    button.hidden = !told.offers;
    setText(button, found.fix?.slower ? word("action.lower", values) : word("action.tryIt"));
    element.dataset.tried = candidate ? `${candidate.value}` : "";
    showBack();
    showLook(found.look);
  }

  function showLook(what) {
    look.hidden = !what;
    if (!what) return;
    setText(look, word(`action.look.${what.view}`));
    look.dataset.help = word(helpOfLook(what));
  }

  function announce() {
    const leads = !look.hidden && !URGENT.includes(shown.found.key);
    const offers = !button.hidden || !back.hidden || leads;
    store.set({ page: { hint: offers ? `${lead.textContent} ${text.textContent}` : null } });
  }

  function describeValues({ values = {}, setback }) {
    if (setback) return describeSetback(setback);
    const all = "rate" in values && candidate ? { ...values, rate: candidate.value } : values;
    return Object.fromEntries(Object.entries(all).map(([key, one]) => [key, describeValue(key, one)]));
  }

  function describeValue(key, value) {
    if (LOSSES.includes(key)) return formatLoss(value);
    if (key === "updates") return formatCount(value);
    return typeof value === "number" ? formatValue(value) : value;
  }

  function describeSetback({ measure, before, after, from, to }) {
    const format = measure === "accuracy" ? (share) => formatPercent(share, 0) : formatLoss;
    return {
      change: describeChange(from, to, { schema, task: taskOf(to) }),
      before: format(before), after: format(after),
    };
  }

  function showBack() {
    const found = shown?.found;
    back.hidden = !(found?.setback || found?.key === "diverged") || !store.get().run.canUndo;
    back.dataset.help = word(found?.setback ? "help.goBack" : "help.undoAndGoOn");
  }

  /** Leads out of a divergence, or out of what made things worse, by the way that led into it. */
  function goBack() {
    const { setback } = shown.found;
    for (let i = 0; i < (setback?.steps ?? 1); i += 1) actions.undo();
    if (!setback) actions.run();
    forget();
  }

  function tryIt() {
    if (!shown) return;
    const { fix } = shown.found;
    const { layers } = store.get().run.draft;
    if (candidate) edits.edit(candidate.patch, candidate.origin);
    else if (fix.patch) edits.edit(fix.patch);
    else if (fix.slower) edits.edit({ optimizer: { learning_rate: fix.slower } });
    else if (fix.remove) restructure(removeUnit(layers, fix.remove.layer, fix.remove.unit));
    else restructure(insertLayer(layers, fix.insert, newLayer));
    if (fix?.slower) actions.run();
    forget();
  }

  function forget() {
    shown = null;
    next = null;
    candidate = null;
  }

  function restructure({ layers, origin }) {
    edits.edit({ layers }, origin);
  }

  /** What a trial has found is told at once. */
  function followTrial() {
    const before = candidate;
    render();
    if (candidate && !before) announce();
  }

  const timer = setInterval(inspect, PERIOD);
  const unwatch = [
    store.watch(["run.diverged", "run.stopped"], inspect),
    store.watch(["run.canUndo"], showBack),
    store.watch(["advice.trial"], followTrial),
  ];

  function update(newest) {
    const first = !frame;
    frame = newest;
    if (first) inspect();
  }

  function destroy() {
    clearInterval(timer);
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
