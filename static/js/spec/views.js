/** The views that frames may hold, as the schema of the server tells them: one entry each. */

/** @type {Record<string, View>} */
let entries = {};

/** Takes the entries out of what `GET /api/schema` answers; until then there are none. */
export function learnViews({ views }) {
  entries = views;
}

/** Whether a view can be in frames of points (`plane`) or of images, with a unit selected or not. */
export function isThere(name, kind, select) {
  const entry = entries[name];
  return Boolean(entry) && [kind, "both"].includes(entry.of) && (!entry.of_unit || Boolean(select));
}

/**
 * The arrays that recordings keep.
 *
 * @returns {Record<string, ArrayType>} by name
 */
export function listRecorded(views = entries) {
  const arrays = Object.values(views).filter((view) => view.recorded).flatMap((view) => view.arrays);
  return Object.fromEntries(arrays.map((array) => [array.name, array]));
}
