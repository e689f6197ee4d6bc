/** What a person chose for this browser; it outlives the page. */

const PREFIX = "livenet.";

export const THEMES = ["auto", "light", "dark"];
export const COLOURS = ["standard", "alternative"];

/** Keys of the store, and what each may be; the first is what it is until chosen. */
const PREFERENCES = {
  theme: THEMES,
  colours: COLOURS,
  pauseHidden: [true, false],
  visited: [false, true],
  notesSeen: [false, true],
};

/**
 * Reads the choices into the store and keeps every later one; what is stored and is no
 * possible choice counts for nothing. `store.newcomer` says whether this is the first visit.
 *
 * @param {object} store
 * @param {Storage} storage
 * @param {string[]} languages that may be chosen; until then `store.language` is null
 */
export function keepPreferences(store, storage, languages) {
  const allowed = { ...PREFERENCES, language: [null, ...languages] };
  for (const [key, values] of Object.entries(allowed)) {
    const saved = storage.getItem(PREFIX + key);
    const [initial] = values;
    store.set({ [key]: values.find((value) => saved === String(value)) ?? initial });
    let last = store.get()[key];
    store.watch([key], ({ [key]: value }) => {
      if (value === last) return;
      last = value;
      storage.setItem(PREFIX + key, String(value));
    });
  }
  store.set({ newcomer: !store.get().visited, visited: true });
}
