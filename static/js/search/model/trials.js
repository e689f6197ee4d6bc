/** Trials of a search: as they come, sorted, filtered, and the best so far. Pure. */

/**
 * The trials with those that have changed, by number.
 *
 * @param {Trial[]} found
 * @param {Trial[]} changed
 */
export function mergeTrials(found, changed) {
  if (!changed.length) return found;
  const merged = new Map(found.map((trial) => [trial.number, trial]));
  for (const trial of changed) merged.set(trial.number, trial);
  return [...merged.values()].sort((a, b) => a.number - b.number);
}

/**
 * A number of a trial; NaN where it has none: one that diverged has no score.
 *
 * @param {Trial} trial
 * @param {string} name of a metric
 */
export function metricOf({ state, metrics }, name) {
  return state === "diverged" || state === "failed" ? NaN : metrics[name] ?? NaN;
}

/**
 * What a trial has in a column: `number`, `state`, `by`, `metric NAME` or `value PATH`.
 *
 * @param {Trial} trial
 * @param {string} column
 * @returns {number|string}
 */
export function cellOf(trial, column) {
  const [kind, name] = column.split(" ");
  if (kind === "metric") return metricOf(trial, name);
  return kind === "value" ? trial.values[name] : trial[kind];
}

/**
 * Trials in the order of a column; those without a number are last, whatever the direction.
 *
 * @param {Trial[]} trials
 * @param {{column: string, down: boolean}} order
 */
export function sortTrials(trials, { column, down }) {
  const compare = (a, b) => {
    const [x, y] = [cellOf(a, column), cellOf(b, column)];
    const [lacksX, lacksY] = [Number.isNaN(x) || x === undefined, Number.isNaN(y) || y === undefined];
    if (lacksX || lacksY) return Number(lacksX) - Number(lacksY);
    const order = typeof x === "string" || typeof y === "string" ? String(x).localeCompare(String(y)) : x - y;
    return down ? -order : order;
  };
  return [...trials].sort((a, b) => compare(a, b) || a.number - b.number);
}

/**
 * The best score after each complete trial, as steps.
 *
 * @param {Trial[]} trials by number
 * @param {string} objective
 * @param {boolean} rising whether a larger one is better
 * @returns {{numbers: number[], scores: number[]}}
 */
export function bestSoFar(trials, objective, rising) {
  const numbers = [];
  const scores = [];
  const better = rising ? (a, b) => a > b : (a, b) => a < b;
  for (const trial of trials) {
    const score = metricOf(trial, objective);
    if (trial.state !== "complete" || !Number.isFinite(score)) continue;
    numbers.push(trial.number);
    scores.push(scores.length && !better(score, scores.at(-1)) ? scores.at(-1) : score);
  }
  return { numbers, scores };
}

/**
 * How many trials stand how.
 *
 * @param {Trial[]} trials
 */
export function countStates(trials) {
  const counts = { training: 0, complete: 0, pruned: 0, diverged: 0, failed: 0 };
  for (const { state } of trials) counts[state] += 1;
  return counts;
}

/**
 * The best of some trials by a metric.
 *
 * @param {Trial[]} trials
 * @param {string} name
 * @param {boolean} rising whether a larger one is better
 * @returns {Trial|null}
 */
export function bestBy(trials, name, rising) {
  const order = { column: `metric ${name}`, down: rising };
  return sortTrials(trials.filter((trial) => Number.isFinite(metricOf(trial, name))), order)[0] ?? null;
}
