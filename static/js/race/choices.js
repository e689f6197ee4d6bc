/** What the networks of a race may differ in, and the change that makes each of them. Pure. */

import { piecesOf } from "spec/weights";

/** Learning rates that are compared. */
export const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
const BATCHES = [1, 4, 10, 32, 64, 128, 256];
const SEEDS = 16;
const SEED_LIMIT = 2 ** 31;
const MOST = 16;

/** The values of each kind, as patches of a spec. */
const PATCHES = {
  optimizer: (spec, schema) => names(schema, "optimizer.name").map((name) => ({ optimizer: { name } })),
  learning_rate: () => RATES.map((rate) => ({ optimizer: { learning_rate: rate } })),
  initializer: (spec, schema) => names(schema, "initializer.name").map((name) => ({ initializer: { name } })),
  activation: ({ layers }, schema) => names(schema, "layers.activation")
    .filter((activation) => layers.every(({ units }) => units * piecesOf(activation) <= schema.field("layers.units").maximum))
    .map((activation) => ({ layers: layers.map((layer) => ({ ...layer, activation })) })),
  batch_size: () => BATCHES.map((size) => ({ batch_size: size })),
  seed: ({ seed }) => Array.from({ length: SEEDS }, (_, i) => ({ seed: (seed + i) % SEED_LIMIT })),
};

export const KINDS = Object.keys(PATCHES);
/** For how many epochs they train. */
export const EPOCHS = [20, 50, 100, 200, 500, 1000];

/**
 * The racers of a kind.
 *
 * @param {string} kind
 * @param {Spec} spec of the run
 * @param {{field: Function}} schema
 * @returns {{patch: Object}[]} none where nothing could differ
 */
export function listRacers(kind, spec, schema) {
  if (kind === "activation" && !spec.layers.length) return [];
  return PATCHES[kind](spec, schema).slice(0, MOST).map((patch) => ({ patch }));
}

/** Weights that are there already cannot be drawn in another way. */
export function needsRestart(kind) {
  return kind === "seed" || kind === "initializer";
}

function names(schema, path) {
  return schema.field(path).options;
}
