/** Whether frames that somebody wrote hold what views take for granted. */

import { isImages, sideOf } from "images/sets";
import { RecordingError } from "recordings/error";
import { POINT_COLUMNS } from "readout";
import { indexWeights, widthsOf } from "weights";

const MAP = 100;
const ROW = 5;
const CLASSES = 10;
const MOST = { layers: 8, units: 1024, features: 10, outputs: 10 };
const NUMBERS = ["step", "epoch"];

/**
 * @param {object[]} frames
 * @throws {RecordingError} `damaged`
 */
export function checkFrames(frames) {
  const checked = new Set();
  for (const frame of frames) {
    if (!checked.has(frame.spec)) ensure(isSpec(frame.spec));
    checked.add(frame.spec);
    ensure(NUMBERS.every((name) => Number.isFinite(frame.meta[name])));
    ensure(fits(frame.arrays.history, "F32", [null, ROW]));
    ensure(fits(frame.arrays.points, "F32", [null, POINT_COLUMNS]));
    if (isImages(frame.spec)) checkImages(frame);
    else checkPlane(frame);
  }
}

/** A frame of a network on points of the plane is whole. */
function checkPlane({ meta, arrays, spec }) {
  const { boundary, units, weights, selected } = arrays;
  ensure(boundary && units && weights);
  ensure(fits(boundary, "U8", [null, MAP, MAP]) && isBetween(boundary.shape[0], 1, MOST.outputs));
  const count = countUnits(spec);
  ensure(fits(units, "U8", [count, units.shape[1], units.shape[1]]) && isBetween(units.shape[1], 2, MAP));
  const { count: parameters } = indexWeights(widthsOf(spec, boundary.shape[0]));
  ensure(fits(weights, "F32", [parameters]));
  ensure(fits(selected, "F32", [MAP, MAP]));
  ensure(fits(arrays.selected_values, "F32", [null]));
  ensure(isPair(meta.boundary_range));
  ensure(Array.isArray(meta.units_range) && meta.units_range.length === count);
  ensure(meta.units_range.every(isPair));
}

/** A frame of a network for images may lack anything, but what it has fits. */
function checkImages({ arrays, spec }) {
  const side = sideOf(spec.data.name);
  ensure(Number.isInteger(side));
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

function isSpec({ features, layers, data, optimizer, schedule }) {
  return Array.isArray(features) && isBetween(features.length, 1, MOST.features)
    && features.every(isWord)
    && Array.isArray(layers) && layers.length <= MOST.layers
    && layers.every((layer) => isBetween(layer?.units, 1, MOST.units) && isWord(layer.activation))
    && isWord(data.name) && isWord(optimizer?.name) && isWord(schedule?.name)
    && (data.points === null || (Array.isArray(data.points) && data.points.every(isPoint)));
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

function isPair(value) {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

function isPoint(value) {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}

function isWord(value) {
  return typeof value === "string" && /^\w{1,40}$/.test(value);
}
