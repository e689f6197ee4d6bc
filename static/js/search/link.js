/** Word of the address for a search: its settings as it says, and written while a search is open. */

import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { readSearchText, writeSearch } from "search/model/address";

const NAME = "search";
/** Browsers allow some hundred changes of the address in half a minute. */
const PERIOD = 500;
/** @type {StoreKey[]} */
const KEYS = ["search.open", "search.dimensions", "search.method", "search.objectives", "search.trials", "search.epochs", "search.pruning",
  "search.seconds", "search.batch", "search.seed"];

/** The word for the search that is open, as a part of a query; "" for none. */
export function writeSearchWord({ search }) {
  return search.open && search.dimensions.length ? `${NAME}=${writeSearch(search)}` : "";
}

/** Opens the search that the address names, and follows it from now on; says once what is wrong with it. */
export function keepSearchInAddress(store) {
  const text = new URLSearchParams(location.search).get(NAME);
  if (text !== null) {
    const choice = readSearchText(text);
    if (choice) store.set({ search: { ...choice, open: true } });
    else store.set({ page: { message: { text: word("link.broken", { key: NAME, value: text }) } } });
  }
  const writing = createThrottle(PERIOD, () => {
    const rest = location.search.replace(/^\?/, "").split("&").filter((pair) => pair && pair.split("=")[0] !== NAME);
    const query = [...rest, writeSearchWord(store.get())].filter(Boolean).join("&");
    history.replaceState(history.state, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
  });
  let first = true;
  store.watch(KEYS, () => {
    if (!first) writing.offer();
    first = false;
  });
}
