/** What a person can tell the run to do; buttons, keys and hints share these. */

const SEED_LIMIT = 2 ** 31;

/**
 * @param {{store, edits, send: Function, schema}} parts
 * @returns {object} one function per action
 */
export function createActions({ store, edits, send, schema }) {
  function run() {
    store.set({ running: true, diverged: null });
    send({ type: "run" });
  }

  function pause() {
    store.set({ running: false });
    send({ type: "pause" });
  }

  function toggle() {
    if (store.get().running) pause();
    else run();
  }

  function step() {
    if (store.get().running) pause();
    send({ type: "step", epochs: 1 });
  }

  function reset() {
    store.set({ diverged: null });
    edits.command({ type: "reset" });
  }

  function newSeed() {
    store.set({ diverged: null });
    edits.edit({ seed: randomSeed() });
  }

  function newPoints() {
    edits.edit({ data: { seed: randomSeed() } });
  }

  function setSpeed(epochs) {
    store.set({ speed: epochs });
    send({ type: "speed", epochs_per_frame: epochs });
  }

  function setWeight(layer, from, to, value) {
    edits.command({ type: "set_weight", layer, from, to, value });
  }

  /** Starts a preset afresh: its spec on the defaults, and its first weights. */
  function startPreset(preset) {
    edits.edit({ ...schema.defaults(), ...completed(preset.spec) });
    reset();
    store.set({ preset: preset.id });
  }

  /** A preset's parts are patches on the defaults too. */
  function completed(patch) {
    const defaults = schema.defaults();
    const whole = {};
    for (const [key, value] of Object.entries(patch)) {
      if (key === "layers") whole[key] = value;
      else if (isObject(value)) whole[key] = { ...defaults[key], ...value };
      else whole[key] = value;
    }
    return whole;
  }

  return { run, pause, toggle, step, reset, newSeed, newPoints, setSpeed, setWeight, startPreset };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function randomSeed() {
  return Math.floor(Math.random() * SEED_LIMIT);
}
