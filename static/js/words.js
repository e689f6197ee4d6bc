/** Every word that a person reads comes from the catalogue, by its key. */

let catalogue = {};

/** Loads the catalogue; until then `word` answers with the key. */
export async function loadWords(url) {
  const answer = await fetch(url);
  catalogue = await answer.json();
}

/** Returns the text of a key, with `{name}` replaced by `values.name`. */
export function word(key, values = {}) {
  const text = catalogue[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether the catalogue has a text for the key. */
export function hasWord(key) {
  return key in catalogue;
}
