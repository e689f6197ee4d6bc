/** Mean and disagreement of a wall of seeds, as two small maps with a sentence. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createPixels, paintOutput, paintClass, refine } from "plot/maps";

const APART = 3;
const LEVELS = 255;

/** @returns {{element: HTMLElement, draw: Function}} */
export function createSeedsSummary() {
  const figures = ["mean", "deviation"].map((name) => {
    const canvas = h("canvas", { role: "img", "aria-label": word(`map.${name}`) });
    return { canvas, pixels: null, element: h("figure.race-figure", {}, canvas, h("figcaption", {}, word(`map.${name}`))) };
  });
  const text = h("p.map-note");
  const element = h("div.map-seeds", { hidden: true }, h("div.race-figures", {}, ...figures.map((one) => one.element)), text);

  /**
   * @param {MapFrame} map
   * @param {{palette: any, discretize: boolean, range: [number, number], note: string}} how `range` of the outputs
   */
  function draw(map, { palette, discretize, range, note }) {
    element.hidden = !map.mean;
    if (!map.mean) return;
    const { data, side } = map.mean;
    const area = side * side;
    const [low, high] = range;
    const half = (high - low) / 2 || 1;
    const bytes = (from, toByte) => Uint8Array.from({ length: area }, (_, i) => Math.max(0, Math.min(LEVELS, Math.round(LEVELS * toByte(data[from + i])))));
    const [mean, apart] = [bytes(0, (value) => (value - low) / (high - low || 1)), bytes(area, (value) => value / half)];
    const wide = 2 * side - 1;
    for (const figure of figures) if (figure.pixels?.width !== wide) figure.pixels = createPixels(wide, wide, figure.canvas);
    paintOutput(figures[0].pixels, refine(mean, side, new Uint8Array(wide * wide)), range, palette.diverging, discretize);
    paintClass(figures[1].pixels, refine(apart, side, new Uint8Array(wide * wide)), palette.classLevels[APART]);
    setText(text, note);
  }

  return { element, draw };
}
