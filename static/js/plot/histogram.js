/** Histogram: counts values in equal bins, one row per group. */

/**
 * @param {number[]|Float32Array} values
 * @param {(index: number) => number} groupOf which group a value belongs to
 * @param {number} groups
 * @param {number} bins
 * @returns {{centres: number[], width: number, counts: number[][]}}
 */
export function countValues(values, groupOf, groups, bins) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high - low > 1e-6)) {
    const middle = Number.isFinite(low) ? low : 0;
    [low, high] = [middle - 0.5, middle + 0.5];
  }
  const width = (high - low) / bins;
  const counts = Array.from({ length: groups }, () => new Array(bins).fill(0));
  for (let i = 0; i < values.length; i += 1) {
    const bin = Math.min(bins - 1, Math.floor((values[i] - low) / width));
    counts[groupOf(i)][bin] += 1;
  }
  return { centres: Array.from({ length: bins }, (_, i) => low + width * (i + 0.5)), width, counts };
}
