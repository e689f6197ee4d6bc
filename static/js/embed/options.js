/**
 * Options of an embed, as words of its address beside those of the state:
 * `/embed?data=xor&panels=boundary,network&controls=play,rate&start=click`. Imports nothing.
 */

/** What can be seen; where there is no room, the last ones are left out first. */
export const PANELS = [
  "boundary", "network", "loss", "unit", "data", "metrics", "legend", "landscape", "step", "spaces", "gradients", "race",
  "map", "search", "classes", "goal",
];
/** What runs time. */
export const TRANSPORT = ["play", "step", "step_batch", "reset", "speed"];
/** The words of the address for parts of the spec that have a control, in their order. */
export const PARTS = [
  "data", "noise", "samples", "test", "validation", "label_noise", "balance", "classes", "features",
  "columns", "axes", "layers", "loss", "optimizer", "rate", "momentum", "rho", "beta_1", "beta_2", "epsilon", "weight_decay",
  "clip", "schedule", "warmup", "decay_steps", "decay_rate", "l1", "l2", "early_stopping",
  "patience", "min_delta", "restore_best", "initializer", "scale",
  "batch", "seed", "data_seed",
];
export const CONTROLS = [...TRANSPORT, ...PARTS];
export const THEMES = ["light", "dark"];
export const STARTS = ["pause", "click", "auto"];

const NONE = "none";
const NUMBER = /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;
/** The server reads it, and says what is wrong with it. */
const GOAL = /^[ -~]{1,400}$/;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const ORIGIN = /^https?:\/\/[a-z0-9.:[\]-]+$/;
const MOST_ORIGINS = 8;

/** Word of the address: key of the options, value where nothing is said, reader and writer. */
const OPTIONS = {
  panels: { initial: ["boundary", "network", "loss"], read: list(PANELS), write: join },
  controls: { initial: ["play", "reset"], read: list(CONTROLS, true), write: join },
  background: { initial: null, read: one(["transparent"]), write: String },
  theme: { initial: null, read: one(THEMES), write: String },
  text: { initial: 1, read: number(0.75, 2), write: String },
  start: { initial: "pause", read: one(STARTS), write: String },
  epochs: { initial: null, read: number(1, 1e6, true), write: String },
  stop_loss: { initial: null, read: number(1e-9, 1e6), write: String },
  until: { initial: null, read: text(GOAL), write: String },
  goal: { initial: null, read: text(GOAL), write: String },
  speed: { initial: 1, read: number(1, 200, true), write: String },
  lang: { initial: null, read: text(LANGUAGE), write: String },
  recording: { initial: null, read: text(NAME), write: String },
  rehearse: { initial: null, read: one(["1"]), write: String },
  // One that cannot be read lets nobody in.
  origin: { initial: null, broken: [], read: readOrigins, write: join },
};

/** What is wrong with an option: which word, and what it says there. */
class OptionError extends Error {
  /**
   * @param {string} word
   * @param {string} value
   */
  constructor(word, value) {
    super(`${word}=${value}`);
    this.word = word;
    this.value = value;
  }
}

/**
 * Reads the options of an address; words of others are left alone.
 *
 * @param {string} query with or without its question mark
 * @param {(error: OptionError) => void} [refuse] told of each option that is broken and keeps its
 *   default; without it the first one is thrown
 * @returns {Object} every option, by its word
 * @throws {OptionError} an option that is said twice, or whose value is none
 */
export function readOptions(query, refuse = raise) {
  const said = new URLSearchParams(query);
  return Object.fromEntries(Object.entries(OPTIONS).map(([word, { initial, broken = initial, read }]) => {
    const texts = said.getAll(word);
    if (texts.length === 0) return [word, initial];
    const value = texts.length === 1 ? read(texts[0]) : undefined;
    if (value !== undefined) return [word, value];
    refuse(new OptionError(word, texts.at(-1)));
    return [word, broken];
  }));
}

/**
 * Writes options as a query, without its question mark.
 *
 * @param {Object} options any of them, by their words; null or undefined stands for the default
 * @returns {string} only what differs from the defaults
 * @throws {OptionError} a value that is none
 */
export function writeOptions(options) {
  const said = [];
  for (const [word, { initial, read, write }] of Object.entries(OPTIONS)) {
    const value = options[word] ?? initial;
    const written = value === null ? "" : write(value);
    if (written === (initial === null ? "" : write(initial))) continue;
    const again = read(written);
    if (again === undefined) throw new OptionError(word, written);
    said.push(`${word}=${escape(write(again))}`);
  }
  return said.join("&");
}

/** Leaves what lists, numbers and origins are made of as it is read. */
function escape(said) {
  return said.replace(/[^\w.,:*/[\]-]/g, encodeURIComponent);
}

function raise(error) {
  throw error;
}

/** Readers give undefined for what is no value. */
function one(names) {
  return (said) => (names.includes(said) ? said : undefined);
}

function text(pattern) {
  return (said) => (pattern.test(said) ? said : undefined);
}

function number(least, most, whole = false) {
  return (said) => {
    const value = NUMBER.test(said) ? Number(said) : NaN;
    const fits = value >= least && value <= most && (!whole || Number.isInteger(value));
    return fits ? value : undefined;
  };
}

/** Names in the order in which they are shown, each once. */
function list(names, canBeEmpty = false) {
  return (said) => {
    if (canBeEmpty && said === NONE) return [];
    const found = said.split(",");
    if (!found.every((name) => names.includes(name))) return undefined;
    return names.filter((name) => found.includes(name));
  };
}

function readOrigins(said) {
  const origins = said.toLowerCase().split(",");
  const fine = origins.length <= MOST_ORIGINS && origins.every((origin) => ORIGIN.test(origin));
  return fine ? origins : undefined;
}

function join(names) {
  return names.length ? names.join(",") : NONE;
}
