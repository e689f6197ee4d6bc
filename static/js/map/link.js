/** Word of the address for a map: opened as it says, and written while a map is open. */

import { readMapText, writeMap } from "map/model/address";
import { keepWordInAddress } from "run/address";

const NAME = "map";

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
  keepWordInAddress(store, NAME, { open: openMapOf, write: writeMapWord, keys: ["map.open", "map.axes", "map.seeds", "map.colour"] });
}
