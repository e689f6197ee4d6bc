/** What a browser keeps for a page, where it may keep anything. */

/**
 * Opens a storage of the browser; where that is forbidden, as in some frames, one that
 * lasts as long as the page.
 *
 * @param {"localStorage"|"sessionStorage"} name
 * @returns {{getItem: Function, setItem: Function, removeItem: Function}}
 */
export function openStorage(name) {
  try {
    const storage = window[name];
    storage.getItem(name);
    return storage;
  } catch {
    return createMemory();
  }
}

/** Makes a storage that lasts as long as the page. */
export function createMemory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}
