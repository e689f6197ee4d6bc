/** Layer spaces on a flat picture: projection, its steady window, and the lines of the output. Pure. */

import { AXES, CELLS } from "spaces/reading";

/** Room around the farthest place. */
const ROOM = 1.08;
/** A window widens at once, and narrows when the places take up less than this. */
const LEAST_FILL = 0.72;
/** Widths of a window go up by this factor, so that they seldom change. */
const STEP = 1.12;
/** Points of a space with one axis are spread over this share of half the height. */
const SPREAD = 0.55;
const GOLDEN = 0.6180339887;

/**
 * Projects the places of a space.
 *
 * @param {Space} space
 * @param {{yaw: number, pitch: number}|null} turn of a space with three axes, in radians; null for flat
 * @returns {Float32Array} two numbers a place
 */
export function projectSpace({ places }, turn) {
  const count = places.length / AXES;
  const flat = new Float32Array(2 * count);
  const [[a, b, c], [d, e, f]] = turn ? axesOf(turn) : [[1, 0, 0], [0, 1, 0]];
  for (let i = 0; i < count; i += 1) {
    const [x, y, z] = [places[AXES * i], places[AXES * i + 1], places[AXES * i + 2]];
    flat[2 * i] = a * x + b * y + c * z;
    flat[2 * i + 1] = d * x + e * y + f * z;
  }
  return flat;
}

/** What goes to the right and what goes up, seen from a direction. */
function axesOf({ yaw, pitch }) {
  const [s, c] = [Math.sin(yaw), Math.cos(yaw)];
  const [u, v] = [Math.sin(pitch), Math.cos(pitch)];
  return [[c, 0, s], [s * u, v, -c * u]];
}

/**
 * The window of a picture, which stays as it was for as long as it fits.
 *
 * @param {SpaceWindow|null} before
 * @param {Float32Array} flat two numbers a place
 * @returns {SpaceWindow}
 */
export function fitWindow(before, flat) {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < flat.length; i += 1) {
    if (flat[i] < low[i % 2]) low[i % 2] = flat[i];
    if (flat[i] > high[i % 2]) high[i % 2] = flat[i];
  }
  const [x, y] = [0, 1].map((i) => (low[i] + high[i]) / 2);
  const reach = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  if (!(reach > 0) || !Number.isFinite(reach)) return before ?? { x: x || 0, y: y || 0, half: 1 };
  if (before) {
    const off = Math.max(Math.abs(x - before.x), Math.abs(y - before.y)) + reach;
    if (off <= before.half && reach >= LEAST_FILL * before.half) return before;
  }
  return { x, y, half: STEP ** Math.ceil(Math.log(reach * ROOM) / Math.log(STEP)) };
}

/**
 * Gives the points of a space with one axis a height of their own, so that they can be told apart.
 *
 * @param {Float32Array} flat of `projectSpace`; changed
 * @param {SpaceWindow} window
 */
export function spreadPoints(flat, { y, half }) {
  for (let i = CELLS; 2 * i < flat.length; i += 1) {
    flat[2 * i + 1] = y + half * SPREAD * (2 * ((i * GOLDEN) % 1) - 1);
  }
}

/**
 * Where the answer of the output changes, as far as it is in the window: where its one logit is 0,
 * or the largest two of several are equal. Straight, since logits are linear in a space.
 *
 * @param {number[][]} surfaces of a space
 * @param {SpaceWindow} window
 * @returns {number[][]} lines, each x and y of both ends
 */
export function findDecisionLines(surfaces, window) {
  if (surfaces.length === 1) return clip(surfaces[0], [], window);
  const differ = (p, q) => p.map((value, i) => value - q[i]);
  return surfaces.flatMap((p, i) => surfaces.slice(i + 1).flatMap((q) => {
    const others = surfaces.filter((one) => one !== p && one !== q).map((one) => differ(p, one));
    return clip(differ(p, q), others, window);
  }));
}

/** The part of a line a x + b y + d = 0 in the window where each of `others` is not below 0. */
function clip(line, others, { x, y, half }) {
  const [a, b, , d] = line;
  const size = Math.hypot(a, b);
  if (!(size > 0) || !Number.isFinite(size)) return [];
  // From the point nearest to the window's middle along the line.
  const off = (a * x + b * y + d) / (size * size);
  const [px, py] = [x - a * off, y - b * off];
  const [ux, uy] = [-b / size, a / size];
  let [from, to] = [-Infinity, Infinity];
  const sides = [[1, 0, 0, half - x], [-1, 0, 0, half + x], [0, 1, 0, half - y], [0, -1, 0, half + y]];
  for (const [e, f, , g] of [...sides, ...others]) {
    const [here, along] = [e * px + f * py + g, e * ux + f * uy];
    if (along > 0) from = Math.max(from, -here / along);
    else if (along < 0) to = Math.min(to, -here / along);
    else if (here < 0) return [];
  }
  return from < to ? [[px + ux * from, py + uy * from, px + ux * to, py + uy * to]] : [];
}
