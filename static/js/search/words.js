/** A search in words: its dimensions, its trials, how it stands. */

import { formatCount, formatLoss, formatPercent, formatValue } from "lib/format";
import { optionText } from "lib/terms";
import { hasWord, word } from "lib/words";
import { nameAxis } from "map/words";
import { countStates, metricOf } from "search/model/trials";

const DIGITS = 3;
/** Seconds that are told as such; more are told in minutes. */
const SHORT = 90;

/** A value of a dimension; a trial that is just asked for has none yet. */
export function formatAt(path, value) {
  if (value === undefined) return "–";
  if (typeof value === "string") return optionText(path, value);
  return Number.isInteger(value) ? String(value) : formatValue(Number(value.toPrecision(DIGITS)));
}

/** "Learning rate 0.001 – 1" */
export function describeDimension({ path, low, high, values }, schema) {
  const name = nameAxis(path, schema);
  return values ? word("search.dimension.choices", { name, count: values.length })
    : word("search.dimension", { name, low: formatAt(path, low), high: formatAt(path, high) });
}

/** What a metric is called in a table or on an axis. */
export function nameMetric(name) {
  return word(`search.metric.${name}`);
}

/** @param {string} name of a metric */
export function formatMetric(name, value) {
  if (!Number.isFinite(value)) return "–";
  if (name === "parameters" || name === "preference") return formatCount(value);
  return name.endsWith("accuracy") ? formatPercent(value) : formatLoss(value);
}

/** "Learning rate 0.03 · Units per layer 4" */
export function nameTrial({ values }, schema) {
  return Object.entries(values).map(([path, value]) => word("map.value", { name: nameAxis(path, schema), value: formatAt(path, value) })).join(" · ");
}

/** Who chose the values of a trial. */
export function nameChooser({ by }, method) {
  return word(by === "hand" ? "search.by.hand" : `search.method.${method}`);
}

/** What has become of a trial. */
export function describeTrialState({ state, epoch }) {
  return word(`search.state.${state}`, { epoch: Number.isInteger(epoch) ? formatCount(epoch) : formatValue(Number(epoch.toPrecision(2))) });
}

/**
 * How the search stands.
 *
 * @param {any} search of the store
 * @param {any} schema
 */
export function describeSearch({ settings, state, left, found, best }, schema) {
  if (!settings) return word("search.about");
  const counts = countStates(found);
  const done = found.length - counts.training;
  if (state === "training" && !found.some(({ epoch }) => epoch > 0)) return word("search.preparing");
  const lines = [word(`search.run.${state}`, { done: formatCount(done), trials: formatCount(Math.max(settings.trials, done)) })];
  if (counts.diverged) lines.push(word("search.diverged", { count: formatCount(counts.diverged) }));
  if (counts.pruned) lines.push(word("search.pruned", { count: formatCount(counts.pruned) }));
  if (state === "training" && left !== null) lines.push(describeLeft(left));
  const first = found.find(({ number }) => number === best[0]);
  if (!first) return lines.join(" ");
  const [name] = settings.objectives;
  if (name === "preference") lines.push(word("search.liked", { values: nameTrial(first, schema) }));
  else if (best.length > 1) lines.push(word("search.front", { count: formatCount(best.length) }));
  else lines.push(word("search.best", { name: nameMetric(name), value: formatMetric(name, metricOf(first, name)), values: nameTrial(first, schema) }));
  return lines.join(" ");
}

/** "About 3 minutes left." */
function describeLeft(seconds) {
  return seconds < SHORT ? word("search.left.seconds", { count: formatCount(Math.max(1, seconds)) })
    : word("search.left.minutes", { count: formatCount(Math.ceil(seconds / 60)) });
}

/** What a method does, in one line. */
export function explainMethod(method) {
  const key = `search.method.${method}.about`;
  return hasWord(key) ? word(key) : "";
}
