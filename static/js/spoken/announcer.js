/**
 * Screen reader announcements: what happens, at once, and while it trains how far it
 * is. What happens within a few seconds of another event becomes one: the most important,
 * or the newest of equals. Beside that, the present state as text for the pictures.
 */

import { describeChange } from "spoken/changes";
import { describePending, describeMeanwhile } from "spoken/pending-words";
import { h, setText } from "lib/dom";
import { formatCount, formatLoss, formatPercent } from "lib/format";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { describeQueue } from "spoken/queue-words";
import { isAblated } from "spec/ablation";

/**
 * Milliseconds from one event to the next, and from anything spoken to a summary; a little
 * more than the five seconds promised, for clocks and timers differ by a millisecond.
 */
const APART = 5050;
const STATE_PERIOD = 1000;
const IMPORTANCE = { hint: 0, change: 1, run: 1, message: 2, connection: 2, diverged: 3 };
/** What is said of a connection that is not there. */
const AWAY = ["lost", "busy", "taken", "idle"];

/**
 * @param {HTMLElement} element where the two hidden texts go
 * @param {{store: Store, schema, taskOf, presets, speakMap?: (frame: Frame) => string}} context `speakMap` says how a
 *   map stands that a frame holds
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const { store, schema, taskOf, speakMap = () => "" } = context;
  const live = h("p.sr-only", { role: "status" });
  const state = h("p", { id: "state", hidden: true });
  element.append(live, state);
  let meta = null;
  let last = null;
  let pending = null;
  let timer = 0;
  let eventTime = -Infinity;
  let spokenTime = -Infinity;
  let summarized = "";
  let known = store.get();
  let away = false;
  let unexplained = false;
  let asked = null;

  /** Says what `write` gives when its time has come. */
  function announce(topic, write) {
    const importance = IMPORTANCE[topic];
    if (!pending || importance >= pending.importance) pending = { importance, write };
    const wait = eventTime + APART - performance.now();
    if (wait <= 0) speak();
    else if (!timer) timer = setTimeout(speak, wait);
  }

  function speak() {
    clearTimeout(timer);
    timer = 0;
    const text = pending.write();
    pending = null;
    eventTime = performance.now();
    say(text);
  }

  function say(text) {
    spokenTime = performance.now();
    setText(live, text);
  }

  function summarize() {
    if (!store.get().run.running || store.get().run.promised || pending || performance.now() - spokenTime < APART) return;
    const text = describeFrame();
    if (text === summarized) return;
    summarized = text;
    say(text);
  }

  const throttle = createThrottle(STATE_PERIOD, () => {
    setText(state, `${describeState()} ${describeFrame()}`);
  });

  function update(frame) {
    if (unexplained && frame.meta.step === 0 && meta.step > 0) announce("change", () => word("spoken.reset"));
    unexplained = false;
    meta = frame.meta;
    last = frame;
    throttle.offer();
    summarize();
  }

  /** Tells what the store says anew. */
  function follow(next) {
    const before = known;
    known = next;
    if (next.run.diverged && next.run.diverged !== before.run.diverged) {
      announce("diverged", () => word("spoken.diverged", { step: formatCount(next.run.diverged.step) }));
    } else if (next.run.stopped && next.run.stopped !== before.run.stopped) {
      const { epoch, best_epoch: best } = next.run.stopped;
      announce("diverged", () => word("spoken.stopped", { epoch: formatCount(epoch), best: formatCount(best) }));
    } else if (meta && isOtherRun(before.run, next.run)) {
      announce("run", describeRun);
    }
    if (next.run.waiting && !before.run.waiting) announce("change", describeWaiting);
    else if (before.run.waiting && !next.run.waiting && next.run.spec === asked) announce("change", () => word("spoken.stayed"));
    if (next.run.waiting !== before.run.waiting) asked = next.run.spec;
    if (next.stream.connection !== before.stream.connection) followConnection(next.stream.connection);
    if (next.page.hint && next.page.hint !== before.page.hint) announce("hint", () => next.page.hint);
    if (next.page.message && next.page.message !== before.page.message) announce("message", () => textOf(next.page.message));
    if (next.run.spec !== before.run.spec && next.run.spec && before.run.spec && meta) followSpec(before, next);
    else if (isAblated(before.ablation) && !isAblated(next.ablation) && meta) announce("change", () => word("spoken.allOn"));
  }

  function followConnection({ name, queue = null }) {
    if (name === "queued") {
      announce("connection", () => describeQueue(queue));
      away = true;
    } else if (AWAY.includes(name)) {
      if (!away) announce("connection", () => word(`connection.${name}`));
      away = true;
    } else if (name === "open" && away) {
      away = false;
      announce("connection", () => word("spoken.connected"));
    }
  }

  /** What changed, if anything did: a reset leaves the spec as it is. */
  function followSpec(before, { run: { spec, canRedo } }) {
    const change = describeChange(before.run.spec, spec, { schema, task: taskOf(spec) });
    const undone = canRedo && !before.run.canRedo;
    unexplained = !change && !undone;
    if (unexplained) return;
    announce("change", () => [
      ...(undone ? [word("spoken.undone")] : []), ...(change ? [word("spoken.changed", { change })] : []),
    ].join(" "));
  }

  function describeRun() {
    return store.get().run.running ? describeState() : `${describeState()} ${describeFrame()}`;
  }

  /** The numbers of the network, or of the map that trains in its place. */
  function describeFrame() {
    return speakMap(last) || describeNumbers(meta);
  }

  function describeState() {
    const { run: { running, promised } } = store.get();
    if (running && promised) return word("pending.promised");
    return word(running ? "spoken.running" : "spoken.paused");
  }

  function describeWaiting() {
    const now = store.get();
    if (!now.run.waiting) return word("spoken.stayed");
    return word("spoken.pending", { what: describePending(now, context), then: describeMeanwhile(now) });
  }

  followConnection(known.stream.connection);
  const unwatch = store.watch(
    ["run.running", "run.promised", "run.waiting", "run.diverged", "run.stopped", "run.spec", "run.canRedo", "stream.connection",
      "page.message", "page.hint", "ablation.units", "ablation.links"], follow);

  function destroy() {
    unwatch();
    clearTimeout(timer);
    throttle.cancel();
    live.remove();
    state.remove();
  }

  return { update, resize() {}, destroy };
}

/** Whether it trains or pauses where it did not, or waits anew for what comes. */
function isOtherRun(before, { running, promised }) {
  return running !== before.running || (promised !== before.promised && running);
}

/** A message is a text, or the key of one. */
function textOf({ text, key }) {
  return text ?? word(key);
}

function describeNumbers(meta) {
  const epoch = formatCount(meta.epoch);
  if ("test_accuracy" in meta) {
    return word("spoken.summary", {
      epoch, loss: formatLoss(meta.test_loss), accuracy: formatPercent(meta.test_accuracy),
    });
  }
  return word("spoken.summary.regression", {
    epoch, rmse: formatLoss(meta.test_rmse), r2: formatLoss(meta.test_r2),
  });
}
