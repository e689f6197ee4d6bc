/** Paths down a classic surface as the server answers: where they are after some updates. Pure. */

/** How near a minimum counts as there, as a share of the shown width. */
const NEAR = 0.02;

/**
 * @typedef {{x: (number|null)[], y: (number|null)[], values: (number|null)[]}} DescentPath null once it
 *   has diverged
 * @typedef {{x: number[], y: number[], minima: [number, number][]}} DescentSurface
 */

/**
 * How a path stands after some updates.
 *
 * @param {DescentPath} path
 * @param {DescentSurface} surface
 * @param {number} update
 * @returns {{value: number|null, arrived: number|null, diverged: boolean}} `arrived` is the update
 *   from which on it stays at a minimum, as far as has been seen
 */
export function standOf({ x, y, values }, { x: across, minima }, update) {
  const value = values[update] ?? null;
  const near = NEAR * (across.at(-1) - across[0]);
  const isThere = (at) => minima.some(([a, b]) => Math.hypot(x[at] - a, y[at] - b) < near);
  let arrived = null;
  for (let at = update; at >= 0 && x[at] !== null && isThere(at); at -= 1) arrived = at;
  return { value, arrived, diverged: value === null };
}

/**
 * The paths that are at a minimum, the first to arrive first.
 *
 * @param {{arrived: number|null}[]} stands
 * @returns {number[]}
 */
export function rankArrivals(stands) {
  const there = stands.flatMap(({ arrived }, i) => (arrived === null ? [] : [i]));
  return there.sort((a, b) => stands[a].arrived - stands[b].arrived);
}
