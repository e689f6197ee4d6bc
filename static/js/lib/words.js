/** Translation: returns the text of a key from the catalogue. */

let catalogue = {};
let spoken = "en";
let asked = "";

/**
 * Loads the catalogue of a language and speaks it from then on; until the first one is there,
 * `word` answers with the key.
 *
 * @param {string} language such as `ko`
 * @param {string} url of its catalogue
 * @returns {Promise<boolean>} false if another one was asked for meanwhile
 */
export async function loadWords(language, url) {
  asked = language;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`no catalogue at ${url}`);
  const words = await answer.json();
  if (asked !== language) return false;
  catalogue = words;
  spoken = language;
  return true;
}

/** The language that `word` speaks. */
export function spokenLanguage() {
  return spoken;
}

/** Returns the text of a key, with `{name}` replaced by `values.name`. */
export function word(key, values = {}) {
  const text = catalogue[key] ?? missing(key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether the catalogue has a text for the key. */
export function hasWord(key) {
  return key in catalogue;
}

/** A mistake of ours, not of the person's: it is told to the console, which tests keep empty. */
function missing(key) {
  console.warn(`there is no word for ${key}`);
  return key;
}
