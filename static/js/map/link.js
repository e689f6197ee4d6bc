/** Word of the address for a map: opened as it says, and written while a map is open. */

import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { readMapText, writeMap } from "map/model/address";

const NAME = "map";
/** Browsers allow some hundred changes of the address in half a minute. */
const PERIOD = 500;

/**
 * What the address says of a map.
 *
 * @param {string} query
 * @param {Store} store
 * @returns {boolean} false for what is no map
 */
export function openMapOf(query, store) {
  const text = new URLSearchParams(query).get(NAME);
  if (text === null) return true;
  const map = readMapText(text);
  if (map) store.set({ map: { ...map, open: true } });
  return Boolean(map);
}

/** The word for the map that is open, as a part of a query; "" for none. */
export function writeMapWord({ map }) {
  return map.open && map.axes.length ? `${NAME}=${writeMap(map)}` : "";
}

/** Follows the map with the address from now on; says once what is wrong with the one that it has. */
export function keepMapInAddress(store) {
  const fine = openMapOf(location.search, store);
  if (!fine) store.set({ page: { message: { text: word("link.broken", { key: NAME, value: new URLSearchParams(location.search).get(NAME) }) } } });
  const writing = createThrottle(PERIOD, () => {
    const rest = location.search.replace(/^\?/, "").split("&").filter((pair) => pair && pair.split("=")[0] !== NAME);
    const query = [...rest, writeMapWord(store.get())].filter(Boolean).join("&");
    history.replaceState(history.state, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
  });
  let first = true;
  store.watch(["map.open", "map.axes", "map.seeds", "map.colour"], () => {
    if (!first) writing.offer();
    first = false;
  });
}
