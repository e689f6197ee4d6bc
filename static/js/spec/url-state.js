/**
 * URL encoding of the page's state: readable words for what differs from the defaults, and
 * nothing for the default playground. `?v=1&data=spiral&noise=0.2&layers=8:relu*3&rate=0.01`
 * One word more, `state`, carries what words cannot say: points and weights, or their short id.
 */

const VERSION = "1";
const NONE = "none";
/** The word for points and weights, which the server alone can read. */
const PAYLOAD = "state";

/** Word of the address to path of the spec. Links live long: words are added, never changed. */
export const PATHS = {
  data: "data.name",
  samples: "data.samples",
  noise: "data.noise",
  label_noise: "data.label_noise",
  balance: "data.class_balance",
  classes: "data.classes",
  test: "data.test_fraction",
  validation: "data.validation_fraction",
  data_seed: "data.seed",
  task: "data.task",
  features: "features",
  columns: "data.columns",
  axes: "data.axes",
  layers: "layers",
  output_trainable: "output.trainable",
  initializer: "initializer.name",
  scale: "initializer.scale",
  loss: "loss",
  optimizer: "optimizer.name",
  rate: "optimizer.learning_rate",
  momentum: "optimizer.momentum",
  rho: "optimizer.rho",
  beta_1: "optimizer.beta_1",
  beta_2: "optimizer.beta_2",
  epsilon: "optimizer.epsilon",
  weight_decay: "optimizer.weight_decay",
  clip: "optimizer.clip_norm",
  schedule: "schedule.name",
  warmup: "schedule.warmup_steps",
  decay_steps: "schedule.decay_steps",
  decay_rate: "schedule.decay_rate",
  l1: "regularization.l1",
  l2: "regularization.l2",
  early_stopping: "early_stopping.enabled",
  patience: "early_stopping.patience",
  min_delta: "early_stopping.min_delta",
  restore_best: "early_stopping.restore_best_weights",
  batch: "batch_size",
  seed: "seed",
};
/** What a layer is while its text says nothing else; every layer's units are said. */
const LAYER = { activation: "tanh", negative_slope: 0.1, dropout: 0, batch_norm: false, trainable: true };
/** Words in which the value is a name; everything else but the two lists is a number. */
const NAMES = ["data", "task", "initializer", "loss", "optimizer", "schedule"];
/** Words in which the value is a list of names. */
const LISTS = ["features", "columns", "axes"];
/** Words that say 1 for yes and 0 for no. */
const FLAGS = ["early_stopping", "restore_best", "output_trainable"];
const MOST_LAYERS = 64;
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const CARRIED_TEXT = /^[a-z0-9_-]+(\.\d+)?$/i;
const WORD = /^[a-z0-9_]{1,40}$/i;

/** What is wrong with an address: which word, and what it says there. */
class LinkError extends Error {
  /**
   * @param {string} key
   * @param {string} value
   */
  constructor(key, value) {
    super(`${key}=${value}`);
    this.key = key;
    this.value = value;
  }
}

/**
 * Writes a spec as a query, without its question mark.
 *
 * Custom points are no part of it, but of what is carried.
 *
 * @param {Spec} spec whole
 * @param {Object} defaults the spec of the default playground
 * @param {string|null} [payload] points and weights, as the server has packed them
 * @returns {string} empty for the defaults
 */
export function writeState(spec, defaults, payload = null) {
  const said = [];
  for (const [key, path] of Object.entries(PATHS)) {
    const text = writeValue(key, at(spec, path));
    if (text !== writeValue(key, at(defaults, path))) said.push(`${key}=${text}`);
  }
  if (payload) said.push(`${PAYLOAD}=${payload}`);
  return said.length ? [`v=${VERSION}`, ...said].join("&") : "";
}

/**
 * Reads what a query carries of points and weights.
 *
 * @param {string} query with or without its question mark
 * @returns {string|null} null where it carries nothing
 * @throws {LinkError} what no server has packed
 */
export function readPayload(query) {
  const [text = null, ...more] = new URLSearchParams(query).getAll(PAYLOAD);
  if (text === null) return null;
  if (more.length || !CARRIED_TEXT.test(text)) throw new LinkError(PAYLOAD, text);
  return text;
}

/**
 * Reads a query as a partial spec; words of others, such as `lang`, are left alone.
 *
 * @param {string} query with or without its question mark
 * @returns {Object|null} null where the address says nothing of a state
 * @throws {LinkError} a version of later days, a word that is said twice, or what is no value of it
 */
