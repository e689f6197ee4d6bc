/**
 * Geometry of a drawn boundary: lines are closed or lengthened to the edge of the plane, and the
 * parts into which they divide it are compared with the classes that the network gives.
 */

import { EDGE } from "plot/plane-figure";
import { PARTS, POINT_COLUMNS } from "plot/readout";

/** Places of a frame's boundary along a side. */
const SIDE = 100;
const CELL = (2 * EDGE) / (SIDE - 1);
/** Of quantized outputs: half of their range, where two classes meet. */
const MIDDLE = 127.5;
/** A line is closed where its ends are so near, as a share of its length or in units of the plane. */
const CLOSED = { share: 0.15, least: 1 };
/** How much of a line says where it was going. */
const HEADING = 1.5;
const BARRIER = -1;

/**
 * A line that was drawn, closed or lengthened to the edge of the plane.
 *
 * @param {number[][]} line
 * @returns {number[][]}
 */
export function complete(line) {
  if (line.length < 2) return [];
  const gap = distance(line[0], line.at(-1));
  const long = line.slice(1).reduce((sum, place, i) => sum + distance(line[i], place), 0);
  if (gap < Math.max(CLOSED.least, CLOSED.share * long) && long > 3 * gap) return [...line, line[0]];
  return [lengthen(line.toReversed()), ...line, lengthen(line)];
}

/** Where a line would meet the edge if it went on straight. */
function lengthen(line) {
  const [x, y] = line.at(-1);
  const before = line.findLast((place) => distance(place, [x, y]) >= HEADING) ?? line[0];
  const [dx, dy] = [x - before[0], y - before[1]];
  const reach = (at, step) => (step > 0 ? (EDGE - at) / step : step < 0 ? (-EDGE - at) / step : Infinity);
  const times = Math.min(reach(x, dx), reach(y, dy));
  return Number.isFinite(times) ? [x + times * dx, y + times * dy] : [x, y];
}

/**
 * Compares what was drawn with a frame.
 *
 * @param {number[][][]} lines
 * @param {Frame} frame
 * @returns {{share: number, own: ?number, network: ?number, contour: number[]}} `share` of the plane that is on the
 *   same side of both, each part of the drawing standing for the class that most of it has; accuracies of the
 *   drawing and of the network on test points, null without them; `contour`: pieces of the network's
 *   boundary, four coordinates each, none where it gives one class everywhere
 */
export function compare(lines, frame) {
  const classes = classify(frame.arrays.boundary);
  const parts = divide(lines.map(complete));
  const answers = answerOf(parts, classes);
  let [same, all] = [0, 0];
  parts.forEach((part, i) => {
    if (part === BARRIER) return;
    all += 1;
    if (answers[part] === classes[i]) same += 1;
  });
  return { share: all ? same / all : 0, ...scoreTests(parts, answers, classes, frame), contour: traceContour(frame.arrays.boundary) };
}

/** The class at each place, row by row from the bottom. */
function classify({ data, shape: [outputs] }) {
  const size = SIDE * SIDE;
  return Uint8Array.from({ length: size }, (_, i) => {
    if (outputs === 1) return data[i] > MIDDLE ? 1 : 0;
    let best = 0;
    for (let k = 1; k < outputs; k += 1) if (data[k * size + i] > data[best * size + i]) best = k;
    return best;
  });
}

/** Numbers the parts into which lines divide the plane; places on a line are `BARRIER`. */
function divide(lines) {
  const parts = new Int16Array(SIDE * SIDE).fill(-2);
  for (const line of lines) {
    for (let i = 1; i < line.length; i += 1) {
      const pieces = Math.max(1, Math.ceil((2 * distance(line[i - 1], line[i])) / CELL));
      for (let k = 0; k <= pieces; k += 1) {
        const at = indexOf(line[i - 1].map((from, axis) => from + ((line[i][axis] - from) * k) / pieces));
        if (at !== null) parts[at] = BARRIER;
      }
    }
  }
  let count = 0;
  for (let start = 0; start < parts.length; start += 1) {
    if (parts[start] !== -2) continue;
    flood(parts, start, count);
    count += 1;
  }
  return parts;
}

function flood(parts, start, part) {
  const waiting = [start];
  parts[start] = part;
  while (waiting.length) {
    const at = waiting.pop();
    const column = at % SIDE;
    for (const next of [column > 0 ? at - 1 : -1, column < SIDE - 1 ? at + 1 : -1, at - SIDE, at + SIDE]) {
      if (parts[next] !== -2) continue;
      parts[next] = part;
      waiting.push(next);
    }
  }
}

/** For each part the class that most of it has. */
function answerOf(parts, classes) {
  const counts = [];
  parts.forEach((part, i) => {
    if (part === BARRIER) return;
    counts[part] ??= [];
    counts[part][classes[i]] = (counts[part][classes[i]] ?? 0) + 1;
  });
  return counts.map((count) => count.reduce((best, one, k) => (one > (count[best] ?? 0) ? k : best), count.findIndex(Boolean)));
}

function scoreTests(parts, answers, classes, { arrays: { points } }) {
  const rows = points?.data ?? [];
  let [own, network, all] = [0, 0, 0];
  for (let at = 0; at < rows.length; at += POINT_COLUMNS) {
    const place = indexOf([rows[at], rows[at + 1]]);
    if (PARTS[rows[at + 3]] !== "test" || place === null || parts[place] === BARRIER) continue;
    const label = Math.round(rows[at + 2]);
    all += 1;
    if (answers[parts[place]] === label) own += 1;
    if (classes[place] === label) network += 1;
  }
  return all ? { own: own / all, network: network / all } : { own: null, network: null };
}

/** Where two classes meet: pieces of the level lines of each output over the largest other one. */
function traceContour({ data, shape: [outputs] }) {
  const pieces = [];
  const size = SIDE * SIDE;
  const fields = outputs === 1 ? [(i) => data[i] - MIDDLE] : Array.from({ length: outputs }, (_, k) => (i) => {
    let other = 0;
    for (let j = 0; j < outputs; j += 1) if (j !== k) other = Math.max(other, data[j * size + i]);
    return data[k * size + i] - other + 0.5;
  });
  for (const field of fields) {
    for (let row = 0; row + 1 < SIDE; row += 1) {
      for (let column = 0; column + 1 < SIDE; column += 1) pieces.push(...cross(field, row, column));
    }
  }
  return pieces;
}

/** The level line through one square of four places, at most two pieces. */
function cross(field, row, column) {
  const corners = [[0, 0], [0, 1], [1, 1], [1, 0]].map(([up, right]) => ({
    x: toPlane(column + right), y: toPlane(row + up), value: field((row + up) * SIDE + column + right),
  }));
  const places = corners.flatMap((from, i) => {
    const to = corners[(i + 1) % 4];
    if (from.value > 0 === to.value > 0) return [];
    const share = from.value / (from.value - to.value);
    return [round(from.x + share * (to.x - from.x)), round(from.y + share * (to.y - from.y))];
  });
  return places.length === 4 || places.length === 8 ? places : [];
}

function toPlane(cell) {
  return cell * CELL - EDGE;
}

/** The place of the frame's boundary that is nearest; null outside of the plane. */
function indexOf([x, y]) {
  const [column, row] = [x, y].map((one) => Math.round((one + EDGE) / CELL));
  return column < 0 || row < 0 || column >= SIDE || row >= SIDE ? null : row * SIDE + column;
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function round(number) {
  return Math.round(number * 100) / 100;
}
