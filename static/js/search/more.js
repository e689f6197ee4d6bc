/** Settings of a search that few need, folded: a budget of seconds, how many are trained together, the seed. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

const MOST_SECONDS = 86400;
const MOST_SEED = 2 ** 31 - 1;

/**
 * @param {{store: Store, schema: any}} context
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function createSearchMore({ store, schema }) {
  const { batch, image_batch: imageBatch } = schema.search().limits;
  const fields = [
    { key: "seconds", least: 1, most: MOST_SECONDS, none: word("search.seconds.none") },
    { key: "batch", least: 1, most: store.get().images.set ? imageBatch : batch, none: word("search.batch.none") },
    { key: "seed", least: 0, most: MOST_SEED, none: "" },
  ].map(makeField);
  const element = h("details.data-more.search-more", {},
    h("summary", {}, word("search.more"), icon("M4 6l4 4 4-4")),
    h("div.search-more-fields", {}, ...fields.map(({ label }) => label)));

  function makeField({ key, least, most, none }) {
    const input = h("input.text-input", { type: "number", min: least, max: most, step: 1, placeholder: none, data: { path: `search-${key}` }, on: { change: take } });
    const label = h("label.search-hand-field", { data: { help: word(`help.search.${key}`) } }, h("span.field-label", {}, word(`label.search.${key}`)), input);

    /** What is none or out of range is put right, and an empty field is what it is without one. */
    function take() {
      const value = Math.round(input.valueAsNumber);
      const next = Number.isFinite(value) ? Math.max(least, Math.min(most, value)) : (none ? null : least);
      store.set({ search: { [key]: next } });
      show(next);
    }

    function show(value) {
      const text = value === null ? "" : String(value);
      if (input.value !== text && document.activeElement !== input) input.value = text;
    }

    return { key, label, show };
  }

  function update() {
    const { search } = store.get();
    fields.forEach(({ key, show }) => show(search[key]));
    // What a link says is not hidden.
    if (search.seconds !== null || search.batch !== null || search.seed) element.open = true;
  }

  return { element, update };
}
