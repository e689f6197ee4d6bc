/** Image mode: sets `store.images.set` by the spec of the frames. */

import { describeImages, isImages } from "spec/data-sets";

const FIRST = { part: "test", row: 0 };
/** What was chosen among the images or units of another set. */
const NOTHING = { strip: { first: 0, wrong: false }, cell: null, space: null };

/**
 * @param {Store} store
 * @param {(name: string) => Promise<object>} ask asks the server
 * @returns {{follow: (spec: Object) => boolean, refresh: () => Promise}} `follow` takes the spec
 *   of the next frame and says whether the page is now about something else: points or images
 */
export function createImageMode(store, ask) {
  function follow(spec) {
    const { images: { set: images } } = store.get();
    const name = isImages(spec) ? spec.data.name : null;
    if (name === (images?.name ?? null)) return false;
    // A drawing stays: another network may read it.
    const digit = store.get().images.digit.ink ? store.get().images.digit : FIRST;
    store.set({
      view: { pinned: null, hovered: null },
      images: { ...NOTHING, digit, set: name && describe(name, {}) },
    });
    if (name) refresh();
    return Boolean(name) !== Boolean(images);
  }

  /** Asks the server about the set. */
  async function refresh() {
    const { name } = store.get().images.set;
    const sets = await ask("images").catch(() => null);
    if (sets && store.get().images.set?.name === name) store.set({ images: { set: describe(name, sets[name]) } });
  }

  return { follow, refresh };
}

/**
 * @param {string} name
 * @param {any} told of the set by the server
 */
function describe(name, { test = 0, train = 0, source = null }) {
  return { ...describeImages(name), nTest: test, nTrain: train, source };
}
