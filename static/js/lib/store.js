/**
 * What the page knows, in one place: plain values, watched by key. A watcher that throws is
 * reported, and keeps neither the others nor the one who sets from going on.
 */

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
      if (watcher.keys.some((key) => changed.includes(key))) tell(watcher);
    }
  }

  function tell({ call }) {
    try {
      call(state);
    } catch (error) {
      reportError(error);
    }
  }

  /** Calls `call(state)` now and after every change of one of `keys`; returns the way out. */
  function watch(keys, call) {
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

  return { get, set, watch };
}
