/**
 * Observable store in groups of plain values. A watcher that throws is reported, and stops neither
 * the others nor the one who sets from going on; a key that does not exist is an error.
 */

/**
 * @template {Object<string, Object>} State
 * @param {State} initial the first values: group -> key -> value
 * @returns {StoreOf<State>}
 */
export function createStore(initial) {
  let state = { ...initial };
  const watchers = new Set();

  function get() {
    return state;
  }

  /** Merges `patch` into its groups and tells the watchers of keys whose value changed. */
  function set(patch) {
    const changed = new Set();
    const next = { ...state };
    for (const [group, values] of Object.entries(patch)) {
      for (const [key, value] of Object.entries(values)) {
        require(`${group}.${key}`);
        if (Object.is(next[group][key], value)) continue;
        next[/** @type {keyof State} */ (group)] = { ...next[group], [key]: value };
        changed.add(`${group}.${key}`);
      }
    }
    if (changed.size === 0) return;
    state = next;
    for (const watcher of [...watchers]) {
      if (watcher.keys.some((key) => changed.has(key))) notify(watcher);
    }
  }

  function notify({ call }) {
    try {
      call(state);
    } catch (error) {
      reportError(error);
    }
  }

  /** Calls `call(state)` now and after every change of one of `keys` ("group.key"); returns the way out. */
  function watch(keys, call) {
    keys.forEach(require);
    const watcher = { keys, call };
    const stop = () => watchers.delete(watcher);
    watchers.add(watcher);
    try {
      call(state);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  function require(path) {
    const [group, key] = path.split(".");
    if (!(group in state) || !(key in state[group])) throw new Error(`the store has no ${path}`);
  }

  return { get, set, watch };
}
