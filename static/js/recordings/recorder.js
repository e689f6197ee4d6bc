/** Recorder: keeps every k-th frame, thinned when there are too many. */

import { roundNumbers } from "recordings/delta-coding";
import { POINT_COLUMNS } from "plot/readout";
import { listRecorded } from "spec/views";

/** Bytes that the kept frames may take, before every second one is let go. */
const ROOM = 96 << 20;
/** Rows of the curves that one frame keeps. */
const MOST_ROWS = 12;
const ROW = 5;
/** Bits of what is only read and looked at: a number such as a point's fate, and a map that is not quantized. */
const NUMBER_BITS = 12;
const MAP_BITS = 7;
const ROUNDED = {
  selected: MAP_BITS, selected_values: NUMBER_BITS, sweep_cells: NUMBER_BITS, sweep_ranges: NUMBER_BITS, sweep_sharpness: NUMBER_BITS, sweep_mean: MAP_BITS,
};
const FATE = 4;

/**
 * @param {{every: number, most: number}} wishes every how many frames, and how many at most;
 *   when there are more, every second one goes and so does every second one that comes
 * @returns {{take: Function, finish: () => Object[], count: () => number, every: () => number}}
 */
export function createRecorder({ every, most }) {
  let frames = [];
  let waiting = null;
  let seen = 0;
  let apart = every;
  let bytes = 0;
  const began = performance.now();
  const names = Object.keys(listRecorded());

  /** Takes a frame as the source of frames tells it. */
  function take({ meta, arrays, spec, sweep = null }) {
    const time = Math.round(performance.now() - began);
    const kept = names.filter((name) => arrays[name]).map((name) => [name, arrays[name]]);
    const frame = joinTo(waiting, { meta: { ...meta, time }, arrays: Object.fromEntries(kept), spec, sweep });
    waiting = null;
    if (seen % apart === 0) keep(frame);
    else waiting = frame;
    seen += 1;
  }

  function keep(frame) {
    frames.push(frame);
    bytes += sizeOf(frame);
    if (frames.length > most || bytes > ROOM) thin();
  }

  /** The first frame stays; what one that goes has to hand on goes to the next. */
  function thin() {
    const kept = [];
    let last = null;
    frames.forEach((frame, i) => {
      const whole = joinTo(last, frame);
      last = i % 2 === 0 ? null : whole;
      if (!last) kept.push(whole);
    });
    waiting = last;
    frames = kept;
    bytes = frames.reduce((sum, frame) => sum + sizeOf(frame), 0);
    apart *= 2;
    seen = (frames.length - 1) * apart + (last ? apart / 2 : 0);
  }

  /** The frames, the newest one among them; arrays that are only looked at lose what none sees. */
  function finish() {
    const all = waiting ? [...frames, waiting] : frames;
    return all.map((frame) => ({ ...frame, arrays: shorten(frame.arrays) }));
  }

  return { take, finish, count: () => frames.length, every: () => apart };
}

/** Points that are sent only once, and rows of the curves, must not be lost with a frame. */
function joinTo(older, newer) {
  if (!older) return newer;
  const points = newer.arrays.points ?? older.arrays.points;
  const history = joinRows(older.arrays.history, newer.arrays.history);
  const arrays = { ...newer.arrays, ...(points && { points }), ...(history && { history }) };
  return { ...newer, arrays };
}

function joinRows(older, newer) {
  if (!older || !newer) return newer ?? older;
  const rows = [...older.data, ...newer.data];
  const count = rows.length / ROW;
  const kept = Math.min(count, MOST_ROWS);
  const data = new Float32Array(kept * ROW);
  // The last row is where the frame stands.
  for (let i = 0; i < kept; i += 1) {
    const from = Math.ceil(((i + 1) * count) / kept) - 1;
    data.set(rows.slice(from * ROW, (from + 1) * ROW), i * ROW);
  }
  return { data, shape: [kept, ROW] };
}

function shorten(arrays) {
  const shorter = { ...arrays };
  for (const [name, bits] of Object.entries(ROUNDED)) {
    if (arrays[name]) shorter[name] = { ...arrays[name], data: roundNumbers(arrays[name].data, bits) };
  }
  if (arrays.points) shorter.points = { ...arrays.points, data: roundFates(arrays.points.data) };
  if (arrays.sweep_boundaries) shorter.sweep_boundaries = { ...arrays.sweep_boundaries, data: arrays.sweep_boundaries.data.map(toLevel) };
  return shorter;
}

/** What points are stays as it is; what becomes of them is rounded. */
function roundFates(points) {
  const rounded = roundNumbers(points, NUMBER_BITS);
  for (let at = 0; at < points.length; at += POINT_COLUMNS) {
    rounded.set(points.subarray(at, at + FATE), at);
  }
  return rounded;
}

/** One of 64 levels, 0 and 255 among them: cells are small, and there are many. */
function toLevel(byte) {
  return (byte & 0xfc) | (byte >> 6);
}

function sizeOf({ arrays }) {
  return Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
}
