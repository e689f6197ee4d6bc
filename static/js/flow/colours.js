/** Colours of layers: from grey at the inputs to the page's blue at the end; the output in ink. */

/**
 * @param {any} palette
 * @param {number} count layers, the output among them
 * @returns {string[]}
 */
export function layerColours(palette, count) {
  const [from, to] = [palette.muted, palette.press].map((text) => text.match(/[\d.]+/g).slice(0, 3).map(Number));
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return palette.ink;
    const share = count > 2 ? i / (count - 2) : 1;
    return `rgb(${from.map((value, k) => Math.round(value + (to[k] - value) * share)).join(" ")})`;
  });
}
