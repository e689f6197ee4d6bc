/** Word of the address for a search: its settings as it says, and written while a search is open. */

import { keepWordInAddress } from "run/address";
import { readSearchText, writeSearch } from "search/model/address";

const NAME = "search";
/** @type {StoreKey[]} */
const KEYS = ["search.open", "search.dimensions", "search.method", "search.objectives", "search.trials", "search.epochs", "search.pruning",
  "search.seconds", "search.batch", "search.seed"];

/** The word for the search that is open, as a part of a query; "" for none. */
export function writeSearchWord({ search }) {
  return search.open && search.dimensions.length ? `${NAME}=${writeSearch(search)}` : "";
}

/**
 * Opens the search that an address names.
 *
 * @param {string} query
 * @param {Store} store
 * @param {boolean} [open] whether it takes the place of the network; else a panel of its own has it
 * @returns {boolean} false for what is no search
 */
export function openSearchOf(query, store, open = true) {
  const text = new URLSearchParams(query).get(NAME);
  if (text === null) return true;
  const choice = readSearchText(text);
  if (choice) store.set({ search: { ...choice, open } });
  return Boolean(choice);
}

/** Follows the search with the address from now on; says once what is wrong with the one that it has. */
export function keepSearchInAddress(store) {
  keepWordInAddress(store, NAME, { open: openSearchOf, write: writeSearchWord, keys: KEYS });
}
