/** Whether the page is about images, and about which: `store.images`, as the frames say. */

import { isImages, sideOf } from "spec/image-sets";

const FIRST = { part: "test", row: 0 };
/** What was chosen among the images or units of another set. */
const NOTHING = {
  strip: { first: 0, wrong: false }, cell: null, space: null,
  pinned: null, hovered: null,
};

/**
 * @param {object} store
 * @param {(name: string) => Promise<object>} ask asks the server
 * @returns {{follow: (spec: object) => boolean, refresh: () => Promise}} `follow` takes the spec
 *   of the next frame and says whether the page is now about something else: points or images
 */
export function createMode(store, ask) {
  function follow(spec) {
    const { images } = store.get();
    const name = isImages(spec) ? spec.data.name : null;
    if (name === (images?.name ?? null)) return false;
    // A drawing stays: another network may read it.
    const digit = store.get().digit.ink ? store.get().digit : FIRST;
    store.set({ ...NOTHING, digit, images: name && describe(name, {}) });
    if (name) refresh();
    return Boolean(name) !== Boolean(images);
  }

  /** Asks the server about the set. */
  async function refresh() {
    const { name } = store.get().images;
    const sets = await ask("images").catch(() => null);
    if (sets && store.get().images?.name === name) store.set({ images: describe(name, sets[name]) });
  }

  return { follow, refresh };
}

function describe(name, { test = 0, train = 0, source = null, complete = true, licence, homepage }) {
  return { name, side: sideOf(name), nTest: test, nTrain: train, source, complete, licence, homepage };
}
