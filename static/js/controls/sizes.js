/** Preferred sizes: 1, 2, 3, 4, 6, 8, 12, 16 ... */

const ODD = 1.5;

/**
 * The next size up or down.
 *
 * @param {number} value
 * @param {1|-1} direction
 * @param {[number, number]} limits
 */
export function nextSize(value, direction, [least, most]) {
  const sizes = listSizes(least, most);
  const next = direction > 0
    ? sizes.find((size) => size > value) : sizes.findLast((size) => size < value);
  return next ?? value;
}

/** All of them between two limits, which are among them. */
export function listSizes(least, most) {
  const sizes = [];
  for (let power = 1; power <= most; power *= 2) sizes.push(power, Math.floor(power * ODD));
  return [...new Set([least, ...sizes, most])].filter((size) => size >= least && size <= most)
    .sort((a, b) => a - b);
}
