/** Task of custom points, inferred from their labels. */

import { countMostClasses } from "spec/data-sets";

const inferred = new WeakMap();

/** The task of `[x1, x2, label]` rows by their labels alone, as the server infers it. */
export function inferTask(points) {
  if (!points) return "binary";
  if (!inferred.has(points)) inferred.set(points, taskOfLabels(points.map((point) => point[2])));
  return inferred.get(points);
}

/** Whether points can be for a task. */
export function fitsTask(points, task) {
  const least = inferTask(points);
  return task === "regression" || least === "binary" || least === task;
}

/** The task to name beside points: the one that was named, or a wider one that they need. */
export function widenTask(points, task) {
  return task && !fitsTask(points, task) ? inferTask(points) : task;
}

/** How many classes there are to paint with: one swatch for each. */
export function countClasses(points, task) {
  if (task === "binary") return 2;
  return Math.max(2, ...classesOf(points).map((label) => label + 1));
}

/** Whether a task takes a label. */
export function isLabel(value, task) {
  if (task === "regression") return Number.isFinite(value) && Math.abs(value) <= 1e6;
  return isClass(value);
}

function classesOf(points) {
  return [...new Set(points.map((point) => point[2]))].filter(isClass);
}

function taskOfLabels(labels) {
  if (labels.every((label) => label === 0 || label === 1)) return "binary";
  return labels.every(isClass) ? "multiclass" : "regression";
}

function isClass(label) {
  return Number.isInteger(label) && label >= 0 && label < countMostClasses();
}
