/** A map as a frame tells it: where its training stands, and the numbers of each cell. Pure. */

/** Columns of `sweep_cells`. */
const COLUMNS = 6;

/**
 * @param {Frame} frame
 * @param {Sweep|null} sweep what the server has said of it
 * @returns {MapFrame|null} null where the frame has none, or one of another map
 */
export function readMap({ arrays, meta }, sweep) {
  const { sweep: state } = meta;
  if (!state || !sweep) return null;
  const { sweep_cells: cells, sweep_boundaries: maps, sweep_ranges: ranges, sweep_mean: mean, sweep_sharpness: sharpness } = arrays;
  if (!cells || cells.shape[0] !== sweep.rows || cells.shape[1] !== sweep.columns) return { ...state, cells: null };
  const [places, outputs, side] = maps ? maps.shape : [0, 0, 0];
  return {
    ...state, rows: sweep.rows, columns: sweep.columns, count: countOf(sweep),
    cells: cells.data, places, outputs, side, maps: maps?.data ?? null, ranges: ranges?.data ?? null,
    sharpness: sharpness?.shape[0] === sweep.rows && sharpness.shape[1] === sweep.columns ? sharpness.data : null,
    mean: mean ? { data: mean.data, outputs: mean.shape[1], side: mean.shape[2] } : null,
  };
}

/** How many cells there are: the last row of an axis that stands alone may not be full. */
function countOf({ axes, rows, columns }) {
  return axes.length > 1 ? rows * columns : axes[0].values.length;
}

/**
 * The numbers of a cell.
 *
 * @param {MapFrame} map
 * @param {number} at row by row
 * @returns {MapCell}
 */
export function readCell({ cells, sharpness }, at) {
  const [trainLoss, testLoss, trainScore, testScore, lost, good] = cells.subarray(at * COLUMNS, (at + 1) * COLUMNS);
  const [sharp, limit] = sharpness ? sharpness.subarray(2 * at, 2 * at + 2) : [NaN, NaN];
  return { trainLoss, testLoss, trainScore, testScore, lost, good, sharpness: sharp, limit, diverged: lost === 1 };
}

/**
 * What a cell's axes are there.
 *
 * @param {Sweep} sweep
 * @param {number} at
 * @returns {(number|string)[]} one for each axis
 */
export function valuesAt({ axes, columns }, at) {
  if (axes.length === 1) return [axes[0].values[at]];
  return [axes[0].values[at % columns], axes[1].values[Math.floor(at / columns)]];
}

/** Values are told with six digits. */
const NEAR = 1e-4;

/**
 * Whether a map is the one that is asked for.
 *
 * @param {Sweep} sweep
 * @param {{axes: MapAxis[], seeds: number}} asked
 */
export function isSameMap(sweep, { axes, seeds }) {
  return sweep.seeds === seeds && sweep.axes.length === axes.length && axes.every((axis, i) => isSameAxis(sweep.axes[i], axis));
}

/**
 * @param {any} shown
 * @param {any} asked
 */
function isSameAxis({ path, values, scale }, { path: asked, values: names, low, high, count, scale: spread }) {
  if (path !== asked) return false;
  if (names) return names.join() === values.join();
  const near = (one, other) => Math.abs(one - other) <= NEAR * Math.max(Math.abs(one), Math.abs(other), 1e-9);
  return scale === spread && values.length <= count && near(values[0], low) && near(values.at(-1), high);
}

/**
 * How all cells stand.
 *
 * @param {MapFrame} map
 * @returns {{count: number, diverged: number, good: number, best: number}} `good` counts the cells in
 *   which most seeds succeed, `best` has the lowest test loss; -1 for none
 */
export function summarize(map) {
  const sum = { count: map.count, diverged: 0, good: 0, best: -1 };
  let least = Infinity;
  for (let at = 0; at < map.count; at += 1) {
    const loss = map.cells[at * COLUMNS + 1];
    if (map.cells[at * COLUMNS + 4] === 1) sum.diverged += 1;
    else if (loss < least) {
      least = loss;
      sum.best = at;
    }
    if (map.cells[at * COLUMNS + 5] >= 0.5) sum.good += 1;
  }
  return sum;
}

/** Which cell is beside another one; the same at the edge, or where there is none. */
export function moveCell({ rows, columns, count }, at, [across, up]) {
  const column = Math.max(0, Math.min(columns - 1, (at % columns) + across));
  const row = Math.max(0, Math.min(rows - 1, Math.floor(at / columns) + up));
  const next = row * columns + column;
  return next < count ? next : at;
}
