/** What the page knows, in one place: plain values, watched by key. */

/**
 * @param {object} initial the first values
 * @returns {{get: () => object, set: (patch: object) => void, watch: Function}}
 */
export function createStore(initial) {
  let state = { ...initial };
  const watchers = new Set();

  function get() {
    return state;
  }

  /** Merges `patch` and tells the watchers of keys whose value changed. */
  function set(patch) {
    const changed = Object.keys(patch).filter((key) => !Object.is(state[key], patch[key]));
    if (changed.length === 0) return;
    state = { ...state, ...patch };
    for (const watcher of [...watchers]) {
      if (watcher.keys.some((key) => changed.includes(key))) watcher.call(state);
    }
  }

  /** Calls `call(state)` now and after every change of one of `keys`; returns the way out. */
  function watch(keys, call) {
    const watcher = { keys, call };
    watchers.add(watcher);
    call(state);
    return () => watchers.delete(watcher);
  }

  return { get, set, watch };
}
