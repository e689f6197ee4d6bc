/** Gradient flow in words: which layer learns far more slowly or quickly than the others, and why. */

/** Numbers of a layer in the array `gradient_flow`. */
const FLOW_COLUMNS = 4;
/** One layer's gradient is called far smaller than another one's from here on. */
const FAR = 30;
/** A share of dead units, or of flat activations, that matters. */
const MANY_DEAD = 0.25;
const MANY_FLAT = 0.4;
/** A share of its weights that a layer should not change by in one update. */
const FAST = 0.1;

/**
 * @typedef {Object} LayerFlow
 * @property {number} gradient norm of the gradient of kernel and bias
 * @property {number} ratio norm of the kernel's next update over that of the kernel
 * @property {number} dead share of dead units
 * @property {number} flat share of activations where the function is flat
 * @property {number} [saturated] share of saturated units
 * @property {boolean} [frozen] whether updates leave it as it is
 */

/**
 * Takes the array of a frame apart; the output layer is last.
 *
 * @param {ArrayLike<number>} values
 * @returns {LayerFlow[]}
 */
export function readFlow(values) {
  return Array.from({ length: values.length / FLOW_COLUMNS }, (_, layer) => {
    const at = FLOW_COLUMNS * layer;
    return { gradient: values[at], ratio: values[at + 1], dead: values[at + 2], flat: values[at + 3] };
  });
}

/**
 * Follows rows slowly: batches differ, and a sentence should not change with each of them.
 *
 * @param {LayerFlow[]|null} before what was returned last
 * @param {LayerFlow[]} now
 * @param {number} share by which it moves, from 0 to 1
 * @returns {LayerFlow[]} means, those of gradients and ratios on a log scale
 */
export function smoothFlow(before, now, share) {
  if (before?.length !== now.length) return now;
  const mean = (a, b) => a + share * (b - a);
  const logMean = (a, b) => (a > 0 && b > 0 ? Math.exp(mean(Math.log(a), Math.log(b))) : b);
  return now.map((row, i) => ({
    gradient: logMean(before[i].gradient, row.gradient),
    ratio: logMean(before[i].ratio, row.ratio),
    dead: mean(before[i].dead, row.dead),
    flat: mean(before[i].flat, row.flat),
    saturated: mean(before[i].saturated ?? 0, row.saturated ?? 0),
    frozen: row.frozen,
  }));
}

/**
 * Says what stands out, most harmful first; frozen layers have no gradient, and none is missed.
 *
 * @param {LayerFlow[]} rows
 * @returns {{name: string, values: Object<string, number>}} shares as they are, layers from 1
 */
export function describeFlow(rows) {
  const hidden = rows.slice(0, -1).map((row, i) => ({ ...row, layer: i + 1 })).filter(({ frozen }) => !frozen);
  const largest = (key) => hidden.reduce((best, row, i) => (row[key] > hidden[best][key] ? i : best), 0);
  if (!rows.some(({ gradient }) => gradient > 0)) return { name: "none", values: {} };
  if (hidden.length) {
    const dead = largest("dead");
    if (hidden[dead].dead >= MANY_DEAD) return { name: "dead", values: { layer: hidden[dead].layer, share: hidden[dead].dead } };
    if (hidden.every(({ gradient }) => gradient === 0)) return { name: "output", values: {} };
  }
  if (hidden.length > 1) {
    const [front, back] = [hidden[0].gradient, hidden.at(-1).gradient];
    const [first, last] = [hidden[0].layer, hidden.at(-1).layer];
    if (back > FAR * front) {
      const flat = largest("flat");
      const cause = hidden[flat].flat >= MANY_FLAT;
      return {
        name: cause ? "vanishing.flat" : "vanishing",
        values: { first, last, times: front > 0 ? back / front : Infinity, ...(cause ? { layer: hidden[flat].layer, share: hidden[flat].flat } : {}) },
      };
    }
    if (front > FAR * back) return { name: "exploding", values: { first, last, times: back > 0 ? front / back : Infinity } };
  }
  if (hidden.length) {
    const stuck = largest("saturated");
    if (hidden[stuck].saturated >= MANY_DEAD) return { name: "saturated", values: { layer: hidden[stuck].layer, share: hidden[stuck].saturated } };
  }
  const fast = rows.reduce((best, row, i) => (row.ratio > rows[best].ratio ? i : best), 0);
  if (rows[fast].ratio >= FAST) {
    const isHidden = fast < rows.length - 1;
    const place = isHidden ? { layer: fast + 1 } : {};
    return { name: isHidden ? "fast" : "fast.output", values: { ...place, share: rows[fast].ratio } };
  }
  return { name: "even", values: {} };
}