export function readState(query) {
  const said = new URLSearchParams(query);
  const version = said.get("v");
  const keys = Object.keys(PATHS).filter((key) => said.has(key));
  if (version === null && keys.length === 0) return null;
  if (version !== null && version !== VERSION) throw new LinkError("v", version);
  const spec = {};
  for (const key of keys) {
    const [text, ...more] = said.getAll(key);
    if (more.length) throw new LinkError(key, more[0]);
    put(spec, PATHS[key], readValue(key, text));
  }
  return spec;
}

/** What of a query is of the state, as it stands there. */
export function pickState(query) {
  return split(query, true);
}

/** The query without what is of the state, such as `lang=ko`. */
export function dropState(query) {
  return split(query, false);
}

function split(query, ours) {
  return query.replace(/^\?/, "").split("&").filter((pair) => {
    const [key] = pair.split("=");
    return pair && (key === "v" || key === PAYLOAD || Object.hasOwn(PATHS, key)) === ours;
  }).join("&");
}

function at(spec, path) {
  return path.split(".").reduce((value, key) => value[key], spec);
}

function put(spec, path, value) {
  const keys = path.split(".");
  const last = keys.pop();
  const place = keys.reduce((part, key) => (part[key] ??= {}), spec);
  place[last] = value;
}

function writeValue(key, value) {
  if (key === "layers") return writeLayers(value);
  if (LISTS.includes(key) && value) return value.join(",");
  if (FLAGS.includes(key)) return value ? "1" : "0";
  return value === null ? NONE : String(value);
}

function readValue(key, text) {
  if (key === "layers") return readLayers(text);
  if (text === NONE) return null;
  if (LISTS.includes(key)) return text.split(",").map((name) => readName(key, name));
  if (FLAGS.includes(key)) return readFlag(key, text);
  return NAMES.includes(key) ? readName(key, text) : readNumber(key, text);
}

function readName(key, text) {
  if (!WORD.test(text)) throw new LinkError(key, text);
  return text;
}

function readFlag(key, text) {
  if (text !== "0" && text !== "1") throw new LinkError(key, text);
  return text === "1";
}

function readNumber(key, text) {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new LinkError(key, text);
  return value;
}

/** `4:relu:d0.2:s0.3:bn:frozen*3,2`: units, then what differs, then how often in a row. */
function writeLayers(layers) {
  if (layers.length === 0) return NONE;
  const runs = [];
  for (const text of layers.map(writeLayer)) {
    if (runs.at(-1)?.text === text) runs.at(-1).times += 1;
    else runs.push({ text, times: 1 });
  }
  return runs.map(({ text, times }) => (times > 1 ? `${text}*${times}` : text)).join(",");
}

function writeLayer({ units, activation, negative_slope: slope, dropout, batch_norm: norm, trainable }) {
  return [
    units,
    ...(activation === LAYER.activation ? [] : [activation]),
    ...(slope === LAYER.negative_slope ? [] : [`s${slope}`]),
    ...(dropout === LAYER.dropout ? [] : [`d${dropout}`]),
    ...(norm ? ["bn"] : []),
    ...(trainable === false ? ["frozen"] : []),
  ].join(":");
}

function readLayers(text) {
  if (text === NONE) return [];
  const layers = text.split(",").flatMap((part) => {
    const [layer, times = "1", ...more] = part.split("*");
    const count = readNumber("layers", times);
    if (more.length || !Number.isInteger(count) || count < 1 || count > MOST_LAYERS) {
      throw new LinkError("layers", part);
    }
    return Array.from({ length: count }, () => readLayer(layer));
  });
  if (layers.length > MOST_LAYERS) throw new LinkError("layers", text);
  return layers;
}

function readLayer(text) {
  const [units, ...rest] = text.split(":");
  const layer = { units: readNumber("layers", units), ...LAYER };
  for (const word of rest) {
    if (word === "bn") layer.batch_norm = true;
    else if (word === "frozen") layer.trainable = false;
    else if (/^d[\d.]/.test(word)) layer.dropout = readNumber("layers", word.slice(1));
    else if (/^s[\d.]/.test(word)) layer.negative_slope = readNumber("layers", word.slice(1));
    else layer.activation = readName("layers", word);
  }
  return layer;
}
