/** Error messages of the server in the page's language. */

import { hasWord, word } from "lib/words";

const OF_SEARCH = ["invalid_search", "unknown_study", "no_search", "no_weights"];
/** Paths of what may be refused to an edit, too. */
const SHARED = { axes: "map", search: "search" };

/**
 * Which part of the page an error is of, that tells it by itself; "" for all others.
 *
 * @param {{code: string, path?: string}} error
 * @returns {"map"|"search"|""}
 */
export function partOfError({ code, path = "" }) {
  if (code === "invalid_sweep") return "map";
  if (OF_SEARCH.includes(code)) return "search";
  return ["memory_limit", "rate_limited"].includes(code) && Object.hasOwn(SHARED, path) ? SHARED[path] : "";
}

/**
 * @param {{code: string, path?: string, message?: string}} error
 * @returns {string} what the server says itself only where the page knows nothing better
 */
export function describeError({ code, path = "", message = "" }) {
  if (hasWord(`error.${code}.${path}`)) return word(`error.${code}.${path}`);
  if (code === "invalid_sweep" && /^axes\.\d+\.path$/.test(path)) return word("error.invalid_sweep.axis");
  const name = nameSetting(path);
  if (name && hasWord(`error.${code}.at`)) return word(`error.${code}.at`, { name });
  return hasWord(`error.${code}`) ? word(`error.${code}`) : message;
}

/** The name of the control at a place of the spec, such as `layers.0.units`; "" if it has none. */
function nameSetting(path) {
  const keys = path.split(".").filter((key) => !/^\d+$/.test(key));
  while (keys.length) {
    const label = `label.${keys.join(".")}`;
    if (hasWord(label)) return word(label);
    keys.pop();
  }
  return "";
}
