/** Inputs of a network: features of points, or columns of a table. */

import { word } from "lib/words";
import { tableOf } from "spec/data-sets";
import { sampleFeature } from "spec/features";

/** Numbers of a column in a frame's `columns`: mean, deviation, and the plane's three. */
export const COLUMN = 5;
/** Characters of a label, beyond which it is broken. */
const LONG = 8;
/** In rem: beside a label, and how wide its characters are; those from here on are wide. */
const [ASIDE, NARROW, WIDE] = [1.2, 0.53, 0.9];
const CJK = 0x2e7f;

/** The names of a network's inputs. */
export function inputsOf(spec) {
  const table = tableOf(spec);
  if (!table) return spec.features;
  return spec.data.columns ?? table.columns.filter((column) => column.default).map(({ name }) => name);
}

/**
 * All that inputs may be.
 *
 * @param {Spec} spec
 * @param {string[]} features all features of points
 */
export function listInputs(spec, features) {
  return tableOf(spec)?.columns.map(({ name }) => name) ?? features;
}

/** The lines of an input's label: a long name has a line for each of its words. */
export function labelLines(name) {
  const text = word(`feature.${name}`);
  return text.length > LONG ? text.split(" ") : [text];
}

/** Room for the labels of a table's columns, in rem; undefined for features. */
export function labelRoom(spec) {
  if (!tableOf(spec)) return undefined;
  const lines = inputsOf(spec).flatMap(labelLines);
  return ASIDE + Math.max(...lines.map((line) =>
    [...line].reduce((sum, one) => sum + (one.codePointAt(0) > CJK ? WIDE : NARROW), 0)));
}

/** The edit that takes an input in, or leaves it out; null where it is the last one. */
export function toggleInput(spec, features, name) {
  const inputs = inputsOf(spec);
  const next = listInputs(spec, features).filter((one) => inputs.includes(one) !== (one === name));
  if (!next.length) return null;
  if (!tableOf(spec)) return { features: next };
  const { axes } = spec.data;
  const tooFew = next.length < 2 && axes && tableOf(spec).components.includes(axes[0]);
  return { data: { columns: next, ...(tooFew ? { axes: null } : {}) } };
}

/**
 * Values of an input on a square grid over the plane, row 0 at x2 = -6.
 *
 * @param {Pick<Frame, "spec"|"arrays">} frame
 * @param {string} name
 * @param {number} size
 */
export function sampleInput({ spec, arrays }, name, size) {
  const table = tableOf(spec);
  if (!table) return sampleFeature(name, size);
  const values = new Float32Array(size * size);
  const at = COLUMN * table.columns.findIndex((column) => column.name === name);
  if (at < 0 || !arrays.columns) return values;
  const [, , v0, v1, v2] = arrays.columns.data.subarray(at, at + COLUMN);
  const place = (i) => -6 + (12 * i) / (size - 1);
  for (let i = 0; i < values.length; i += 1) {
    values[i] = v0 + v1 * place(i % size) + v2 * place(Math.floor(i / size));
  }
  return values;
}
