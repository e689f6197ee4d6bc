/** Mean and disagreement of a wall of seeds, as two small maps with a sentence. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createBoundaryMap } from "plot/boundary-map";
import { createPixels, paintClass, refine } from "plot/maps";

const APART = 3;
const LEVELS = 255;

/** @returns {{element: HTMLElement, draw: Function}} */
export function createSeedsSummary() {
  const figures = ["map.mean", "map.deviation"].map((key) => {
    const canvas = h("canvas", { role: "img", "aria-label": word(key) });
    return { canvas, pixels: null, element: h("figure.race-figure", {}, canvas, h("figcaption", {}, word(key))) };
  });
  let painter = null;
  const text = h("p.map-note");
  const element = h("div.map-seeds", { hidden: true }, h("div.race-figures", {}, ...figures.map((one) => one.element)), text);

  /**
   * @param {MapFrame} map
   * @param {{palette: any, discretize: boolean, range: [number, number], note: string}} how `range` of the outputs
   */
  function draw(map, { palette, discretize, range, note }) {
    element.hidden = !map.mean;
    if (!map.mean) return;
    const { data, outputs, side } = map.mean;
    const area = side * side;
    const [low, high] = range;
    const byteOf = (share) => Math.max(0, Math.min(LEVELS, Math.round(LEVELS * share)));
    const mean = Uint8Array.from({ length: outputs * area }, (_, i) => byteOf((data[i] - low) / (high - low || 1)));
    const apart = Uint8Array.from({ length: area }, (_, i) => byteOf(largest(data, outputs, area, i) / ((high - low) / 2 || 1)));
    const wide = 2 * side - 1;
    for (const figure of figures) if (figure.pixels?.width !== wide) figure.pixels = createPixels(wide, wide, figure.canvas);
    if (painter?.side !== side) painter = { side, ...createBoundaryMap(side) };
    const shown = { arrays: { boundary: { data: mean, shape: [outputs, side, side] } }, meta: { boundary_range: range } };
    painter.paint(figures[0].pixels, shown, palette, discretize);
    paintClass(figures[1].pixels, refine(apart, side, new Uint8Array(wide * wide)), palette.classLevels[APART]);
    setText(text, note);
  }

  return { element, draw };
}

/** The largest deviation of all outputs at a place. */
function largest(data, outputs, area, place) {
  let most = 0;
  for (let k = 0; k < outputs; k += 1) most = Math.max(most, data[(outputs + k) * area + place]);
  return most;
}
