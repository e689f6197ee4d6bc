/** Classification report out of a frame: confusion matrix, scores and ROC curves of one part. Pure. */

/** Numbers of a class, and of a corner of a curve. */
const SCORES = 4;
const CORNER = 4;

/**
 * @param {Object<string, {data: Float32Array, shape: number[]}>} arrays of a frame
 * @param {number} part its number in `plot/readout`
 * @returns {?{matrix: number[][], classes: Object[], mean: Object, curves: Object[]}} `classes` and
 *   `mean` have precision, recall, f1 and count; `curves` label, auc and places; null where the
 *   frame has no report, or the part no rows
 */
export function readReport({ confusion_matrix: matrices, class_scores: scores, roc_curves: corners, roc_auc: areas }, part) {
  if (!matrices) return null;
  const [, count] = matrices.shape;
  const rows = Array.from({ length: count + 1 }, (_, k) => readScores(scores.data, (part * (count + 1) + k) * SCORES));
  const mean = rows.pop();
  if (!mean.count) return null;
  const [, curved] = areas.shape;
  const labels = Array.from({ length: curved }, (_, i) => (curved === 1 ? 1 : i));
  return {
    matrix: Array.from({ length: count }, (_, row) =>
      [...matrices.data.subarray((part * count + row) * count, (part * count + row + 1) * count)]),
    classes: rows,
    mean,
    curves: labels.map((label, i) => ({
      label, auc: areas.data[part * curved + i], places: readCurve(corners.data, part, label),
    })).filter(({ auc }) => Number.isFinite(auc)),
  };
}

function readScores(data, at) {
  const [precision, recall, f1, count] = data.subarray(at, at + SCORES);
  return { precision, recall, f1, count };
}

/** @returns {[number, number][]} */
function readCurve(data, part, label) {
  const places = [];
  for (let at = 0; at < data.length; at += CORNER) {
    if (data[at] === part && data[at + 1] === label) places.push([data[at + 2], data[at + 3]]);
  }
  return places;
}
