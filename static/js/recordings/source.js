/**
 * A recording as a source of frames: what `connection` is for a live session. `run`, `pause`,
 * `step`, `reset` and `speed` mean for it what they mean for a session; nothing can be edited.
 *
 * Events: `state`, `opened`, `spec`, `sweep`, `frame`, `error`, `stopped` as those of a connection, and
 * `ended` at the last frame; `sweep` has the colour of its cells, too.
 */

import { createEmitter } from "lib/emitter";
import { epochOf } from "lib/frames";

/** Frames a second at speed 1. */
const RATE = 12;
const LONGEST_WAIT = 250;
/** What has no meaning for a recording, and changes nothing. */
const IGNORED = Object.fromEntries(["speed", "views", "ack", "timeline", "goal", "sweep"].map((type) => [type, () => {}]));

/**
 * @param {{frames: Object[]}} recording
 * @returns {{on, connect, send, painted, token, seek, seekMap, place, setSpeed, length}} `connect` begins,
 *   `seek` goes to a frame, `seekMap` to the first one of a map, `place` tells which one is shown
 */
export function createRecordedSource(recording) {
  const frames = fillIn(recording.frames);
  const { on, emit } = createEmitter();
  let at = -1;
  let speed = 1;
  let timer = 0;
  let due = 0;
  let until = null;

  /** Opens as a session does, paused at the first frame. */
  function connect() {
    stop();
    at = -1;
    emit("state", { name: "open", seconds: 0 });
    emit("opened", { ...describe(frames[0]), running: false, resumed: false });
    seek(0);
  }

  function describe({ spec, meta }) {
    return { id: meta.spec_id, spec, step: meta.step, undo: false, redo: false };
  }

  /** Shows the frame with a number; one that is there is shown again. */
  function seek(index) {
    const next = Math.max(0, Math.min(frames.length - 1, Math.round(index)));
    const frame = frames[next];
    const last = frames[at];
    if (last && frame.spec !== last.spec) emit("spec", describe(frame));
    const { sweep = null } = frame;
    const colour = colourOf(frame);
    if (sweep !== (last?.sweep ?? null) || colour !== colourOf(last)) emit("sweep", { sweep, colour });
    at = next;
    emit("frame", { ...frame, recorded: { frames, index: at } });
  }

  function seekMap() {
    seek(Math.max(0, frames.findIndex(({ sweep }) => sweep)));
  }

  /** Plays on from here, perhaps not to the end; from the start where nothing is left. */
  function run({ until: end = null }) {
    until = end;
    if (timer) return;
    if (at === frames.length - 1) seek(0);
    due = performance.now();
    wait();
  }

  function wait() {
    due += 1000 / (RATE * speed);
    timer = setTimeout(go, due - performance.now());
  }

  /** Frames for which there was no time are left out, so that the speed is true. */
  function go() {
    const period = 1000 / (RATE * speed);
    const late = performance.now() - due;
    const skipped = late < LONGEST_WAIT ? Math.floor(Math.max(0, late) / period) : 0;
    due = late < LONGEST_WAIT ? due + skipped * period : performance.now();
    seek(Math.min(at + 1 + skipped, endOf(until)));
    if (at < endOf(until)) wait();
    else {
      stop();
      emit("stopped", { step: frames[at].meta.step, reason: "epoch" });
      if (at === frames.length - 1) emit("ended");
    }
  }

  /** The frame at which a run ends: the first that is where it is to end, or the last. */
  function endOf(end) {
    const last = frames.length - 1;
    if (!end) return last;
    const { epoch = Infinity, loss = -Infinity } = end;
    const found = frames.findIndex(({ meta }, i) => i >= at && (epochOf(meta) >= epoch || meta.train_loss <= loss));
    return found < 0 ? last : found;
  }

  /** A step of so many epochs leads to the first frame after them. */
  function step({ epochs }) {
    const target = epochs ? endOf({ epoch: epochOf(frames[at].meta) + epochs }) : at + 1;
    seek(Math.max(at + 1, target));
    if (at === frames.length - 1) emit("ended");
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
  }

  /** How many times as fast as it is by itself. */
  function setSpeed(times) {
    speed = times;
  }

  function reset() {
    seek(0);
    emit("spec", describe(frames[0]));
  }

  const answers = { run, pause: stop, step, reset, ...IGNORED };

  /** Takes a message of the contract; one that would change something is refused. */
  function send(message) {
    const answer = answers[message.type];
    if (answer) answer(message);
    else emit("error", { code: "recorded", path: "", message: "" });
  }

  return {
    on, connect, send, seek, seekMap, setSpeed, painted() {}, token: () => null, place: () => at,
    length: frames.length,
  };
}

/** What the cells of a map were coloured by. */
function colourOf(frame) {
  return frame?.meta.sweep?.colour;
}

/** Points that came only once hold for the frames after them. */
function fillIn(frames) {
  let points;
  return frames.map((frame) => {
    points = frame.arrays.points ?? points;
    return points ? { ...frame, arrays: { ...frame.arrays, points } } : frame;
  });
}
