/** Texts of the readout: the output at a position, or a point's label, prediction and loss. */

import { formatCoordinate, formatLoss, formatPercent, formatWeight } from "lib/format";
import { sampleBoundary } from "plot/maps";
import { word } from "lib/words";

export const POINT_COLUMNS = 6;
/** The parts of a data set, by the number that a row has in its fourth column. */
export const PARTS = ["train", "test", "validation"];
const REACH = 8;

/** The coordinates of a place and the output there. */
export function describePosition({ arrays, meta }, { x1, x2 }) {
  const values = sampleBoundary(arrays.boundary, meta.boundary_range, x1, x2);
  const at = word("readout.place", { x1: formatCoordinate(x1), x2: formatCoordinate(x2) });
  if (values.length === 1) return `${at}\n${word("readout.output", { value: formatWeight(values[0]) })}`;
  const best = values.indexOf(Math.max(...values));
  return `${at}\n${word("readout.class", { name: best, share: formatPercent(values[best], 0) })}`;
}

/**
 * Label, prediction and loss of the point whose row begins at `at`.
 *
 * @param {Float32Array} points rows of POINT_COLUMNS
 * @param {number} at
 * @param {string} task
 * @param {boolean} current whether prediction and loss are of the network as it is shown;
 *   otherwise they are left out
 */
export function describePoint(points, at, task, current) {
  const [x1, x2, label, part, prediction, loss] = points.subarray(at, at + POINT_COLUMNS);
  const whole = task !== "regression";
  const classes = task === "multiclass";
  return [
    word(`readout.${PARTS[part]}`, { label: whole ? label : formatWeight(label) }),
    ...(current ? [
      word("readout.prediction", { value: classes ? prediction : formatWeight(prediction) }),
      word("readout.loss", { value: formatLoss(loss) }),
    ] : []),
    word("readout.place", { x1: formatCoordinate(x1), x2: formatCoordinate(x2) }),
  ].join("\n");
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
