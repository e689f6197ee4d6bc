/** Run controls: play, one epoch, one batch, reset, undo, redo, and the epoch counter. */

import { h, icon, setText } from "lib/dom";
import { formatCount, formatSeconds } from "lib/format";
import { epochOf } from "lib/frames";
import { makeTerm } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const PLAY = "M4.5 2.6v10.8L13 8z";
const PAUSE = ["M5 3v10", "M11 3v10"];
const ICONS = {
  oneEpoch: ["M2.5 3.5v9l5-4.5z", "M7.5 3.5v9l5-4.5z", "M13.5 3v10"],
  oneBatch: ["M4 3.5v9l6.5-4.5z", "M12 3v10"],
  reset: ["M3.4 8a4.6 4.6 0 1 0 1.5-3.4", "M4.6 1.8v3h3"],
  newSeed: ["M3 3h10v10H3z", "M6 6h.01M10 6h.01M6 10h.01M10 10h.01M8 8h.01"],
  undo: ["M3 6h6.6a3.5 3.5 0 0 1 0 7H6", "M5.8 3L2.8 6l3 3"],
  redo: ["M13 6H6.4a3.5 3.5 0 0 0 0 7H10", "M10.2 3l3 3-3 3"],
};
const PERIOD = 100;

const EVERYTHING = ["play", "step", "step_batch", "reset", "undo", "redo"];
/** The words of an address for buttons, where they are not those of the actions. */
const STEPS = { step: "oneEpoch", step_batch: "oneBatch", reset: "reset" };

/**
 * @param {Context} context
 * @param {string[]} shown which of the buttons there are
 * @returns {{element, steps, oneBatch, newSeed, update, destroy}} `oneBatch` is among the steps,
 *   `newSeed` belongs there, where there is room for them
 */
export function createRunButtons({ store, actions }, shown = EVERYTHING) {
  const play = h("button.play", { type: "button", on: { click: actions.toggle } });
  const button = (name) => h("button.button", {
    type: "button", "aria-label": word(`action.${name}`),
    data: { help: word(`help.${name}`), action: name }, on: { click: actions[name] },
  }, icon(...ICONS[name]), h("span.button-text", {}, word(`action.${name}`)));
  const small = (name) => h("button.icon-button", {
    type: "button", "aria-label": word(`action.${name}`), disabled: true,
    data: { help: word(`help.${name}`), action: name }, on: { click: actions[name] },
  }, icon(...ICONS[name]));
  const [undo, redo] = [small("undo"), small("redo")];
  const epoch = h("output.epoch-value", { "aria-live": "off" }, "0");
  const progress = createProgress();
  const has = (name) => shown.includes(name);
  const made = Object.fromEntries(Object.keys(STEPS).filter(has).map((name) => [name, button(STEPS[name])]));
  const steps = h("div.steps", {}, ...Object.values(made));
  const historyButtons = [has("undo") && undo, has("redo") && redo].filter(Boolean);
  const element = h("div.transport", {}, has("play") ? play : null, steps,
    h("div.history-buttons", {}, ...historyButtons),
    h("div.epoch", {}, makeTerm("span.field-label", word("help.epoch"), word("label.epoch")), epoch),
    progress.element);

  function showRunning({ run: { running, promised } }) {
    play.classList.toggle("promised", running && promised);
    play.replaceChildren(running ? icon(...PAUSE) : icon(PLAY));
    play.classList.toggle("running", running);
    play.setAttribute("aria-label", word(running ? "action.pause" : "action.run"));
    play.dataset.help = word("help.play");
  }

  /** A button that is used up hands the focus to the other one. */
  function showMoments({ run: { canUndo: could, canRedo, waiting } }) {
    const focused = document.activeElement;
    // What waits can be left.
    const canUndo = could || waiting;
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
    if (focused === undo && !canUndo) redo.focus();
    else if (focused === redo && !canRedo) undo.focus();
  }

  const unwatch = [
    store.watch(["run.running", "run.promised"], showRunning),
    // The networks of a map go on by whole epochs.
    store.watch(["map.sweep"], ({ map: { sweep } }) => {
      if (made.step_batch) made.step_batch.disabled = Boolean(sweep);
    }),
    store.watch(["run.canUndo", "run.canRedo", "run.waiting"], showMoments),
  ];
  const throttle = createThrottle(PERIOD, (meta) => {
    setText(epoch, formatCount(epochOf(meta)));
    progress.update(meta);
  });

  function update(frame) {
    throttle.offer(frame.meta);
  }

  function destroy() {
    unwatch.forEach((stop) => stop());
    throttle.cancel();
  }

  return { element, steps, oneBatch: made.step_batch, newSeed: button("newSeed"), update, destroy };
}

/** How far an epoch is, where one takes so long that it matters. */
function createProgress() {
  const batch = h("span");
  const left = h("span");
  const bar = h("span.progress-bar");
  const element = makeTerm("div.progress", word("help.progress"), batch, left, h("span.progress-track", {}, bar));
  element.hidden = true;

  function update({ batch: done, batches, seconds_left: seconds }) {
    element.hidden = batches === undefined;
    if (element.hidden) return;
    setText(batch, word("progress.batch", { batch: formatCount(done), batches: formatCount(batches) }));
    setText(left, word("progress.left", { seconds: formatSeconds(seconds) }));
    bar.style.transform = `scaleX(${(done / batches).toFixed(3)})`;
  }

  return { element, update };
}
