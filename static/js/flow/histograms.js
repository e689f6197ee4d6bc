/** Histograms of a layer's activations and gradients, taken out of a frame. Pure. */

const BINS = 24;
const BEFORE = 3;
/** Powers of ten that the bins of gradients span. */
const POWERS = [-10, 2];

/**
 * @typedef {Object} Spread
 * @property {number|null} low lowest activation; null for the output
 * @property {number|null} high
 * @property {number|null} saturated share of units
 * @property {number[]} activations shares
 * @property {number} zeros share of the gradients that are 0
 * @property {number[]} gradients shares
 */

/**
 * @param {ArrayLike<number>} activations of the hidden layers, as frames have them
 * @param {ArrayLike<number>} gradients of the hidden layers and the output
 * @returns {Spread[]}
 */
export function readSpreads(activations, gradients) {
  const width = 1 + BINS;
  const slice = (values, from, count) => Array.from({ length: count }, (_, i) => values[from + i]);
  return Array.from({ length: gradients.length / width }, (_, layer) => {
    const at = layer * (BEFORE + BINS);
    const hidden = at < activations.length;
    return {
      low: hidden ? activations[at] : null,
      high: hidden ? activations[at + 1] : null,
      saturated: hidden ? activations[at + 2] : null,
      activations: hidden ? slice(activations, at + BEFORE, BINS) : [],
      zeros: gradients[layer * width],
      gradients: slice(gradients, layer * width + 1, BINS),
    };
  });
}

/**
 * The size that half of the gradients are below: the middle of its bin; 0 where half of them are 0.
 *
 * @param {Spread} spread
 */
export function findMedian({ zeros, gradients }) {
  const step = (POWERS[1] - POWERS[0]) / BINS;
  let share = zeros;
  if (share >= 0.5) return 0;
  const bin = gradients.findIndex((one) => {
    share += one;
    return share >= 0.5 - 1e-6;
  });
  return 10 ** (POWERS[0] + (Math.max(bin, 0) + 0.5) * step);
}

/**
 * The outline of a histogram in a box of 100 by 20, its highest bin as high as the box.
 *
 * @param {number[]} shares
 * @returns {string} the `d` of a path
 */
export function outline(shares) {
  const most = Math.max(...shares, 1e-9);
  const width = 100 / shares.length;
  const bars = shares.map((share, i) => {
    const height = (20 * share) / most;
    return height < 0.01 ? "" : `M${round(i * width)} 20v${round(-height)}h${round(width)}v${round(height)}z`;
  });
  return bars.join("");
}

function round(value) {
  return Number(value.toFixed(2));
}
