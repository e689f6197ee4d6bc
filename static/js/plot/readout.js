/** Texts of the readout: the output at a position, or a point's label, prediction and loss. */

import { formatCoordinate, formatLoss, formatPercent, formatWeight } from "lib/format";
import { sampleBoundary } from "plot/maps";
import { axesOf, describePlace, targetOf } from "plot/table-axes";
import { hasNamedClasses, nameClass } from "spec/data-sets";
import { word } from "lib/words";

export const POINT_COLUMNS = 6;
/** The parts of a data set, by the number that a row has in its fourth column. */
export const PARTS = ["train", "test", "validation"];
const REACH = 8;

/** The coordinates of a place and the output there. */
export function describePosition(frame, { x1, x2 }) {
  const { arrays, meta, spec } = frame;
  const values = sampleBoundary(arrays.boundary, meta.boundary_range, x1, x2);
  const at = sayPlace(frame, x1, x2);
  if (values.length === 1) return `${at}\n${word("readout.output", { value: sayValue(frame, values[0]) })}`;
  const best = values.indexOf(Math.max(...values));
  return `${at}\n${word("readout.class", { name: hasNamedClasses(spec) ? nameClass(spec, best) : best, share: formatPercent(values[best], 0) })}`;
}

/**
 * Label, prediction and loss of the point whose row begins at `at`.
 *
 * @param {Float32Array} points rows of POINT_COLUMNS
 * @param {number} at
 * @param {Frame} frame
 * @param {string} task
 * @param {boolean} current whether prediction and loss are of the network as it is shown;
 *   otherwise they are left out
 */
export function describePoint(points, at, frame, task, current) {
  const [x1, x2, label, part, prediction, loss] = points.subarray(at, at + POINT_COLUMNS);
  const say = task === "regression" ? (value) => sayValue(frame, value)
    : (value) => (hasNamedClasses(frame.spec) ? nameClass(frame.spec, value) : value);
  const classes = task === "multiclass";
  return [
    word(`readout.${PARTS[part]}`, { label: say(label) }),
    ...(current ? [
      word("readout.prediction", { value: classes ? say(prediction) : sayValue(frame, prediction) }),
      word("readout.loss", { value: formatLoss(loss) }),
    ] : []),
    sayPlace(frame, x1, x2),
  ].join("\n");
}

/** A place, along named axes in their own units. */
function sayPlace(frame, x1, x2) {
  const axes = axesOf(frame);
  if (axes) return describePlace(axes, [x1, x2]);
  return word("readout.place", { x1: formatCoordinate(x1), x2: formatCoordinate(x2) });
}

/** An output or label that is a number, in its own unit where it has one. */
function sayValue(frame, value) {
  return targetOf(frame)?.say(value) ?? formatWeight(value);
}

/**
 * The point nearest to a place, if one is near enough.
 *
 * @param {Float32Array} points rows of POINT_COLUMNS
 * @param {{x1: number, x2: number, scale: number}} place `scale` in pixels per unit
 * @param {boolean} withTest whether points count that are not trained on
 * @returns {number|null} where its row begins
 */
export function findPoint(points, { x1, x2, scale }, withTest) {
  let best = null;
  let least = REACH / scale;
  for (let at = 0; at < points.length; at += POINT_COLUMNS) {
    if (points[at + 3] > 0 && !withTest) continue;
    const away = Math.hypot(points[at] - x1, points[at + 1] - x2);
    if (away < least) {
      least = away;
      best = at;
    }
  }
  return best;
}
