/** Number formats; widths stay the same while values change. */

import { spokenLanguage, word } from "lib/words";

const counts = {};
const ORDINALS = {
  one: "format.ordinal.one", two: "format.ordinal.two", few: "format.ordinal.few", other: "format.ordinal.other",
};
const LEAST_LOSS = 5e-6;
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A control's value: as few digits as say it exactly. */
export function formatValue(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(Number(value.toPrecision(6)));
  const [digits, exponent] = value.toExponential(3).split("e");
  return `${Number(digits)}e${Number(exponent)}`.replace("-", "−");
}

/** A control's value where there is little room: four digits of a fraction. */
export function formatShort(value) {
  return formatValue(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** A loss: three decimals, more when it is small, fewer when it is large; powers of ten only for what is huge. */
export function formatLoss(value) {
  if (!Number.isFinite(value)) return "∞";
  const size = Math.abs(value);
  if (size < LEAST_LOSS) return value === 0 ? "0" : "≈ 0";
  if (size < 5e-5) return minus(value.toFixed(5));
  if (size < 0.1) return minus(value.toFixed(4));
  if (size < 10) return minus(value.toFixed(3));
  if (size < 1000) return minus(value.toFixed(1));
  if (size < 1e6) return minus(formatCount(Math.round(value)));
  const [digits, power] = value.toExponential(1).split("e+");
  return minus(`${digits}×10${[...power].map((digit) => RAISED[digit]).join("")}`);
}

/** A share of 1 as a percentage. */
export function formatPercent(value, digits = 1) {
  return word("format.percent", { value: minus((100 * value).toFixed(digits)) });
}

/** How many of something, as the language groups its digits. */
export function formatCount(value) {
  // Nothing to group; the first `NumberFormat` takes a tenth of a page's start.
  if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value);
  const language = spokenLanguage();
  counts[language] ??= new Intl.NumberFormat(language);
  return counts[language].format(value);
}

/** A place in an order, such as 3rd. */
export function formatOrdinal(value) {
  const form = new Intl.PluralRules(spokenLanguage(), { type: "ordinal" }).select(value);
  return word(ORDINALS[form], { value: formatCount(value) });
}

/**
 * Several texts as one.
 *
 * @param {string[]} texts
 * @param {"conjunction"|"disjunction"} type
 */
export function formatList(texts, type) {
  return new Intl.ListFormat(spokenLanguage(), { type }).format(texts);
}

/** A day, as the language writes it. */
export function formatDay(time) {
  return new Intl.DateTimeFormat(spokenLanguage(), { dateStyle: "long" }).format(time);
}

/** A time to wait: tenths of a second while they can be told apart. */
export function formatSeconds(value) {
  return value < 10 ? value.toFixed(1) : formatCount(Math.round(value));
}

/** A weight or an activation. */
export function formatWeight(value) {
  const size = Math.abs(value);
  return minus(value.toFixed(size < 10 ? 3 : size < 1000 ? 1 : 0));
}

/** How far a value is from another one, in words: higher, lower, or the same. */
export function describeDifference(value, format = formatLoss) {
  const size = format(Math.abs(value));
  if (size === format(0) || size === "≈ 0") return word("metric.same");
  return word(value > 0 ? "metric.higher" : "metric.lower", { value: size });
}

/** A learning rate that changes by itself: three digits, so that its width stays. */
export function formatRate(value) {
  if (value === 0) return "0";
  return minus(value < 1e-4 ? value.toExponential(2) : value.toPrecision(3));
}

/** Makes the format of the values of a scale, whose largest decides the digits. */
export function formatScale(largest) {
  const digits = largest < 1 ? 2 : largest < 10 ? 1 : 0;
  return (value) => minus(Number.isInteger(2 * value) ? String(value) : value.toFixed(digits));
}

/** A coordinate of the plane. */
export function formatCoordinate(value) {
  return minus(value.toFixed(2));
}

function minus(text) {
  return text.replace("-", "−");
}
