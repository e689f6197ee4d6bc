/** What may mend the gradients of a network: one change each, to be tried from the start. Pure. */

const RECTIFIERS = ["relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "mish"];
const SLOWER = 10;
const LEAST_RATE = 1e-5;
const MOST = 2;

/**
 * @typedef {{what: string, patch: Object}} Experiment `what` names its words
 */

/**
 * The experiments that fit what stands out, the most promising ones.
 *
 * @param {string} name of the sentence, as `describeFlow` gives it
 * @param {Spec} spec
 * @returns {Experiment[]}
 */
export function listExperiments(name, spec) {
  return (CHANGES[name] ?? []).map((make) => make(spec)).filter(Boolean).slice(0, MOST);
}

const withLayers = (spec, change) => ({ layers: spec.layers.map((layer) => ({ ...layer, ...change })) });

/** ReLU everywhere, with the weights that suit it. */
function rectify(spec) {
  if (spec.layers.every(({ activation }) => RECTIFIERS.includes(activation))) return null;
  return { what: "relu", patch: { ...withLayers(spec, { activation: "relu" }), initializer: { name: "he_normal", scale: 1 } } };
}

function leak(spec) {
  return { what: "leaky_relu", patch: withLayers(spec, { activation: "leaky_relu", negative_slope: 0.1 }) };
}

function normalize(spec) {
  if (!spec.layers.length || spec.layers.every((layer) => layer.batch_norm)) return null;
  return { what: "batchNorm", patch: withLayers(spec, { batch_norm: true }) };
}

/** He's weights for rectifiers, Glorot's for the others. */
function initialize(spec) {
  const rectifiers = spec.layers.length > 0 && spec.layers.every(({ activation }) => RECTIFIERS.includes(activation));
  const name = rectifiers ? "he_normal" : "glorot_uniform";
  const { initializer } = spec;
  if (initializer.name === name && initializer.scale === 1) return null;
  return { what: name, patch: { initializer: { name, scale: 1 } } };
}

function clip(spec) {
  return spec.optimizer.clip_norm === null ? { what: "clip", patch: { optimizer: { clip_norm: 1 } } } : null;
}

function slow(spec) {
  const rate = Math.max(LEAST_RATE, Number((spec.optimizer.learning_rate / SLOWER).toPrecision(2)));
  return rate < spec.optimizer.learning_rate ? { what: "slower", patch: { optimizer: { learning_rate: rate } } } : null;
}

const CHANGES = {
  none: [initialize, rectify],
  output: [initialize, rectify],
  dead: [leak, slow, initialize],
  saturated: [rectify, initialize, normalize],
  vanishing: [rectify, initialize, normalize],
  "vanishing.flat": [rectify, normalize, initialize],
  exploding: [initialize, clip, normalize],
  fast: [slow],
  "fast.output": [slow],
};
