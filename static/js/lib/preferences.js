/** Preferences, stored in this browser. */

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

/** The theme chosen in this browser, for a page without a store. */
export function readTheme(storage) {
  return THEMES.find((theme) => theme === storage.getItem(`${PREFIX}theme`)) ?? THEMES[0];
}

/**
 * Reads the choices into the store and keeps every later one; what is stored and is no
 * possible choice counts for nothing. `store.page.newcomer` says whether this is the first visit.
 *
 * @param {Store} store
 * @param {StorageLike} storage
 * @param {string[]} languages that may be chosen; until then `store.preferences.language` is null
 */
export function persistPreferences(store, storage, languages) {
  const allowed = { ...PREFERENCES, language: [null, ...languages] };
  for (const [key, values] of Object.entries(allowed)) {
    const saved = storage.getItem(PREFIX + key);
    const [initial] = values;
    store.set({ preferences: { [key]: values.find((value) => saved === String(value)) ?? initial } });
    let last = store.get().preferences[key];
    store.watch([/** @type {StoreKey} */ (`preferences.${key}`)], ({ preferences }) => {
      const value = preferences[key];
      if (value === last) return;
      last = value;
      storage.setItem(PREFIX + key, String(value));
    });
  }
  store.set({ page: { newcomer: !store.get().preferences.visited }, preferences: { visited: true } });
}
