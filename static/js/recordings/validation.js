/** Validation of recorded frames; their specs are validated before. */

import { isObject } from "lib/objects";
import { RecordingError } from "recordings/error";
import { fitsSweep, isSweepState } from "recordings/sweep-validation";
import { listRecorded } from "spec/views";
import { indexWeights, listPieces, widthsOf } from "spec/weights";

/** Pixels along a side of a tile, least and most. */
const TILE = { least: 2, most: 100 };
/** Arrays that every frame of points has; any other may be missing. */
const OF_POINTS = ["boundary", "units", "weights"];
/** How a frame of the stream tells a figure that is no finite number. */
const NOT_FINITE = ["nan", "inf", "-inf"];
const FIGURES = ["loss", "accuracy", "rmse", "r2"].flatMap((name) => ["train", "validation", "test"].map((part) => `${part}_${name}`));
const COUNTS = ["parameters", "measured_step", "batch", "batches", "best_step", "best_epoch", "waited"];

/** What the metadata of a frame may say; the rest is left out. */
const META = {
  step: isCount,
  epoch: isCount,
  spec_id: isCount,
  running: (value) => typeof value === "boolean",
  time: isAmount,
  seconds_left: isAmount,
  penalty: isFigure,
  best_loss: isFigure,
  race: isRace,
  sweep: isSweepState,
  selected: (value) => value === null || (isPair(value) && value.every(isCount)),
  boundary_range: isPair,
  units_range: (value) => Array.isArray(value) && value.every(isPair),
  data_source: isWord,
  ...Object.fromEntries(FIGURES.map((name) => [name, isFigure])),
  ...Object.fromEntries(COUNTS.map((name) => [name, isCount])),
};
/** Networks of a race, and changes of each, at most. */
const RACERS = 16;
const CHANGES = 4;
const RACE_STATES = ["waiting", "training", "done", "stopped", "failed"];
const NEEDED = ["step", "epoch"];

/**
 * What a recording says of itself.
 *
 * @throws {RecordingError} `damaged`
 */
export function checkAbout({ recorded, every }) {
  ensure(typeof recorded === "string" && Number.isFinite(Date.parse(recorded)));
  ensure(isCount(every) && every > 0);
}

/**
 * @param {{meta: Object, arrays: Object, spec: Object, outputs: number, sweep: Sweep|null}[]} frames
 * @param {Object} schema what `GET /api/schema` answers
 * @returns {{meta: Object, arrays: Object, spec: Object, sweep: Sweep|null}[]} with the metadata and arrays that are known
 * @throws {RecordingError} `damaged`
 */
export function checkFrames(frames, schema) {
  const known = listRecorded(schema.views);
  return frames.map(({ meta: said, arrays: held, spec, outputs, sweep }) => {
    const meta = readMeta(said);
    const arrays = Object.fromEntries(Object.entries(held).filter(([name]) => Object.hasOwn(known, name)));
    const set = schema.data_sets[spec.data.name];
    const sizes = sizesOf(spec, outputs, set);
    for (const [name, array] of Object.entries(arrays)) ensure(fits(array, known[name], sizes));
    ensure(fitsSweep(meta, arrays, sweep));
    if (set.kind !== "images") {
      ensure(OF_POINTS.every((name) => arrays[name]));
      ensure(meta.boundary_range);
      ensure(meta.units_range?.length === sizes.U);
    }
    return { meta, arrays, spec, sweep };
  });
}

function readMeta(said) {
  const known = Object.entries(META).filter(([name]) => Object.hasOwn(said, name));
  ensure(known.every(([name, isRight]) => isRight(said[name])));
  ensure(NEEDED.every((name) => Object.hasOwn(said, name)));
  return Object.fromEntries(known.map(([name]) => [name, said[name]]));
}

/** The numbers behind the letters of shapes, as far as a spec tells them. */
function sizesOf(spec, outputs, set) {
  const [rows, columns] = set.input_shape;
  return {
    K: outputs, H: rows, W: columns,
    U: spec.layers.reduce((sum, layer) => sum + layer.units, 0),
    P: set.kind !== "images" ? indexWeights(widthsOf(spec, outputs), listPieces(spec)).count : null,
  };
}

/** @param {{type: string, shape: number[]}} array */
function fits({ type, shape }, { dtype, shape: meant }, sizes) {
  return type === dtype && shape.length === meant.length && meant.every((size, i) => {
    if (size === "n") return true;
    if (size === "T") return isBetween(shape[i], TILE.least, TILE.most) && shape[i] === shape.at(-1);
    return shape[i] === (Number.isInteger(size) ? size : sizes[size]);
  });
}

function ensure(right) {
  if (!right) throw new RecordingError("damaged");
}

function isBetween(value, least, most) {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isAmount(value) {
  return Number.isFinite(value) && value >= 0;
}

function isFigure(value) {
  return Number.isFinite(value) || NOT_FINITE.includes(value);
}

function isPair(value) {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

/** What differs between the networks of a race, and how it stands. */
function isRace(value) {
  return isObject(value) && Array.isArray(value.racers) && value.racers.length <= RACERS && value.racers.every(areChanges)
    && isCount(value.epochs) && typeof value.restart === "boolean" && RACE_STATES.includes(value.state) && isAmount(value.share);
}

function areChanges(value) {
  return Array.isArray(value) && value.length <= CHANGES
    && value.every((one) => isObject(one) && (isCount(one.more) || (typeof one.path === "string" && /^[a-z][\w.]{1,60}$/.test(one.path))));
}

function isWord(value) {
  return typeof value === "string" && /^\w{1,40}$/.test(value);
}
