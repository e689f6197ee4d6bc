/** Values of the colour scale. */

import { showsUnit } from "lib/frames";
import { sampleInput } from "spec/inputs";
import { unitIndex } from "spec/weights";

const SAMPLES = 25;

/**
 * Three values, or so many classes.
 *
 * @param {Frame} frame
 * @param {?Object} hovered the tile in whose place the plane shows it; none for the boundary
 * @returns {{values?: number[], classes?: number, levels?: number}}
 */
export function scaleOf(frame, hovered) {
  const { arrays: { boundary, units, selected }, meta, spec } = frame;
  const outputs = boundary.shape[0];
  if (!hovered || (hovered.role === "output" && outputs === 1)) {
    return outputs > 1 ? { classes: outputs } : { values: threeOf(meta.boundary_range) };
  }
  const { role, layer, unit, name } = hovered;
  if (role === "output") return { values: [0, 0.5, 1], levels: Math.min(unit, outputs - 1) };
  if (role === "input") return around(sampleInput(frame, name, SAMPLES));
  if (showsUnit({ arrays: { selected }, meta }, { layer, unit })) return around(selected.data);
  const index = unitIndex(spec, layer, unit);
  return around(meta.units_range[Math.min(index, units.shape[0] - 1)]);
}

function threeOf([low, high]) {
  return [low, (low + high) / 2, high];
}

function around(values) {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return { values: [-largest, 0, largest] };
}
