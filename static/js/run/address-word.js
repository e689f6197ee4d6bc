/** Word of the address that follows the store, such as that of a map or of a search. */

import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

/** Browsers allow some hundred changes of the address in half a minute. */
const PERIOD = 500;

/**
 * Follows the store with the address from now on; says once what is wrong with the word that it has.
 *
 * @param {Store} store
 * @param {string} name of the word
 * @param {{open: (query: string, store: Store) => boolean, write: (state: PageState) => string, keys: StoreKey[]}} how
 *   `open` does what an address says, false for nonsense; `write` gives the word as a part of a query, "" for
 *   none; `keys` is what it says
 */
export function keepWordInAddress(store, name, { open, write, keys }) {
  const fine = open(location.search, store);
  if (!fine) store.set({ page: { message: { text: word("link.broken", { key: name, value: new URLSearchParams(location.search).get(name) }) } } });
  const writing = createThrottle(PERIOD, () => {
    const rest = location.search.replace(/^\?/, "").split("&").filter((pair) => pair && pair.split("=")[0] !== name);
    const query = [...rest, write(store.get())].filter(Boolean).join("&");
    history.replaceState(history.state, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
  });
  let first = true;
  store.watch(keys, () => {
    if (!first) writing.offer();
    first = false;
  });
}
