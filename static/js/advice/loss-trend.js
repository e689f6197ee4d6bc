/** Where the train loss is going since the last change: it rises, or hardly moves. Pure. */

/** Rows of the curve before anything is said. */
const ENOUGH = 100;
const PARTS = 4;
/** So many times the lowest part, and so much of the first loss, is a rise. */
const TIMES = 1.3;
const RISE = 0.05;
/** By less than this share the loss hardly moves from one part to the next. */
const STILL = 0.01;

/**
 * Compares means of quarters of the curve.
 *
 * @param {{series: {step: number[], trainLoss: number[]}, marks: number[]}} history
 * @returns {{trend: "rising"|"still", before: number, after: number, updates: number}|null} null where it falls,
 *   or too little is known: `before` and `after` are means of the train loss, `updates` how long it lasts
 */
export function findTrend({ series: { step, trainLoss }, marks }) {
  const from = marks.at(-1) ?? -1;
  const first = step.findIndex((one) => one > from);
  if (first < 0 || step.length - first < ENOUGH) return null;
  const losses = trainLoss.slice(first);
  const length = Math.floor(losses.length / PARTS);
  const means = Array.from({ length: PARTS }, (_, i) => mean(losses.slice(losses.length - (PARTS - i) * length).slice(0, length)));
  const last = means[PARTS - 1];
  const lowest = Math.min(...means);
  const lasts = (parts) => step.at(-1) - step[step.length - parts * length];
  if (last > TIMES * lowest && last - lowest > RISE * losses[0]) {
    return { trend: "rising", before: lowest, after: last, updates: lasts(PARTS - means.indexOf(lowest)) };
  }
  const before = means[PARTS - 2];
  if (Math.abs(last - before) > STILL * before) return null;
  return { trend: "still", before, after: last, updates: lasts(2) };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
