/** Validation of a recorded map: what it varies, and the frames that belong to it. */

import { isObject } from "lib/objects";
import { MEASURES } from "map/model/colours";
import { RecordingError } from "recordings/error";

const STATES = ["training", "paused", "compiling", "failed"];
/** Values of one axis, and cells of a side, at most. */
const MOST = 64;
const SCALES = ["linear", "log"];

/**
 * @param {any} sweep
 * @param {Object} schema what `GET /api/schema` answers
 * @returns {Sweep} with what is known of it
 * @throws {RecordingError} `damaged`
 */
export function checkSweep(sweep, { sweep_axes: kinds }) {
  const { axes, rows, columns, seeds, networks } = isObject(sweep) ? sweep : {};
  const right = Array.isArray(axes) && [1, 2].includes(axes.length) && axes.every((axis) => isAxis(axis, kinds))
    && [rows, columns, seeds, networks].every((count) => Number.isSafeInteger(count) && count > 0) && fitsCells(axes, rows, columns);
  if (!right) throw new RecordingError("damaged");
  return { axes: axes.map(({ path, values, scale }) => ({ path, values, scale })), rows, columns, seeds, networks };
}

function isAxis(axis, kinds) {
  const kind = isObject(axis) && kinds.find(({ path }) => path === axis.path);
  if (!kind || !SCALES.includes(axis.scale) || !Array.isArray(axis.values) || axis.values.length < 2 || axis.values.length > MOST) return false;
  return axis.values.every((value) => (kind.kind === "choice" ? kind.values.includes(value) : Number.isFinite(value)));
}

/** One axis alone is wrapped row by row. */
function fitsCells(axes, rows, columns) {
  const [{ values }, other] = axes;
  if (other) return columns === values.length && rows === other.values.length;
  return columns <= MOST && rows <= MOST && values.length <= rows * columns && values.length > (rows - 1) * columns;
}

/** How the training of a map stands, and what its cells were coloured by. */
export function isSweepState(value) {
  return isObject(value) && Number.isSafeInteger(value.epoch) && value.epoch >= 0 && STATES.includes(value.state)
    && [value.ready, value.progress].every(Number.isFinite) && ["boundary", ...MEASURES].includes(value.colour);
}

/**
 * Whether a frame has as many cells as its map.
 *
 * @param {any} meta
 * @param {any} arrays
 * @param {Sweep|null} sweep
 */
export function fitsSweep({ sweep: state }, { sweep_cells: cells, sweep_boundaries: maps, sweep_ranges: ranges, sweep_sharpness: sharpness }, sweep) {
  if (!state && !sweep) return true;
  if (!state || !sweep) return false;
  const { rows, columns } = sweep;
  return [cells, sharpness].every((array) => !array || (array.shape[0] === rows && array.shape[1] === columns))
    && [maps, ranges].every((array) => !array || array.shape[0] === rows * columns);
}
