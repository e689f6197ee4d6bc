/** Language of the page: of its address, else the stored choice, else the browser's. */

import { loadWords, word } from "lib/words";

const PARAMETER = "lang";
const FALLBACK = "en";

/**
 * Chooses among the languages that there are.
 *
 * @param {string[]} known
 * @param {{search: string, chosen: string|null, preferred: readonly string[]}} wishes
 *   the address' query, an earlier choice, and the browser's languages
 */
export function chooseLanguage(known, { search, chosen, preferred }) {
  const asked = new URLSearchParams(search).get(PARAMETER);
  const wishes = [asked, chosen, ...preferred]
    .map((tag) => tag?.toLowerCase().split("-")[0]);
  return wishes.find((name) => known.includes(name)) ?? FALLBACK;
}

/**
 * @param {{catalogues: Object<string, string>, language: string}} config URLs of the catalogues
 *   by language, and the language that the server took the page to be in
 * @param {Store} store its `language` is what was chosen
 * @returns {{start: Function, change: Function, names: string[]}}
 */
export function createLanguage({ catalogues, language: guessed }, store) {
  const names = Object.keys(catalogues);

  async function speak(name) {
    if (!await loadWords(name, catalogues[name])) return false;
    document.documentElement.lang = name;
    document.title = word("page.title");
    document.querySelector("meta[name=description]").content = word("page.description");
    return true;
  }

  /** Speaks the language of this visit. */
  function start() {
    const name = chooseLanguage(names, {
      search: location.search, chosen: store.get().preferences.language, preferred: navigator.languages,
    });
    // The browser is loading it already, and complains of what is loaded for nothing.
    if (name !== guessed) fetch(catalogues[guessed]);
    return speak(name);
  }

  /**
   * Chooses a language for this visit and the next ones.
   *
   * @returns {Promise<boolean>} whether it is spoken now: the server may be out of reach, and
   *   a later choice overtakes an earlier one
   */
  function change(name) {
    store.set({ preferences: { language: name } });
    const address = new URL(location.href);
    if (address.searchParams.has(PARAMETER)) {
      address.searchParams.set(PARAMETER, name);
      window.history.replaceState(window.history.state, "", address);
    }
    return speak(name).catch(() => false);
  }

  return { start, change, names };
}
