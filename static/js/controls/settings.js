/** Settings of what is shown: of the present spec, or of a recalled snapshot. */

import { h } from "lib/dom";

/**
 * View of the store for controls: while a snapshot is recalled, `draft` is its spec.
 *
 * @param {Store} store
 * @returns {{get, set, watch}}
 */
export function createShownSettings(store) {
  const shown = (state) => (state.timeline.past ? { ...state, run: { ...state.run, draft: state.timeline.past } } : state);
  return {
    get: () => shown(store.get()),
    set: store.set,
    watch: (keys, call) => store.watch(keys.includes("run.draft") ? [...keys, "timeline.past"] : keys,
      (state) => call(shown(state))),
  };
}

/**
 * Groups controls that are disabled while a snapshot is recalled.
 *
 * @param {Store} store
 * @param {...Node} children
 * @returns {{element: HTMLFieldSetElement, destroy: () => void}}
 */
export function createSettingsGroup(store, ...children) {
  const element = h("fieldset.settings", {}, ...children);
  const destroy = store.watch(["timeline.recalled"], ({ timeline: { recalled } }) => {
    element.disabled = Boolean(recalled);
  });
  return { element, destroy };
}
