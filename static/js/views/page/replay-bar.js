/** Playback controls of a recording: play, scrubber, speed, position. */

import { h, icon, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { epochOf } from "lib/frames";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";

const PLAY = "M4.5 2.6v10.8L13 8z";
const PAUSE = ["M5 3v10", "M11 3v10"];
const SPEEDS = [0.25, 0.5, 1, 2, 4];

/**
 * @param {HTMLElement} element
 * @param {{store: Store, source: Object, actions: Object}} context `source` is the recording's
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, source, actions }) {
  const last = source.length - 1;
  const play = h("button.play", { type: "button", on: { click: actions.toggle } });
  const scrubber = h("input.slider.scrubber", {
    type: "range", min: 0, max: last, step: 1, value: 0, "aria-label": word("recording.scrub"),
    data: { action: "scrub", help: word("help.recording.scrub") },
    on: { input: () => source.seek(Number(scrubber.value)) },
  });
  const speed = h("select.select", {
    "aria-label": word("label.replaySpeed"), data: { path: "replaySpeed" },
    on: { change: () => store.set({ recording: { replaySpeed: Number(speed.value) } }) },
  }, ...SPEEDS.map((times) => h("option", { value: times }, `×${times}`)));
  const epoch = h("output.epoch-value", { "aria-live": "off" }, "0");
  const step = h("span");
  const place = h("span");
  element.classList.add("replay-strip");
  element.setAttribute("aria-label", word("recording.controls"));
  element.append(
    h("div.transport", {}, play,
      h("div.epoch", {}, makeTerm("span.field-label", word("help.epoch"), word("label.epoch")), epoch)),
    h("div.replay-track", {}, scrubber, h("div.replay-places", {}, step, place)),
    h("span.select-wrap.replay-speed", { data: { help: word("help.replaySpeed") } }, speed));

  function showRunning({ run: { running } }) {
    play.replaceChildren(running ? icon(...PAUSE) : icon(PLAY));
    play.classList.toggle("running", running);
    play.setAttribute("aria-label", word(running ? "action.pause" : "action.replay"));
  }

  function showSpeed({ recording: { replaySpeed } }) {
    speed.value = replaySpeed;
    source.setSpeed(replaySpeed);
  }

  /** The thumb is where the picture is. */
  function update({ meta, recorded: { index } }) {
    if (Number(scrubber.value) !== index) scrubber.value = String(index);
    scrubber.style.setProperty("--fill", last ? index / last : 1);
    setText(epoch, formatCount(epochOf(meta)));
    const count = { number: formatCount(index + 1), count: formatCount(last + 1) };
    setText(step, meta.sweep ? "" : word("recording.update", { step: formatCount(meta.step) }));
    setText(place, word("recording.frame", count));
    scrubber.setAttribute("aria-valuetext", word("recording.place", {
      ...count, epoch: formatCount(epochOf(meta)),
    }));
  }

  const unwatch = [store.watch(["run.running"], showRunning), store.watch(["recording.replaySpeed"], showSpeed)];

  function destroy() {
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
