/**
 * Candidate edits for a trial, three at most: each with its `patch`, perhaps an `origin`, and
 * `what` is changed to which `value`.
 */

import { insertLayer } from "spec/layers";

const FIRST_DECAYS = [0.003, 0.01, 0.03];
const MOST_DECAY = 0.3;
const LEAST_RATE = 1e-5;
const SIZES = [2, 4, 8];

/** More L2 than there is. */
export function listDecays(l2) {
  const values = l2 === 0 ? FIRST_DECAYS : [2, 4, 8].map((times) => Math.min(MOST_DECAY, round(l2 * times)));
  return [...new Set(values)].map((value) => ({ what: "l2", value, patch: { regularization: { l2: value } } }));
}

/** Less of a penalty than there is. */
function listLowerPenalties(name, now) {
  return [3, 10, 30].map((times) => round(now / times))
    .map((value) => ({ what: name, value, patch: { regularization: { [name]: value } } }));
}

/** Lower learning rates than the present one. */
export function listRates(rate) {
  const values = [3, 10, 30].map((times) => Math.max(LEAST_RATE, round(rate / times)));
  return [...new Set(values)].map((value) => ({ what: "rate", value, patch: { optimizer: { learning_rate: value } } }));
}

/**
 * Other activations.
 *
 * @param {Object[]} layers
 * @param {(layer: Object, at: number) => boolean} where in which layers
 * @param {string[]} names
 */
export function listActivations(layers, where, names) {
  return names.map((name) => ({
    what: "activation", value: name,
    patch: { layers: layers.map((layer, at) => (where(layer, at) ? { ...layer, activation: name } : layer)) },
  }));
}

/** A new layer in front of layer `at`, of several sizes. */
export function listSizes(layers, at, newLayer) {
  return SIZES.map((units) => {
    const { layers: next, origin } = insertLayer(layers, at, { ...newLayer, units });
    return { what: "units", value: units, patch: { layers: next }, origin };
  });
}

/** What may fit better after an edit that made things worse: none where nothing is known. */
export function listFixes(from, to) {
  for (const name of ["l1", "l2"]) {
    if (to.regularization[name] > from.regularization[name]) return listLowerPenalties(name, to.regularization[name]);
  }
  const rates = ["optimizer", "schedule", "batch_size"];
  return rates.some((key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]))
    ? listRates(to.optimizer.learning_rate) : [];
}

function round(value) {
  return Number(value.toPrecision(1));
}
