/** Picture of the plane as SVG: map, axes, points, colour scale. */

import { FINE, createBoundaryMap } from "plot/boundary-map";
import { formatScale } from "lib/format";
import { createPixels } from "plot/maps";
import { DIVERGING } from "plot/palette";
import { svg, svgImage, svgText } from "pictures/svg-text";
import { planeLayout, planeMargin, pointTraces } from "plot/plane-figure";
import { drawFigure } from "plot/plotly";
import { scaleOf } from "plot/scale-values";
import { axesOf, targetOf } from "plot/table-axes";
import { nameClass } from "spec/data-sets";

const SCALE_ROOM = 24;
const SCALE_HIGH = 7;
const FONT = 11;
const SWATCH = 10;

/**
 * @param {Object} subject what is drawn, see `pictures/subject`
 * @param {{x: number, y: number, width: number, height: number}} box where
 * @returns {Promise<string>}
 */
export async function drawBoundary(subject, box) {
  const side = Math.min(box.width, box.height - SCALE_ROOM);
  const x = box.x + (box.width - side) / 2;
  const y = box.y + (box.height - SCALE_ROOM - side) / 2;
  const axes = axesOf(subject.frame);
  const margin = planeMargin(axes);
  const inner = {
    x: x + margin.l, y: y + margin.t, width: side - margin.l - margin.r, height: side - margin.t - margin.b,
  };
  const { frame, palette, task, discretize, showTest } = subject;
  const pixels = createPixels(FINE, FINE);
  createBoundaryMap().paint(pixels, frame, palette, discretize);
  const layout = planeLayout(palette, { width: side, height: side, margin, axes });
  const points = pointTraces(frame.arrays.points?.data, {
    palette, task, range: frame.meta.boundary_range, showTest,
  });
  const figure = await drawFigure(points, layout);
  return [
    svgImage(pixels.canvas, inner, { class: "map" }),
    svg("svg", { x, y, width: side, height: side }, figure),
    drawScale(subject, { x: inner.x, y: y + side + 8, width: inner.width }),
  ].join("");
}

function drawScale({ frame, palette }, place) {
  const scale = scaleOf(frame, null);
  if (scale.classes > 1) return drawClasses(scale.classes, frame.spec, palette, place);
  return drawBar(scale.values.map(targetOf(frame)?.toValue ?? Number), palette, place);
}

function drawBar(values, palette, { x, y, width }) {
  const format = formatScale(Math.max(...values.map(Math.abs)));
  const [low, middle, high] = values.map(format);
  const canvas = document.createElement("canvas");
  canvas.width = DIVERGING;
  canvas.height = 1;
  const context = canvas.getContext("2d");
  const image = context.createImageData(DIVERGING, 1);
  new Uint32Array(image.data.buffer).set(palette.diverging);
  context.putImageData(image, 0, 0);
  const text = (said, at, anchor) => svgText(said, {
    x: at, y: y + SCALE_HIGH + 1.5, fill: palette.muted, "font-size": FONT, "text-anchor": anchor,
  });
  const end = 14 + 5 * Math.max(low.length, high.length);
  return [
    text(low, x, "start"),
    svgImage(canvas, { x: x + end, y, width: width - 2 * end, height: SCALE_HIGH }),
    svg("rect", { x: x + width / 2 - 16, y: y - 4, width: 32, height: SCALE_HIGH + 8, fill: palette.card }),
    text(middle, x + width / 2, "middle"),
    text(high, x + width, "end"),
  ].join("");
}

function drawClasses(count, spec, palette, { x, y, width }) {
  const step = width / count;
  return Array.from({ length: count }, (_, k) => [
    svg("circle", { cx: x + k * step + SWATCH / 2, cy: y + 4, r: SWATCH / 2, fill: palette.classes[k] }),
    svgText(nameClass(spec, k), {
      x: x + k * step + SWATCH + 5, y: y + 8, fill: palette.muted, "font-size": FONT,
    }),
  ].join("")).join("");
}
