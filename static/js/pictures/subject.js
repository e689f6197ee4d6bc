/** Subject of a picture: a frame with the page's colours and choices. */

import { formatCount, formatLoss, formatPercent } from "lib/format";
import { epochOf } from "lib/frames";
import { isAncestor } from "run/recall";
import { outputActivation } from "spec/layers";
import { readPalette } from "plot/palette";
import { optionText } from "lib/terms";
import { word } from "lib/words";

/**
 * @param {Frame} frame with its points
 * @param {Context} context
 * @param {string} [scheme] `light` or `dark`; the page's own without it
 */
export function makeSubject(frame, { store, taskOf, schema, history }, scheme = "") {
  const { view: { discretize, showTest, logLoss, wholeRun }, timeline: { points: timeline, recalled } } = store.get();
  const task = taskOf(frame.spec);
  return {
    frame, task, history, discretize, showTest,
    palette: readPalette(scheme),
    logarithmic: logLoss,
    wholeRun,
    outputActivation: outputActivation(task, frame.spec.loss ?? schema.lossesOf(task)[0]),
    recalled: recalled && isAncestor(timeline, recalled) ? recalled : null,
  };
}

/** "Spiral, 3 layers of 8, tanh" */
export function nameSubject({ spec }) {
  return [word(`data.${spec.data.name}`), nameLayers(spec.layers), ...nameActivation(spec.layers)].join(", ");
}

function nameLayers(layers) {
  const units = layers.map((layer) => formatCount(layer.units));
  if (!units.length) return word("picture.noLayers");
  if (units.length > 1 && new Set(units).size === 1) {
    return word("picture.layers", { count: units.length, units: units[0] });
  }
  return word("picture.units", { units: units.join(" – ") });
}

function nameActivation(layers) {
  const names = new Set(layers.map((layer) => layer.activation));
  return names.size === 1 ? [optionText("layers.activation", [...names][0])] : [];
}

/** "Epoch 312, test accuracy 98 %"; of a map the epoch alone. */
export function describeSubject({ meta }) {
  const epoch = word("timeline.epoch", { epoch: formatCount(epochOf(meta)) });
  if (meta.sweep) return epoch;
  const score = "test_accuracy" in meta
    ? word("picture.accuracy", { accuracy: formatPercent(meta.test_accuracy, 0) })
    : word("picture.rmse", { rmse: formatLoss(meta.test_rmse) });
  return `${epoch}, ${score}`;
}
