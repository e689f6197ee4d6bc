/** Keeps one update open while a panel shows it, so that the panel is never empty by itself. */

/**
 * @param {Store} store
 * @returns {{update: () => void, resize: () => void, destroy: () => void}}
 */
export function createOpenStep(store) {
  store.set({ step: { open: true } });
  return { update() {}, resize() {}, destroy: () => store.set({ step: { open: false, shown: null } }) };
}
