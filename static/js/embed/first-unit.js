/** Keeps a hidden unit chosen while a panel shows one, so that the panel is never empty by itself. */

/**
 * Chooses the first unit of the last hidden layer where none is chosen: at the start, and when the
 * network has changed its shape. A person who lets go of a unit is left alone until then.
 *
 * @param {Store} store
 * @returns {{update: () => void, resize: () => void, destroy: () => void}}
 */
export function createFirstUnit(store) {
  let shape = "";

  function choose({ run: { spec }, view: { pinned } }) {
    const next = JSON.stringify(spec?.layers.map(({ units }) => units) ?? []);
    if (next === shape) return;
    shape = next;
    const there = pinned && pinned.unit < (spec.layers[pinned.layer]?.units ?? 0);
    if (!there && spec?.layers.length) store.set({ view: { pinned: { layer: spec.layers.length - 1, unit: 0 } } });
  }

  const destroy = store.watch(["run.spec"], choose);
  return { update() {}, resize() {}, destroy };
}
