/** Goals in words, from the tree that the server has parsed. Pure. */

import { formatCount, formatList, formatPercent, formatValue } from "lib/format";
import { word } from "lib/words";

const SIGNS = { "<=": "at_most", ">=": "at_least", "<": "below", ">": "above", "=": "equal", "!=": "different" };
/** Quantities that are shares of 1, and those that are counted; all others are plain numbers. */
const SHARES = ["train_accuracy", "test_accuracy", "validation_accuracy"];
const COUNTS = ["epoch", "step", "parameters", "layers", "units", "features", "samples", "batch_size"];

/**
 * The whole goal as one sentence without its full stop.
 *
 * @param {Goal} goal
 * @returns {string}
 */
export function describeGoal({ condition, within, needed, seeds }) {
  let text = describeCondition(condition);
  if (within !== null) text = word("goal.within", { goal: text, epochs: formatCount(within) });
  if (seeds !== null) text = word("goal.seeds", { goal: text, needed, seeds });
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/**
 * A comparison, such as "test loss at most 0.1".
 *
 * @param {any} comparison
 */
export function describeComparison({ quantity, operator, limit, other }) {
  const value = other === undefined ? formatQuantity(quantity, limit) : nameQuantity(other);
  return word(`goal.${SIGNS[operator]}`, { name: nameQuantity(quantity), value });
}

function nameQuantity(name) {
  return word(`goal.quantity.${name}`);
}

/** A quantity's number; null is that of a run which has no such number. */
export function formatQuantity(name, value) {
  if (value === null) return "–";
  if (SHARES.includes(name)) return formatPercent(value, Number.isInteger(Number((100 * value).toFixed(6))) ? 0 : 1);
  if (COUNTS.includes(name)) return formatCount(value);
  return formatValue(Number(value.toPrecision(3)));
}

/**
 * All comparisons, in the order of the text, which is that of a verdict's parts.
 *
 * @returns {Object[]}
 */
export function listComparisons(condition) {
  const parts = condition.all ?? condition.any;
  return parts ? parts.flatMap(listComparisons) : [condition];
}

function describeCondition({ all, any, ...comparison }) {
  const parts = all ?? any;
  if (!parts) return describeComparison(comparison);
  const texts = parts.map((part) => (part.all || part.any ? word("goal.group", { text: describeCondition(part) }) : describeComparison(part)));
  return formatList(texts, all ? "conjunction" : "disjunction");
}
