/** Axes of a table's plane, and what it predicts, in their own units. */

import { formatPercent, formatValue } from "lib/format";
import { word } from "lib/words";
import { tableOf } from "spec/data-sets";
import { COLUMN } from "spec/inputs";

const EDGE = 6;
/** Digits of a value that is read. */
const DIGITS = 3;
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * The two axes of a frame of a table; null for other data.
 *
 * @param {?Pick<Frame, "spec"|"arrays">} frame
 * @returns {?PlaneAxis[]}
 */
export function axesOf(frame) {
  const table = frame && tableOf(frame.spec);
  if (!table || !frame.arrays.columns) return null;
  const { data } = frame.arrays.columns;
  const shares = data.subarray(data.length - 2);
  return [0, 1].map((k) => makeAxis(table, (frame.spec.data.axes ?? table.axes)[k], k, data, shares[k]));
}

function makeAxis({ columns, components }, name, k, data, share) {
  const index = columns.findIndex((column) => column.name === name);
  const of = (i) => data.subarray(COLUMN * i, COLUMN * (i + 1));
  const title = word(`feature.${name}`);
  if (!components.includes(name)) {
    const [mean, deviation, v0, ...slopes] = of(index);
    const { unit } = columns[index];
    return {
      name, title: unit ? word("axes.unit", { name: title, unit }) : title,
      toValue: (p) => mean + deviation * (v0 + slopes[k] * p),
    };
  }
  // The score of the component: the row times its direction.
  const rows = columns.map((_, i) => of(i));
  const slope = Math.hypot(...rows.map((row) => row[3 + k]));
  const middle = rows.reduce((sum, row) => sum + (row[2] * row[3 + k]) / slope, 0);
  return {
    name, title: word("axes.component", { name: title, share: formatPercent(share, 0) }),
    toValue: (p) => middle + slope * p,
  };
}

/** Round values along an axis, and where they are. */
export function ticksOf({ toValue }, most) {
  const [low, high] = [toValue(-EDGE), toValue(EDGE)];
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * STEPS.find((one) => one * power >= least);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; i += 1) {
    const value = Number((i * step).toPrecision(12));
    ticks.push({ at: -EDGE + (2 * EDGE * (value - low)) / (high - low), text: formatValue(value).replace("-", "−") });
  }
  return ticks;
}

/** A place of the plane, as its axes say it: a line each, unless something else is between them. */
export function describePlace(axes, place, between = "\n") {
  return axes.map(({ title, toValue }, k) =>
    word("readout.column", { name: title, value: formatFigure(toValue(place[k])) })).join(between);
}

/**
 * How the number that a table predicts is told; null for classes, and for other data.
 *
 * @param {?Pick<Frame, "spec"|"arrays">} frame
 * @returns {?Target}
 */
export function targetOf(frame) {
  const table = frame && tableOf(frame.spec);
  if (!table || table.task !== "regression" || !frame.arrays.columns) return null;
  const { data } = frame.arrays.columns;
  const [mean, deviation] = data.subarray(data.length - COLUMN);
  const { unit } = table.target;
  return { unit, toValue: (z) => mean + deviation * z, say: (z) => word("axes.value", { value: formatFigure(mean + deviation * z), unit }) };
}

/** A value in its own unit, with three digits. */
function formatFigure(value) {
  return formatValue(Number(value.toPrecision(DIGITS))).replace("-", "−");
}
