/** The settings of the moment that is shown: of the present, or of one that is looked back at. */

import { h } from "lib/dom";

/**
 * A view of the store for controls: while one looks back, `draft` is the spec of that moment.
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
 * Groups controls that can only be read while one looks back: what is past cannot be changed.
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
