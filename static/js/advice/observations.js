/** Observations on a frame: pure rules (dead units, overfitting ...), the most urgent first. */

import { listActivations, listDecays, listRates, listFixes, listSizes } from "advice/candidates";
import { isTable } from "spec/data-sets";

const SETTLED = 200;
const FLAT = 0.03;
const APART = 0.12;
const TIMES = 1.6;
const POOR = 0.8;
const POOR_FIT = 0.5;
const RELUS = ["relu", "leaky_relu", "prelu"];
const DEEP = 3;
const LESS = 10;
const MOST_DECAY = 0.1;
const CURVED = ["tanh", "relu", "sigmoid"];
const ALIVE = ["leaky_relu", "elu", "tanh"];
const STEEPER = ["tanh", "relu", "leaky_relu"];

/**
 * @param {Frame} frame
 * @param {{spec, diverged, stopped, task, setback, newLayer, trend}} state `trend` as `advice/loss-trend` finds it
 * @returns {{key: string, values?: Object, fix?: Object, candidates?: Object[], stands?: boolean,
 *   setback?: Object, look?: Object}} `look` is the view that shows why (`advice/looks`), `fix` is what "Try it" does where nothing has been tried: {patch} for an
 *   edit, {remove: {layer, unit}} or {insert: layer}, {slower: rate}; `candidates` are changes to
 *   try on copies, the best of which is offered then; what `stands` is told whether one helps or not
 */
export function observe(frame, { spec, diverged, stopped, task, setback, newLayer, trend }) {
  return lostRun(spec, diverged) ?? endedEarly(frame.meta, stopped) ?? worse(setback) ?? frozenLayer(spec)
    ?? (frame.meta.step < SETTLED ? null : deadUnit(frame, spec)
      ?? tooSimple(frame, spec, task, newLayer) ?? overfitting(frame, spec, task) ?? rising(spec, trend) ?? stuck(frame, spec, trend))
    ?? { key: "idle" };
}

/** A run that diverged. */
export function lostRun(spec, diverged) {
  if (!diverged) return null;
  const rate = lowerRate(spec);
  return {
    key: "diverged", values: { rate }, fix: { slower: rate }, stands: true,
    candidates: listRates(spec.optimizer.learning_rate), look: { view: "landscape" },
  };
}

function lowerRate({ optimizer }) {
  return Math.max(1e-5, Number((optimizer.learning_rate / LESS).toPrecision(2)));
}

/** A run that ended early and has not gone on since. */
export function endedEarly({ step }, stopped) {
  if (!stopped || stopped.step !== step) return null;
  const { epoch, best_epoch: best, restored } = stopped;
  return { key: restored ? "stopped.restored" : "stopped.kept", values: { epoch, best }, stands: true, look: { view: "earlyStopping" } };
}

/** An edit that made things worse. */
export function worse(setback) {
  if (!setback) return null;
  const scored = setback.measure === "accuracy";
  return {
    key: scored ? "worse.accuracy" : "worse.loss", setback, stands: true,
    candidates: listFixes(setback.from, setback.to), look: { view: scored ? "classes" : "landscape" },
  };
}

/** A layer that cannot learn. */
export function frozenLayer({ layers }) {
  const at = layers.findIndex(({ activation }) => activation === "step");
  if (at < 0) return null;
  return {
    key: "step", values: { layer: at + 1 }, look: { view: "gradients" },
    fix: { patch: { layers: layers.with(at, { ...layers[at], activation: "tanh" }) } },
    candidates: listActivations(layers, (_, layer) => layer === at, CURVED),
  };
}

/** A unit whose answer is the same everywhere, so that no other unit learns from it. */
function deadUnit({ arrays: { units }, meta: { units_range: ranges } }, { layers }) {
  const area = units.shape[1] * units.shape[2];
  let index = 0;
  for (let layer = 0; layer < layers.length; layer += 1) {
    for (let unit = 0; unit < layers[layer].units; unit += 1, index += 1) {
      if (index >= units.shape[0]) return null;
      if (spread(units.data, index * area, area, ranges[index]) > FLAT) continue;
      return describeDead(layers, layer, unit);
    }
  }
  return null;
}

