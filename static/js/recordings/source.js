/**
 * A recording as a source of frames: what `connection` is for a live session. `run`, `pause`,
 * `step`, `reset` and `speed` mean for it what they mean for a session; nothing can be edited.
 *
 * Events: `state`, `opened`, `spec`, `frame`, `stopped` as those of a connection.
 */

/** Frames a second at speed 1. */
const RATE = 12;
const LONGEST_WAIT = 250;

/**
 * @param {{frames: object[]}} recording
 * @returns {{on, connect, send, painted, token, seek, place, setSpeed}} `connect` begins,
 *   `seek` goes to a frame, `place` tells which one is shown
 */
export function createRecordedSource(recording) {
  const frames = fillIn(recording.frames);
  const listeners = {};
  let at = -1;
  let speed = 1;
  let timer = 0;
  let due = 0;

  function on(type, listener) {
    (listeners[type] ??= []).push(listener);
  }

  function emit(type, value) {
    for (const listener of listeners[type] ?? []) listener(value);
  }

  /** Opens as a session does, paused at the first frame. */
  function connect() {
    stop();
    at = -1;
    emit("state", { name: "open", seconds: 0 });
    emit("opened", { ...tell(frames[0]), running: false, resumed: false });
    seek(0);
  }

  function tell({ spec, meta }) {
    return { id: meta.spec_id, spec, step: meta.step, undo: false, redo: false };
  }

  /** Shows the frame with a number; one that is there is shown again. */
  function seek(index) {
    const next = Math.max(0, Math.min(frames.length - 1, Math.round(index)));
    const frame = frames[next];
    if (at >= 0 && frame.spec !== frames[at].spec) emit("spec", tell(frame));
    at = next;
    emit("frame", { ...frame, recorded: { frames, index: at } });
  }

  /** Plays on from here; from the start where nothing is left. */
  function run() {
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
    seek(at + 1 + skipped);
    if (at < frames.length - 1) wait();
    else {
      stop();
      emit("stopped");
    }
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
  }

  /** How many times as fast as it is by itself. */
  function setSpeed(times) {
    speed = times;
  }

  const answers = { run, pause: stop, step: () => seek(at + 1), reset: () => seek(0) };
  const unanswered = ["run", "pause", "step", "speed", "views", "ack"];

  /** Takes a message of the contract; one that would change something is answered as things are. */
  function send({ type }) {
    answers[type]?.();
    if (!unanswered.includes(type)) emit("spec", tell(frames[at]));
  }

  return {
    on, connect, send, seek, setSpeed, painted() {}, token: () => null, place: () => at,
    length: frames.length,
  };
}

/** Points that came only once hold for the frames after them. */
function fillIn(frames) {
  let points;
  return frames.map((frame) => {
    points = frame.arrays.points ?? points;
    return points ? { ...frame, arrays: { ...frame.arrays, points } } : frame;
  });
}
