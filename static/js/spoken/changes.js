/** Describes the difference of two specs in words. */

import { isObject } from "lib/objects";
import { formatValue } from "lib/format";
import { optionText } from "lib/terms";
import { word } from "lib/words";

const MOST = 2;

/**
 * @param {Object} before
 * @param {Object} after
 * @param {{schema: Object, task: string}} context `task` of the spec after
 * @returns {string} empty when nothing differs
 */
export function describeChange(before, after, context) {
  const changes = listChanges(before, after, "", context);
  return changes.length > MOST
    ? word("spoken.several", { count: changes.length }) : changes.join(", ");
}

/** One text per leaf that differs; points are left out of a spec when they are the same. */
function listChanges(before, after, prefix, context) {
  return Object.keys(after).flatMap((key) => {
    const [old, value] = [before[key], after[key]];
    if (old === value) return [];
    if (JSON.stringify(old) === JSON.stringify(value)) return [];
    const path = prefix + key;
    if (path === "layers") return listLayers(old, value, context);
    if (path === "data.points") return value ? [word("spoken.points", { count: value.length })] : [];
    if (path === "data.columns" || path === "data.axes") {
      return value ? [word(`spoken.${key}`, { names: listFeatures(value) })] : [describe(path, null, context)];
    }
    if (path === "features") return [word("spoken.features", { names: listFeatures(value) })];
    if (isObject(old) && isObject(value)) return listChanges(old, value, `${path}.`, context);
    if (path === "data.task") return [];
    return [describe(path, value, context)];
  });
}

function listLayers(old, layers, context) {
  if (old.length !== layers.length) return [word("spoken.layers", { count: layers.length })];
  return layers.flatMap((layer, i) => Object.keys(layer)
    .filter((key) => layer[key] !== old[i][key])
    .map((key) => `${word("layer.name", { layer: i + 1 })}, ${describe(`layers.${key}`, layer[key], context)}`));
}

function listFeatures(names) {
  return names.map((name) => word(`feature.${name}`)).join(", ");
}

function describe(path, value, context) {
  const { label } = context.schema.field(path);
  return word("spoken.value", { name: label, value: describeValue(path, value, context) });
}

/**
 * What the control of a path would show.
 *
 * @param {string} path
 * @param {any} value
 * @param {{schema: Object, task?: string}} context
 */
export function describeValue(path, value, { schema, task }) {
  const { key, control } = schema.field(path);
  if (path === "loss" && (value || task)) return optionText("loss", value ?? schema.lossesOf(task)[0]);
  if (path === "data.name") return word(`data.${value}`);
  if (value === null) return word(path === "loss" ? "timeline.default" : "spoken.off");
  if (value === false) return word("spoken.off");
  if (value === true) return word("spoken.on");
  return control === "choice" ? optionText(key, value) : formatValue(value);
}
