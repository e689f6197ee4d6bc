/** The settings of the moment that is shown: of the present, or of one that is looked back at. */

import { h } from "lib/dom";

/**
 * A view of the store for controls: while one looks back, `draft` is the spec of that moment.
 *
 * @param {object} store
 * @returns {{get, set, watch}}
 */
export function createShownSettings(store) {
  const shown = (state) => (state.past ? { ...state, draft: state.past } : state);
  return {
    get: () => shown(store.get()),
    set: store.set,
    watch: (keys, call) => store.watch(keys.includes("draft") ? [...keys, "past"] : keys,
      (state) => call(shown(state))),
  };
}

/**
 * Groups controls that can only be read while one looks back: what is past cannot be changed.
 *
 * @param {object} store
 * @param {...Node} children
 * @returns {{element: HTMLFieldSetElement, destroy: () => void}}
 */
export function createSettingsGroup(store, ...children) {
  const element = h("fieldset.settings", {}, ...children);
  const destroy = store.watch(["recalled"], ({ recalled }) => {
    element.disabled = Boolean(recalled);
  });
  return { element, destroy };
}