function describeDead(layers, layer, unit) {
  const values = { layer: layer + 1, unit: unit + 1 };
  const sigmoids = layers.filter((one) => one.activation === "sigmoid" && !one.batch_norm);
  if (sigmoids.length >= DEEP) {
    const next = layers.map((one) =>
      (one.activation === "sigmoid" ? { ...one, activation: "tanh" } : one));
    return {
      key: "vanishing", values: { count: sigmoids.length }, fix: { patch: { layers: next } }, look: { view: "gradients" },
      candidates: listActivations(layers, ({ activation }) => activation === "sigmoid", STEEPER),
    };
  }
  if (layers[layer].activation === "relu") {
    const next = { ...layers[layer], activation: "leaky_relu" };
    return {
      key: "dead.relu", values, look: { view: "unitUpdate", layer, unit }, fix: { patch: { layers: layers.with(layer, next) } },
      candidates: listActivations(layers, (_, at) => at === layer, ALIVE),
    };
  }
  if (layers[layer].units > 1) return { key: "dead", values, fix: { remove: { layer, unit } }, look: { view: "withoutUnit", layer, unit } };
  return { key: RELUS.includes(layers[layer].activation) ? "dead.only" : "dead.last", values, look: { view: "race", kind: "seed" } };
}

function spread(bytes, start, count, [low, high]) {
  let least = 255;
  let most = 0;
  for (let i = start; i < start + count; i += 3) {
    if (bytes[i] < least) least = bytes[i];
    if (bytes[i] > most) most = bytes[i];
  }
  return ((most - least) / 255) * (high - low);
}

function tooSimple({ meta }, spec, task, newLayer) {
  const { layers, features } = spec;
  const curved = layers.some(({ activation }) => activation !== "linear");
  const straight = isTable(spec) || features.every((name) => name === "x1" || name === "x2");
  if (curved || !straight || task === "regression" || meta.train_accuracy > POOR) return null;
  const look = { view: "spaces", layer: layers.length };
  if (!layers.length) return { key: "straight", fix: { insert: 0 }, candidates: listSizes(layers, 0, newLayer), look };
  return {
    key: "linear", look, fix: { patch: { layers: layers.map((l) => ({ ...l, activation: "tanh" })) } },
    candidates: listActivations(layers, () => true, CURVED),
  };
}

function overfitting({ meta }, spec, task) {
  const { regularization: { l2 } } = spec;
  // Losses of numbers have any scale; R² has none.
  const apart = task === "regression" ? meta.train_r2 - meta.test_r2 : meta.test_loss - meta.train_loss;
  if (!(apart >= APART) || meta.test_loss < TIMES * meta.train_loss || l2 >= MOST_DECAY) return null;
  const next = l2 === 0 ? 0.001 : Number((l2 * 3).toPrecision(1));
  return {
    key: isTable(spec) ? "overfit.table" : "overfit", values: { l2: next }, fix: { patch: { regularization: { l2: next } } },
    candidates: listDecays(l2), look: { view: "earlyStopping" },
  };
}

/** The loss that is minimized goes up: updates are too large for it. */
function rising(spec, trend) {
  if (trend?.trend !== "rising") return null;
  const { before, after } = trend;
  const rate = lowerRate(spec);
  return {
    key: "rising", values: { before, after, rate }, fix: { patch: { optimizer: { learning_rate: rate } } },
    candidates: listRates(spec.optimizer.learning_rate), look: { view: "landscape" },
  };
}

/** A loss that stays where it is, and that is not good enough. */
export function stuck({ meta }, { layers }, trend) {
  const score = meta.train_accuracy ?? meta.train_r2;
  if (trend?.trend !== "still" || !(score < (meta.train_accuracy === undefined ? POOR_FIT : POOR))) return null;
  const values = { loss: trend.after, updates: trend.updates };
  return layers.length > 1
    ? { key: "stuck.deep", values, look: { view: "gradients" } }
    : { key: "stuck", values, look: { view: "race", kind: "optimizer" } };
}
