/** Settings of a search: what the page has, what can be chosen, and what the server is told. Pure. */

import { isReadAxis, makeAxis } from "map/model/axes";

/** As the server has it; addresses with more are none. */
export const MOST_DIMENSIONS = 8;
export const TRIALS = [16, 32, 64, 128, 256, 512];
export const EPOCHS = [20, 50, 100, 200, 500];
/** What varies first, as far as the network has it. */
const FIRST = ["optimizer.learning_rate", "layers.units"];
/** Values of a dimension on a grid, at first. */
const COUNT = 4;
const SCORES = { regression: "validation_rmse", binary: "validation_accuracy", multiclass: "validation_accuracy" };

/**
 * What a search of this network may vary.
 *
 * @param {AxisKind[]} kinds what there is
 * @param {Spec} spec
 * @param {any} schema
 */
export function listKinds(kinds, spec, schema) {
  return kinds.filter(({ path }) => schema.search().paths.includes(path) && isReadAxis(path, spec, schema));
}

/**
 * A dimension over the range that is worth a look.
 *
 * @param {AxisKind} kind
 * @returns {MapAxis}
 */
export function makeDimension(kind) {
  return makeAxis(kind, kind.kind === "choice" ? {} : { count: COUNT });
}

/**
 * The dimensions of a first search.
 *
 * @param {AxisKind[]} kinds what the network can vary
 */
export function firstDimensions(kinds) {
  return kinds.filter(({ path }) => FIRST.includes(path)).map(makeDimension);
}

/** The score that a task has beside its loss. */
export function scoreOfTask(task) {
  return SCORES[task];
}

/** Whether a larger number is better. */
export function isRising(name, schema) {
  return schema.search().objectives[name]?.direction === "maximize";
}

/** Whether a method tries the places of a grid one by one. */
export function isGrid(method, schema) {
  return schema.search().methods[method]?.enumerates ?? false;
}

/**
 * The objectives that a task has.
 *
 * @param {string[]} all
 * @param {Task} task
 */
export function objectivesOf(all, task) {
  const others = Object.values(SCORES).filter((name) => name !== SCORES[task]);
  return all.filter((name) => !others.includes(name));
}

/**
 * The settings as the server takes them.
 *
 * @param {SearchChoice} choice
 * @param {any} schema
 */
export function writeSettings({ dimensions, method, objectives, trials, epochs, pruning }, schema) {
  return {
    dimensions: dimensions.map(({ path, values, low, high, scale, count }) => (
      values ? { path, values } : { path, low, high, scale, ...(isGrid(method, schema) && { count }) })),
    method, objectives, trials, epochs, pruning: pruning && objectives.length === 1,
  };
}

/** How many places a grid has. */
export function countPlaces(dimensions) {
  return dimensions.reduce((product, { values, count }) => product * (values?.length ?? count), 1);
}
