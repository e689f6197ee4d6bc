/** Edit that switches between points and images, and restores the former network of each. */

import { isImages, isTable, listImageSets } from "spec/data-sets";

/** What suits points does not suit images, and the other way round. */
const PARTS = ["layers", "optimizer", "schedule", "regularization", "batch_size"];
export const LAYER = { units: 128, activation: "relu" };
/** What images begin with: a network that learns MNIST in a few seconds. */
export const INITIAL_NETWORK = {
  layers: [LAYER, LAYER], optimizer: { name: "adam", learning_rate: 0.001 }, batch_size: 128,
};

/**
 * @param {{store: Store, edits, schema}} parts
 * @returns {(name: string) => void} chooses what to train on, by one edit
 */
export function createDataSwitch({ store, edits, schema }) {
  const kept = { plane: null, images: null };

  return function choose(name) {
    edits.leave();
    const { run: { draft } } = store.get();
    const [from, to] = [isImages(draft), listImageSets().includes(name)].map((yes) => (yes ? "images" : "plane"));
    if (from === to) {
      // Columns and axes are of one table.
      if (to === "plane") edits.edit({ data: { name, ...(isTable(draft) ? { columns: null, axes: null } : {}) } });
      else edits.replace({ data: { name } });
      return;
    }
    kept[from] = pick(draft);
    edits.replace({ data: { name }, ...(kept[to] ?? begin(to)) });
  };

  function begin(side) {
    return side === "plane" ? pick(schema.defaults()) : withLayers(INITIAL_NETWORK, schema.defaults().layers[0]);
  }
}

function pick(spec) {
  return Object.fromEntries(PARTS.map((key) => [key, spec[key]]));
}

/** Layers of the draft are whole ones, as the server's are. */
function withLayers(spec, layer) {
  return { ...spec, layers: spec.layers.map((one) => ({ ...layer, ...one })) };
}
