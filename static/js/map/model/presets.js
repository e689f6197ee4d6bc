/** Pairs of axes that are worth a look. Pure. */

/** @type {Partial<MapAxis>} */
const RATES = { low: 0.001, high: 3, count: 16, scale: "log" };
const UNITS = { low: 1, high: 16, count: 16, scale: "linear" };
const DEPTHS = { low: 1, high: 8, count: 8, scale: "linear" };

/**
 * The axes of each, and the edit that they need; the first axis runs across. Seeds have one axis,
 * whose cells stand row by row.
 *
 * @type {Record<string, {axes: (spec: Spec) => MapAxis[], patch?: Object, colour?: string}>}
 */
const PRESETS = {
  rate_units: { axes: () => [rate(), units()] },
  rate_batch: { axes: () => [rate(), { path: "batch_size", low: 1, high: 256, count: 9, scale: "log" }] },
  width_depth: { axes: () => [{ path: "layers.units", low: 2, high: 16, count: 8, scale: "linear" }, depth()] },
  l2_noise: {
    axes: () => [
      { path: "regularization.l2", low: 1e-5, high: 0.3, count: 16, scale: "log" },
      { path: "data.noise", low: 0, high: 0.5, count: 11, scale: "linear" },
    ],
  },
  scale_depth: { axes: () => [{ path: "initializer.scale", low: 0.1, high: 5, count: 8, scale: "log" }, depth()] },
  rate_momentum: {
    axes: () => [rate({ low: 0.0003, high: 1 }), { path: "optimizer.momentum", low: 0, high: 0.98, count: 15, scale: "linear" }],
    patch: { optimizer: { name: "momentum" } },
  },
  border: {
    axes: () => [
      rate({ low: 0.1, high: 0.5, count: 32 }),
      { path: "initializer.scale", low: 1.5, high: 5, count: 32, scale: "log" },
    ],
    patch: {
      data: { name: "bumps", samples: 100 }, batch_size: 256, optimizer: { name: "sgd" }, loss: null,
      layers: [{ units: 8, activation: "tanh" }, { units: 8, activation: "tanh" }],
    },
    colour: "train_loss",
  },
  seeds_16: { axes: (spec) => [seeds(spec, 16)] },
  seeds_64: { axes: (spec) => [seeds(spec, 64)] },
};

export const PRESET_NAMES = Object.keys(PRESETS);
export const FIRST = PRESET_NAMES[0];

const LARGEST_SEED = 2 ** 31 - 1;

/**
 * @param {string} name
 * @param {Spec} spec of the run
 * @returns {{axes: MapAxis[], patch: Object|null, colour: string}}
 */
export function readPreset(name, spec) {
  const { axes, patch = null, colour = "boundary" } = PRESETS[name];
  return { axes: axes(spec), patch, colour };
}

function rate(more = {}) {
  return { path: "optimizer.learning_rate", ...RATES, ...more };
}

function units() {
  return { path: "layers.units", ...UNITS };
}

function depth() {
  return { path: "layers.count", ...DEPTHS };
}

/** @param {Spec} spec @param {number} count */
function seeds({ seed }, count) {
  const low = Math.min(seed, LARGEST_SEED - count + 1);
  return { path: "seed", low, high: low + count - 1, count, scale: "linear" };
}
