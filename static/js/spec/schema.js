/** Reader of the spec's JSON Schema: fields, defaults, losses. */

import { hasWord, word } from "lib/words";
import { learnDataSets } from "spec/data-sets";
import { learnFeatures } from "spec/features";
import { learnPieces } from "spec/weights";
import { learnViews } from "spec/views";

/**
 * Lets the page know the data sets, features, pieces and views that there are; nothing is known of them before.
 *
 * @param {Object} schema what `GET /api/schema` answers
 * @returns {Object} the same
 */
export function learnSchema(schema) {
  learnDataSets(schema);
  learnFeatures(schema);
  learnPieces(schema);
  learnViews(schema);
  return schema;
}

/**
 * @param {Object} schema JSON Schema of the spec
 * @returns {{field: Function, has: Function, defaults: Function, lossesOf: Function, reads: Function, readBy: Function,
 *   layerOptions: Function, sweepAxes: () => AxisKind[],
 *   searchKinds: (onImages: boolean) => AxisKind[], search: () => {paths: string[], images: Object<string, AxisKind>, methods: Object<string, any>, objectives: Object<string, any>, limits: Object<string, number>}}}
 */
export function readSchema(schema) {
  function resolve(node) {
    if (!node.$ref) return node;
    const name = node.$ref.split("/").pop();
    const { $ref: _, ...beside } = node;
    return { ...schema.$defs[name], ...beside };
  }

  function propertyOf(path) {
    let node = schema;
    for (const key of path.split(".")) {
      node = resolve(node);
      if (node.items) node = resolve(node.items);
      node = Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
    }
    return resolve(node);
  }

  /** Whether a spec has such a path. */
  function has(path) {
    try {
      return Boolean(propertyOf(path));
    } catch {
      return false;
    }
  }

  /**
   * Describes the control of a path, such as `optimizer.learning_rate`.
   *
   * @returns {{path, key, label, help, control, minimum, maximum, initial, step, log, whole,
   *   nullable, options, names, most, images}} `control` is number, choice or flag; `names` are
   *   what a list may hold, `most` how many items; `images` are other limits where images
   *   are trained on, if there are
   */
  function field(path) {
    const node = propertyOf(path);
    const choices = (node.anyOf ?? [node]).map(resolve);
    const value = choices.find((choice) => choice.type !== "null");
    const options = value.enum ?? [];
    const label = node.label ?? path;
    return {
      path,
      key: label,
      label: word(`label.${label}`),
      help: hasWord(`help.${label}`) ? word(`help.${label}`) : "",
      control: value.enum ? "choice" : value.type === "boolean" ? "flag" : "number",
      minimum: value.minimum ?? 0,
      maximum: value.maximum,
      initial: node.default ?? null,
      step: node.step,
      log: node.scale === "log",
      whole: value.type === "integer",
      nullable: choices.some((choice) => choice.type === "null"),
      options,
      names: value.items?.enum ?? [],
      most: value.maxItems,
      images: node.images ?? null,
    };
  }

  /** The spec with all defaults. */
  function defaults(node = schema) {
    const whole = resolve(node);
    if ("default" in whole) return structuredClone(whole.default);
    const values = {};
    for (const [key, property] of Object.entries(whole.properties)) values[key] = defaults(property);
    return values;
  }

  /** Losses that fit a task; the first is its default. */
  function lossesOf(task) {
    return schema.task_losses[task];
  }

  /** Whether a choice, such as `adam` for `optimizer.name`, reads a path; one that it does not has no effect. */
  function reads(path, choice, other) {
    return schema.reads[path][choice]?.includes(other) ?? false;
  }

  /** The paths that some choice reads, in the order of the schema. */
  function readBy(path) {
    const read = new Set(Object.values(schema.reads[path]).flat());
    const part = path.slice(0, path.lastIndexOf("."));
    return Object.keys(propertyOf(part).properties).map((key) => `${part}.${key}`).filter((one) => read.has(one));
  }

  /** Settings of a hidden layer besides its sizes and activation that have an effect there. */
  function layerOptions({ activation }) {
    const some = new Set(Object.values(schema.reads["layers.activation"]).flat());
    return schema.layer_kinds.dense.options.filter((key) => key !== "activation")
      .filter((key) => !some.has(`layers.${key}`) || reads("layers.activation", activation, `layers.${key}`));
  }

  /** What the axes of a map may vary. */
  function sweepAxes() {
    return schema.sweep_axes ?? [];
  }

  /** What a search can vary, how, what for, and its limits. */
  function search() {
    return schema.search;
  }

  /** What a search can vary, with the ranges that it has on points or on images. */
  function searchKinds(onImages) {
    const { paths, images } = search();
    return sweepAxes().filter(({ path }) => paths.includes(path)).map((kind) => (onImages ? images[kind.path] ?? kind : kind));
  }

  return { field, has, defaults, lossesOf, reads, readBy, layerOptions, sweepAxes, search, searchKinds };
}
