/** Validation of recorded frames; their specs are validated before. */

import { CLASSES, isImages, sideOf } from "spec/image-sets";
import { RecordingError } from "recordings/error";
import { POINT_COLUMNS } from "plot/readout";
import { indexWeights, widthsOf } from "spec/weights";

const MAP = 100;
const ROW = 5;
/** How a frame of the stream tells a figure that is no finite number. */
const NOT_FINITE = ["nan", "inf", "-inf"];
const FIGURES = ["loss", "accuracy", "rmse", "r2"].flatMap((name) => [`train_${name}`, `test_${name}`]);
const COUNTS = ["parameters", "measured_step", "batch", "batches"];

/** What the metadata of a frame may say; the rest is left out. */
const META = {
  step: isCount,
  epoch: isCount,
  spec_id: isCount,
  running: (value) => typeof value === "boolean",
  time: isAmount,
  seconds_left: isAmount,
  penalty: isFigure,
  selected: (value) => value === null || (isPair(value) && value.every(isCount)),
  boundary_range: isPair,
  units_range: (value) => Array.isArray(value) && value.every(isPair),
  data_source: isWord,
  ...Object.fromEntries(FIGURES.map((name) => [name, isFigure])),
  ...Object.fromEntries(COUNTS.map((name) => [name, isCount])),
};
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
 * @param {{meta: Object, arrays: Object, spec: Object, outputs: number}[]} frames
 * @returns {{meta: Object, arrays: Object, spec: Object}[]} with the metadata that are known
 * @throws {RecordingError} `damaged`
 */
export function checkFrames(frames) {
  return frames.map((frame) => {
    const { arrays, spec } = frame;
    ensure(fits(arrays.history, "F32", [null, ROW]));
    ensure(fits(arrays.points, "F32", [null, POINT_COLUMNS]));
    const meta = readMeta(frame.meta);
    if (isImages(spec)) checkImages(frame);
    else checkPlane({ ...frame, meta });
    return { meta, arrays, spec };
  });
}

function readMeta(said) {
  const known = Object.entries(META).filter(([name]) => Object.hasOwn(said, name));
  ensure(known.every(([name, isRight]) => isRight(said[name])));
  ensure(NEEDED.every((name) => Object.hasOwn(said, name)));
  return Object.fromEntries(known.map(([name]) => [name, said[name]]));
}

/** A frame of a network on points of the plane is whole. */
function checkPlane({ meta, arrays, spec, outputs }) {
  const { boundary, units, weights, selected } = arrays;
  ensure(boundary && units && weights);
  ensure(fits(boundary, "U8", [outputs, MAP, MAP]));
  const count = countUnits(spec);
  ensure(fits(units, "U8", [count, units.shape[1], units.shape[1]]) && isBetween(units.shape[1], 2, MAP));
  const { count: parameters } = indexWeights(widthsOf(spec, outputs));
  ensure(fits(weights, "F32", [parameters]));
  ensure(fits(selected, "F32", [MAP, MAP]));
  ensure(fits(arrays.selected_values, "F32", [null]));
  ensure(meta.boundary_range);
  ensure(meta.units_range?.length === count);
}

/** A frame of a network for images may lack anything, but what it has fits. */
function checkImages({ arrays, spec }) {
  const side = sideOf(spec.data.name);
  for (const name of ["image", "saliency", "input_weights"]) {
    ensure(fits(arrays[name], name === "image" ? "U8" : "F32", [side, side]));
  }
  ensure(fits(arrays.activations, "F32", [countUnits(spec)]));
  ensure(fits(arrays.probabilities, "F32", [CLASSES]));
  ensure(fits(arrays.confusion, "F32", [CLASSES, CLASSES]));
}

function countUnits({ layers }) {
  return layers.reduce((sum, layer) => sum + layer.units, 0);
}

/** An array that may be missing; null stands for any size. */
function fits(array, type, shape) {
  if (!array) return true;
  return array.type === type && array.shape.length === shape.length
    && shape.every((size, i) => size === null || size === array.shape[i]);
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

function isWord(value) {
  return typeof value === "string" && /^\w{1,40}$/.test(value);
}
