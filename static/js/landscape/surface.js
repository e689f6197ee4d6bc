/** The loss landscape as a frame tells it: the plane, the losses over it, and the path. Pure. */

/** Kinds of planes in the order of the array `landscape_facts`. */
export const KINDS = ["path", "random", "weights"];
/** Numbers of a point of the path. */
const POINT = 4;
/** Losses that differ by more than this factor are drawn by their logarithm. */
const FAR = 8;
/** The smallest loss that a logarithm is taken of, as a share of the largest. */
const LEAST = 1e-6;
/** Steps of a scale by powers of ten. */
const MANTISSAS = [1, 2, 5];
const MOST_TICKS = 7;
/** So many times its own size away from the surface, the run is out of the picture. */
const FAR_OFF = 10;

/**
 * Takes the arrays of a frame apart.
 *
 * @param {Object<string, {data: ArrayLike<number>, shape: number[]}>} arrays
 * @returns {Landscape|null} null where the frame has none
 */
export function readLandscape({ landscape, landscape_path: path, landscape_facts: facts }) {
  if (!landscape || !path || !facts) return null;
  const [kind, step, share, distance, travelled, low1, high1, low2, high2, ...weights] = Array.from(facts.data);
  const [rows, columns] = landscape.shape;
  const values = Array.from(landscape.data);
  const column = (i) => Array.from({ length: path.shape[0] }, (_, at) => path.data[POINT * at + i]);
  return {
    kind: KINDS[kind], step, share, distance, travelled,
    x: spread(low1, high1, columns), y: spread(low2, high2, rows),
    losses: Array.from({ length: rows }, (_, i) => values.slice(i * columns, (i + 1) * columns)),
    weights: [weights.slice(0, 3), weights.slice(3, 6)].map(([layer, from, to]) => ({ layer, from: from < 0 ? "bias" : from, to })),
    path: { steps: column(0), x: column(1), y: column(2), losses: column(3) },
  };
}

/** Places at equal distances from one end of an axis to the other. */
export function spread(low, high, count) {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/**
 * The ends of an axis: the surface, and the run where it has gone on meanwhile. From a run that has
 * gone so far that the surface would be a dot, as one that diverges does, only the surface is shown.
 *
 * @param {number[]} values of the surface along the axis
 * @param {number[]} path places of the run
 */
export function reach(values, path) {
  const [low, high] = [values[0], values.at(-1)];
  const edge = 0.04 * (high - low);
  if (path.some((place) => place < low - FAR_OFF * (high - low) || place > high + FAR_OFF * (high - low))) return [low, high];
  const [least, most] = [Math.min(...path), Math.max(...path)];
  return [least < low ? least - edge : low, most > high ? most + edge : high];
}

/**
 * The scale that losses are drawn by: linear, or by their logarithm where they are far apart.
 *
 * @param {number[][]} losses
 * @returns {{of: (loss: number) => number, ticks: number[], low: number, high: number}} `of` gives
 *   the height of a loss, `ticks` are losses
 */
export function scaleOf(losses) {
  const finite = losses.flat().filter(Number.isFinite);
  const high = Math.max(...finite, Number.MIN_VALUE);
  const low = Math.max(Math.min(...finite, high), LEAST * high);
  if (high / low <= FAR) return { of: (loss) => Math.min(loss, high), ticks: tickEvenly(low, high), low, high };
  const of = (loss) => Math.log10(Math.min(Math.max(loss, low), high));
  return { of, ticks: tickByPowers(low, high), low: of(low), high: of(high) };
}

function tickEvenly(low, high) {
  const rough = (high - low) / (MOST_TICKS - 1) || high / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [...MANTISSAS, 10].find((mantissa) => mantissa * power >= rough) * power;
  const first = Math.ceil(low / size - 1e-9);
  const count = Math.floor(high / size + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * size);
}

function tickByPowers(low, high) {
  const powers = spread(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)), Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1);
  const all = powers.flatMap((power) => MANTISSAS.map((mantissa) => mantissa * 10 ** power));
  const within = all.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  if (within.length <= MOST_TICKS) return within;
  const tens = within.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  const apart = Math.ceil(tens.length / MOST_TICKS);
  return tens.filter((_, i) => i % apart === 0);
}

/**
 * The loss of the surface at a place, between the points of its grid.
 *
 * @param {Landscape} landscape
 * @param {number} x
 * @param {number} y
 * @returns {number} of the nearest place of the surface where it does not reach so far
 */
export function lossAt({ x: xs, y: ys, losses }, x, y) {
  const [column, across] = locate(xs, x);
  const [row, along] = locate(ys, y);
  const mix = (a, b, share) => a + share * (b - a);
  return mix(mix(losses[row][column], losses[row][column + 1], across),
    mix(losses[row + 1][column], losses[row + 1][column + 1], across), along);
}

function locate(places, value) {
  const cells = places.length - 1;
  const at = Math.max(0, Math.min(cells, ((value - places[0]) / (places[cells] - places[0])) * cells)) || 0;
  const cell = Math.min(Math.floor(at), cells - 1);
  return [cell, at - cell];
}

/**
 * Where the surface is lowest.
 *
 * @param {Landscape} landscape
 */
export function findLowest({ x, y, losses }) {
  let best = { x: x[0], y: y[0], loss: Infinity };
  losses.forEach((row, i) => row.forEach((loss, j) => {
    if (loss < best.loss) best = { x: x[j], y: y[i], loss };
  }));
  return best;
}
