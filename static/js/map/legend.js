/** Legend of a map: what its colours stand for, in the units of the number. */

import { h, setText } from "lib/dom";
import { formatLoss, formatPercent } from "lib/format";
import { word } from "lib/words";
import { colourOf } from "map/wall";
import { nameMeasure } from "map/words";
import { createPixels } from "plot/maps";

const STOPS = 128;
const AS_SHARES = ["success"];

/** @returns {{element: HTMLElement, draw: Function}} */
export function createMapLegend() {
  const bar = h("canvas.map-bar", { "aria-hidden": "true", width: STOPS, height: 1 });
  const marks = h("span.map-marks");
  const diverged = h("span.map-key", { hidden: true }, h("span.map-hatch", { "aria-hidden": "true" }), h("span", {}, word("map.legend.diverged")));
  const edge = h("span.map-key", { hidden: true }, h("span.map-corner", { "aria-hidden": "true" }), h("span", {}, word("map.legend.edge")));
  const limitMark = h("span.map-limit", { "aria-hidden": "true", hidden: true });
  const name = h("span.map-measure");
  const colours = h("span.map-colours", {}, name, bar, limitMark, marks);
  const element = h("div.map-legend", {}, colours, edge, diverged);
  let drawn = "";

  /**
   * @param {MapScale|null} scale null for boundaries, which the page explains elsewhere
   * @param {{palette: any, task: Task, lost: number, edge: number, limit: number}} how `lost` cells have diverged, `edge`
   *   of them are as sharp as they may be; `limit` of all of them, NaN where it differs
   */
  function draw(scale, { palette, task, lost, edge: count, limit }) {
    diverged.hidden = !lost;
    const sharp = scale?.measure === "sharpness";
    edge.hidden = !sharp || !count;
    limitMark.hidden = !(sharp && limit >= scale.low && limit <= scale.high);
    if (!limitMark.hidden) limitMark.style.left = `${100 * placeOn(scale, limit)}%`;
    colours.hidden = !scale;
    element.hidden = !scale && !lost;
    if (!scale) return;
    const { measure, low, high, kind, share, ticks } = scale;
    const key = [measure, low, high, kind, palette.card, task].join();
    if (key === drawn) return;
    drawn = key;
    setText(name, nameMeasure(measure, task));
    const pixels = createPixels(STOPS, 1, bar);
    pixels.words.forEach((_, i) => {
      pixels.words[i] = colourOf(share(valueOn(scale, i / (STOPS - 1))), palette);
    });
    pixels.commit();
    const isShare = AS_SHARES.includes(measure) || (measure === "test_score" && task !== "regression");
    marks.replaceChildren(...ticks.map((value) => {
      const mark = h("span");
      setText(mark, isShare ? formatPercent(value, 0) : formatLoss(value));
      mark.style.left = `${100 * placeOn(scale, value)}%`;
      return mark;
    }));
  }

  return { element, draw };
}

function valueOn({ low, high, kind }, share) {
  return kind === "log" ? low * (high / low) ** share : low + (high - low) * share;
}

function placeOn({ low, high, kind }, value) {
  return kind === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}
