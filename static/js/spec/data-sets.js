/** The data sets that there are, as the schema of the server tells them: one entry each. */

import { hasWord, word } from "lib/words";

/** @type {Record<string, DataSet>} */
let entries = {};

/** Takes the entries out of what `GET /api/schema` answers; until then there are none. */
export function learnDataSets(schema) {
  entries = schema.data_sets;
}

/** Whether a spec is about images, and not about points of the plane. */
export function isImages(spec) {
  return entries[spec?.data.name]?.kind === "images";
}

/** Whether a spec is about rows of a table. */
export function isTable(spec) {
  return entries[spec?.data?.name]?.kind === "table";
}

/**
 * What a table is made of; null for other data.
 *
 * @returns {?TableSet}
 */
export function tableOf(spec) {
  return isTable(spec) ? /** @type {any} */ (entries[spec.data.name]) : null;
}

/** Whether the classes of a spec's data have names. */
export function hasNamedClasses(spec) {
  return Boolean(entries[spec?.data.name]?.classes?.length);
}

/** The names of the classes of a spec's data, as its source has them; none where they have no names. */
export function listClassNames(spec) {
  return entries[spec?.data.name]?.classes ?? [];
}

/** What class `k` of a spec's data is called. */
export function nameClass(spec, k) {
  const { classes = [] } = entries[spec?.data.name] ?? {};
  return classes.length ? className({ classes }, k) : word("unit.class", { name: k });
}

/** The names of the image sets. */
export function listImageSets() {
  return Object.keys(entries).filter((name) => entries[name].kind === "images");
}

/**
 * The shape of a set's images, and the names of its classes.
 *
 * @returns {ImageClasses & {shape: Shape}}
 */
export function describeImages(name) {
  const { input_shape: [rows, columns], classes } = entries[name];
  return { name, shape: [rows, columns], classes };
}

/** The task that a data set is for; null where the labels tell, or it is not known yet. */
export function taskOfSet(name) {
  return entries[name]?.task ?? null;
}

/** How many classes custom points may have. */
export function countMostClasses() {
  return entries.points.limits.classes[1];
}

/** What class `k` of a set is called: its word in the catalogue, else its name. */
export function className({ classes }, k) {
  const key = `class.${classes[k].toLowerCase().replace(/\W+/g, "_")}`;
  return hasWord(key) ? word(key) : classes[k];
}
