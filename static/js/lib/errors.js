/** Error messages of the server in the page's language. */

import { hasWord, word } from "lib/words";

/**
 * @param {{code: string, path?: string, message?: string}} error
 * @returns {string} what the server says itself only where the page knows nothing better
 */
export function describeError({ code, path = "", message = "" }) {
  if (hasWord(`error.${code}.${path}`)) return word(`error.${code}.${path}`);
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
