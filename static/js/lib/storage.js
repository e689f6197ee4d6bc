/** Browser storage with an in-memory fallback. */

/**
 * Opens a storage of the browser; where that is forbidden, as in some frames, one that lasts as
 * long as the page. What the browser has no room for is kept as long as the page.
 *
 * @param {"localStorage"|"sessionStorage"} name
 * @returns {StorageLike}
 */
export function openStorage(name) {
  try {
    const storage = window[name];
    storage.getItem(name);
    return withMemory(storage);
  } catch {
    return createMemory();
  }
}

/** A storage that keeps in memory what it cannot write, and never throws. */
function withMemory(storage) {
  const memory = createMemory();

  function setItem(key, value) {
    memory.removeItem(key);
    try {
      storage.setItem(key, value);
    } catch {
      memory.setItem(key, value);
    }
  }

  function removeItem(key) {
    memory.removeItem(key);
    storage.removeItem(key);
  }

  return { getItem: (key) => memory.getItem(key) ?? storage.getItem(key), setItem, removeItem };
}

/**
 * Makes a storage that lasts as long as the page.
 *
 * @returns {StorageLike}
 */
export function createMemory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}
