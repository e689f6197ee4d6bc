/** Points of the hidden-space scatter plot by class, and its steady axis ranges. */

const COMPONENTS = 3;
/** Room around the farthest point. */
const ROOM = 1.05;
/** Axes widen at once, and narrow when the points take up less than this. */
const LEAST_FILL = 0.72;
/** Widths that an axis may have go up by this factor, so that they seldom change. */
const STEP = 1.15;

/**
 * @returns {{take: Function, find: Function, groups: Object[], reach: number[]}}
 *   `groups` has rows and coordinates of each class, `reach` how far each component goes
 */
export function createCloud() {
  const cloud = { take, find, groups: [], reach: [0, 0, 0] };
  let grouped = null;

  /**
   * Takes new places.
   *
   * @param {{data: Float32Array, shape: number[]}} space [n, components]
   * @param {ArrayLike<number>} labels right labels of those images and more
   * @param {number} classes
   */
  function take({ data, shape }, labels, classes) {
    const [count, width] = shape;
    cloud.reach.fill(0);
    if (grouped !== labels || countOf(cloud.groups) !== count) group(labels, count, classes);
    for (const { rows, axes } of cloud.groups) {
      for (let axis = 0; axis < COMPONENTS; axis += 1) {
        for (let i = 0; i < rows.length; i += 1) {
          const value = axis < width ? data[rows[i] * width + axis] : 0;
          axes[axis][i] = value;
          cloud.reach[axis] = Math.max(cloud.reach[axis], Math.abs(value));
        }
      }
    }
  }

  function group(labels, count, classes) {
    grouped = labels;
    cloud.groups = Array.from({ length: classes }, (_, k) => {
      const rows = [];
      for (let row = 0; row < count; row += 1) if (labels[row] === k) rows.push(row);
      return { rows, axes: Array.from({ length: COMPONENTS }, () => new Float32Array(rows.length)) };
    });
  }

  /** The class and place in its group of an image; null if it is not in the cloud. */
  function find(row) {
    for (const [k, { rows }] of cloud.groups.entries()) {
      const i = rows.indexOf(row);
      if (i >= 0) return { k, i };
    }
    return null;
  }

  return cloud;
}

function countOf(groups) {
  return groups.reduce((sum, { rows }) => sum + rows.length, 0);
}

/** Half the width of an axis that had `half` and must reach as far as `reach`. */
export function fitAxis(half, reach) {
  if (!(reach > 0)) return half || 1;
  const wanted = reach * ROOM;
  if (wanted <= half && reach >= LEAST_FILL * half) return half;
  return STEP ** Math.ceil(Math.log(wanted) / Math.log(STEP));
}
