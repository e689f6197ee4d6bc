/** Settings of a search: what the page has, what can be chosen, and what the server is told. Pure. */

import { isReadAxis, makeAxis } from "map/model/axes";

/** As the server has it; addresses with more are none. */
export const MOST_DIMENSIONS = 8;
export const TRIALS = [16, 32, 64, 128, 256, 512];
export const EPOCHS = { plane: [20, 50, 100, 200, 500], images: [1, 2, 5, 10, 20] };
/** A first search on images, where a trial takes seconds to minutes. */
const ON_IMAGES = { trials: 16, epochs: 5, pruning: true };
/** What varies first, as far as the network has it. */
const FIRST = ["optimizer.learning_rate", "layers.units"];
/** Values of a dimension on a grid, at first. */
const COUNT = 4;
/** The method of a first search. */
const USUAL = "tpe";
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
function firstDimensions(kinds) {
  return kinds.filter(({ path }) => FIRST.includes(path)).map(makeDimension);
}

/**
 * What a search has to begin with where it has nothing that fits the data: nothing chosen, or ranges of other data.
 *
 * @param {SearchChoice} choice
 * @param {AxisKind[]} kinds what the network can vary
 * @param {boolean} onImages
 * @returns {Partial<SearchChoice>} what has to change
 */
export function fitChoice({ dimensions }, kinds, onImages) {
  const kindOf = ({ path }) => kinds.find((kind) => kind.path === path);
  /** @param {MapAxis} one */
  const fits = (one) => Boolean(one.values) || (one.low >= kindOf(one).low && one.high <= kindOf(one).high);
  const read = dimensions.filter(kindOf);
  if (read.length) {
    const same = read.length === dimensions.length && read.every(fits);
    return same ? {} : { dimensions: read.map((one) => (fits(one) ? one : makeDimension(kindOf(one)))) };
  }
  return { dimensions: firstDimensions(kinds), ...(onImages && ON_IMAGES) };
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

/** Whether a person says which network is better. */
export function isJudged(objectives, schema) {
  return objectives.some((name) => schema.search().objectives[name]?.is_preference);
}

/**
 * The objectives that a task has; of images no boundaries can be compared.
 *
 * @param {Task} task
 * @param {boolean} onImages
 * @param {any} schema
 */
export function objectivesOf(task, onImages, schema) {
  const others = Object.values(SCORES).filter((name) => name !== SCORES[task]);
  return Object.keys(schema.search().objectives).filter((name) => !others.includes(name) && !(onImages && isJudged([name], schema)));
}

/** The methods that can work with some objectives. */
export function methodsOf(objectives, schema) {
  const { methods } = schema.search();
  return Object.keys(methods).filter((name) => !methods[name].compares || isJudged(objectives, schema));
}

/**
 * The choice with other objectives: a preference stands alone, by the method that is made for it where it is there.
 *
 * @param {SearchChoice} choice
 * @param {string[]} objectives
 * @param {any} schema
 * @returns {Partial<SearchChoice>}
 */
export function chooseObjectives({ method }, objectives, schema) {
  const next = isJudged(objectives, schema) ? objectives.slice(0, 1) : objectives;
  const possible = methodsOf(next, schema);
  const made = possible.find((name) => schema.search().methods[name].compares);
  return { objectives: next, method: made ?? (possible.includes(method) ? method : USUAL) };
}

/**
 * The settings as the server takes them.
 *
 * @param {SearchChoice} choice
 * @param {any} schema
 */
export function writeSettings({ dimensions, method, objectives, trials, epochs, pruning, seconds, batch, seed }, schema) {
  return {
    dimensions: dimensions.map(({ path, values, low, high, scale, count }) => (
      values ? { path, values } : { path, low, high, scale, ...(isGrid(method, schema) && { count }) })),
    method, objectives, trials, epochs, pruning: canPrune(objectives, schema) && pruning, seconds, batch, seed,
  };
}

/** Whether trials can be given up: by one number. */
export function canPrune(objectives, schema) {
  return objectives.length === 1 && !isJudged(objectives, schema);
}

/** How many places a grid has. */
export function countPlaces(dimensions) {
  return dimensions.reduce((product, { values, count }) => product * (values?.length ?? count), 1);
}
