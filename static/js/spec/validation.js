/**
 * Validation of a spec that somebody else wrote, as strict as the server's: by the JSON Schema that
 * the server derives from its model, and by the rules that span several of its fields.
 */

import { isObject } from "lib/objects";
import { fitsTask, inferTask } from "spec/point-labels";

/** A spec that breaks a rule, and where. */
export class SpecError extends Error {
  /** @param {string} path dotted, such as `layers.0.units` */
  constructor(path) {
    super(path);
    this.path = path;
  }
}

/**
 * @param {Object} schema what `GET /api/schema` answers
 * @returns {(value: *) => {spec: Object, outputs: number}} reads parsed JSON: the spec with all
 *   defaults, and how many units its output layer has; throws a SpecError
 */
export function createSpecCheck(schema) {
  /** Lists of points that have been read: many specs may share one. */
  const points = new WeakMap();

  function resolve(node) {
    if (!node.$ref) return node;
    return { ...schema.$defs[node.$ref.split("/").pop()], ...node, $ref: undefined };
  }

  /** Reads a value by its node of the schema; `images` are limits where images are trained on. */
  function read(value, node, path, images) {
    const { anyOf, ...rest } = resolve(node);
    if (anyOf) {
      const [choice] = anyOf.filter(({ type }) => (type === "null") === (value === null));
      return choice ? read(value, choice, path, images) : fail(path);
    }
    return READERS[rest.type](value, images ? limitForImages(rest) : rest, path, images);
  }

  const READERS = {
    null: (value, _, path) => (value === null ? value : fail(path)),
    boolean: (value, _, path) => (typeof value === "boolean" ? value : fail(path)),
    string: (value, node, path) => (node.enum.includes(value) ? value : fail(path)),
    number: (value, node, path) => (isBetween(value, node) ? value : fail(path)),
    integer: (value, node, path) => (Number.isInteger(value) && isBetween(value, node) ? value : fail(path)),
    array: readArray,
    object: readObject,
  };

  function readArray(value, node, path, images) {
    if (points.has(value)) return points.get(value);
    const { items, prefixItems, minItems = 0, maxItems = Infinity } = node;
    if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) fail(path);
    const found = value.map((item, i) => read(item, prefixItems?.[i] ?? items, `${path}.${i}`, images));
    if (path === "data.points") points.set(value, found);
    return found;
  }

  function readObject(value, { properties }, path, images) {
    const at = (key) => (path ? `${path}.${key}` : key);
    if (!isObject(value)) fail(path);
    const stranger = Object.keys(value).find((key) => !Object.hasOwn(properties, key));
    if (stranger !== undefined) fail(at(stranger));
    return Object.fromEntries(Object.entries(properties).map(([key, node]) => {
      if (Object.hasOwn(value, key)) return [key, read(value[key], node, at(key), images)];
      return [key, "default" in node ? structuredClone(node.default) : read({}, node, at(key), images)];
    }));
  }

  const entryOf = ({ data: { name } }) => (Object.hasOwn(schema.data_sets, name) ? schema.data_sets[name] : null);

  function taskOf(spec) {
    const { task, points: own } = spec.data;
    return entryOf(spec).task ?? task ?? inferTask(own);
  }

  /** A set has so many classes as it names, or as its spec says, or as its points have labels. */
  function countOutputs(spec, task) {
    const { name, classes, points: own } = spec.data;
    const { length } = entryOf(spec).classes;
    if (task !== "multiclass") return 1;
    if (length) return length;
    return name === "points" ? Math.max(2, ...new Set(own.map(([, , label]) => label + 1))) : classes;
  }

  return (value) => {
    const images = isObject(value) && isObject(value.data) && entryOf(value)?.kind === "images";
    const spec = read(value, schema, "", images);
    const known = schema.properties.features.items.enum;
    if (new Set(spec.features).size < spec.features.length) fail("features");
    spec.features = known.filter((name) => spec.features.includes(name));
    checkPoints(spec.data);
    const task = taskOf(spec);
    if (spec.loss !== null && !schema.task_losses[task].includes(spec.loss)) fail("loss");
    return { spec, outputs: countOutputs(spec, task) };
  };
}

function checkPoints({ name, points, task }) {
  if (name !== "points") return;
  if ((points ?? []).length < 2 || (task && !fitsTask(points, task))) fail("data.points");
}

/** Sizes that are others where images are trained on: least and most. */
function limitForImages(node) {
  if (!node.images) return node;
  const [least, most] = node.images;
  return { ...node, minimum: least, maximum: most, minItems: least, maxItems: most };
}

function isBetween(value, { minimum = -Infinity, maximum = Infinity, const: only = value }) {
  return Number.isFinite(value) && value >= minimum && value <= maximum && value === only;
}

function fail(path) {
  throw new SpecError(path);
}
