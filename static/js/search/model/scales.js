/** Scales of dimensions and objectives: where a value stands, as a share of its axis. Pure. */

import { metricOf } from "search/model/trials";

/** Scores that differ by more than this factor are shown by their logarithm. */
const FAR = 20;
/** The scale of scores ends here among those of complete trials, at most so far beyond the middle one. */
const HIGHEST = 0.95;
const BEYOND = 30;
const LOWEST = 1e-6;

/**
 * The scale of a dimension.
 *
 * @param {any} dimension as the server tells it
 * @param {Partial<AxisKind>} [kind] for what it leaves out
 * @returns {SearchScale}
 */
export function scaleOfDimension({ path, values, low, high, scale }, kind = {}) {
  const choices = values ?? kind.values;
  if (choices) {
    const last = Math.max(1, choices.length - 1);
    return {
      path, log: false, choices, low: 0, high: last, share: (value) => choices.indexOf(value) / last,
      ticks: choices.map((value, i) => ({ value, share: i / last })),
    };
  }
  return numbers(path, low ?? kind.usual?.[0] ?? 0, high ?? kind.usual?.[1] ?? 1, (scale ?? kind.scale) === "log", kind.kind === "integer");
}

/**
 * The scale of a score: extremes are left out, and so is what diverged.
 *
 * @param {Trial[]} trials
 * @param {string} name of a metric
 * @param {boolean} rising whether a larger one is better, as of a share
 * @returns {SearchScale}
 */
export function scaleOfScores(trials, name, rising) {
  const scores = trials.filter(({ state }) => state !== "training").map((trial) => metricOf(trial, name)).filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (!scores.length) return { ...numbers(name, 0, 1, false), rising };
  if (rising) return { ...numbers(name, Math.min(0.5, scores[0]), Math.max(1, scores.at(-1)), false), rising };
  const at = (share) => scores[Math.min(scores.length - 1, Math.floor(share * scores.length))];
  const low = Math.max(LOWEST, scores[0]);
  const high = Math.max(low * 1.01, Math.min(at(HIGHEST), BEYOND * at(0.5)));
  return numbers(name, low, high, high / low > FAR);
}

/** @returns {SearchScale} */
function numbers(path, low, high, log, whole = false) {
  const share = (value) => {
    const at = log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
    return Math.max(0, Math.min(1, at));
  };
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  const values = [...new Set([low, whole ? Math.round(middle) : middle, high])];
  return { path, log, choices: null, low, high, share, ticks: values.map((value) => ({ value, share: share(value) })) };
}

/**
 * Whether a trial lies within what is brushed.
 *
 * @param {Trial} trial
 * @param {{column: string, scale: SearchScale, from: number, to: number}[]} brushes shares of their axes
 * @param {(trial: Trial, column: string) => number|string} read
 */
export function passes(trial, brushes, read) {
  return brushes.every(({ column, scale, from, to }) => {
    const value = read(trial, column);
    if (value === undefined || Number.isNaN(value)) return false;
    const share = scale.share(value);
    return share >= from && share <= to;
  });
}

/**
 * Ticks of an axis of trials, as Plotly takes them: there is no trial between two numbers.
 *
 * @param {number} last number
 * @param {number} most how many ticks there is room for
 */
export function trialTicks(last, most) {
  return last <= most ? { dtick: 1 } : { nticks: Math.floor(most) };
}
