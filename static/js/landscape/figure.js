/** Plotly figures of the loss landscape: a map with contours, or a surface in space. */

import { formatLoss } from "lib/format";
import { lossAt, reach, scaleOf } from "landscape/surface";
import { axisLayout, axisTitle, chartLayout, chartMargin } from "plot/plotly";

const CONTOURS = 16;
const CAMERA = { eye: { x: -1.15, y: -1.35, z: 0.95 }, center: { x: 0, y: 0, z: -0.16 } };
/** How far the path runs above the surface, as a share of its height. */
const ABOVE = 0.015;

/** Low losses are as light as the card, high ones dark; the path stands out from all of them. */
function colours(palette) {
  return [[0, palette.card], [0.55, palette["line-strong"]], [1, palette.muted]];
}

function bar(scale, palette) {
  return {
    thickness: 8, outlinewidth: 0, len: 1, lenmode: "fraction", ypad: 0, xpad: 6, tickfont: axisLayout(palette).tickfont,
    ...ticksOf(scale),
  };
}

function ticksOf({ ticks, of }) {
  return { tickvals: ticks.map(of), ticktext: ticks.map((tick) => (tick < 1e5 ? String(Number(tick.toPrecision(2))) : formatLoss(tick))) };
}

/**
 * Heights over a plane as a map with contours.
 *
 * @param {{x: number[], y: number[], losses: number[][]}} heights
 * @param {any} palette
 */
export function contourTrace({ x, y, losses }, palette) {
  const scale = scaleOf(losses);
  return {
    type: "contour", x, y, z: losses.map((row) => row.map((loss) => finite(scale.of(loss)))),
    text: losses.map((row) => row.map(formatLoss)), hovertemplate: "%{text}<extra></extra>",
    zmin: scale.low, zmax: scale.high, colorscale: colours(palette), colorbar: bar(scale, palette),
    autocontour: false, contours: {
      coloring: "heatmap", start: scale.low, end: scale.high, size: (scale.high - scale.low) / CONTOURS || 1 },
    line: { width: 0.6, color: palette.muted, smoothing: 0.6 },
  };
}

/**
 * The map.
 *
 * @param {Landscape} landscape
 * @param {{palette: Object, width: number, height: number, names: string[]}} how `names` of the axes
 */
export function mapFigure(landscape, { palette, width, height, names }) {
  const { x, y, path } = landscape;
  const data = [
    contourTrace(landscape, palette),
    { type: "scatter", mode: "lines", x: path.x, y: path.y, line: { color: palette.press, width: 2 }, hoverinfo: "skip" },
    ...ends(path).map(({ at, here }) => ({
      type: "scatter", mode: "markers", x: [path.x[at]], y: [path.y[at]], hoverinfo: "skip",
      marker: {
        size: here ? 11 : 8, color: here ? palette.press : palette.card,
        line: { width: 2, color: here ? palette.card : palette.press },
      },
    })),
  ];
  const axis = (values, places, name) => axisLayout(palette, {
    range: reach(values, places), showgrid: false, title: axisTitle(name), fixedrange: true, nticks: 7,
  });
  return {
    data,
    layout: chartLayout(palette, {
      width, height, margin: chartMargin({ l: 44, r: 8, t: 8, b: 40 }),
      xaxis: axis(x, path.x, names[0]), yaxis: axis(y, path.y, names[1]),
    }),
  };
}

/** Where the path begins, and where the run is now. */
function ends({ x }) {
  return x.length > 1 ? [{ at: 0, here: false }, { at: x.length - 1, here: true }] : [{ at: 0, here: true }];
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}

/**
 * The surface; the path lies on it, at the place below each of its points.
 *
 * @param {Landscape} landscape
 * @param {{palette: Object, width: number, height: number, names: string[], camera: Object|null}} how
 */
export function solidFigure(landscape, { palette, width, height, names, camera }) {
  const { x, y, losses, path } = landscape;
  const scale = scaleOf(losses);
  const above = ABOVE * (scale.high - scale.low);
  const heights = path.x.map((_, i) => scale.of(lossAt(landscape, path.x[i], path.y[i])) + above);
  const line = (at, marker) => ({
    type: "scatter3d", mode: "markers", hoverinfo: "skip", x: [path.x[at]], y: [path.y[at]], z: [heights[at]], marker,
  });
  const axis = (name, more) => ({
    title: { text: name, font: { size: axisTitle("").font.size, color: palette.muted } }, color: palette.muted,
    showspikes: false, showbackground: false, gridcolor: palette.line, zerolinecolor: palette.line, nticks: 5,
    tickfont: { size: axisTitle("").font.size }, ...more,
  });
  return {
    data: [
      {
        type: "surface", x, y, z: losses.map((row) => row.map((loss) => finite(scale.of(loss)))),
        cmin: scale.low, cmax: scale.high, colorscale: colours(palette), showscale: false,
        text: losses.map((row) => row.map(formatLoss)), hovertemplate: "%{text}<extra></extra>",
        lighting: { ambient: 0.75, diffuse: 0.5, specular: 0.05, roughness: 0.9 },
        contours: {
          x: { highlight: false }, y: { highlight: false },
          z: { show: true, start: scale.low, end: scale.high, size: (scale.high - scale.low) / CONTOURS || 1, color: palette.muted, width: 1, highlight: false },
        },
      },
      { type: "scatter3d", mode: "lines", hoverinfo: "skip", x: path.x, y: path.y, z: heights, line: { color: palette.press, width: 5 } },
      ...ends(path).map(({ at, here }) => line(at, {
        size: here ? 6 : 4, color: here ? palette.press : palette.card, line: { width: 1, color: here ? palette.card : palette.press },
      })),
    ],
    layout: chartLayout(palette, {
      width, height, margin: { l: 0, r: 0, t: 0, b: 0 }, uirevision: "landscape",
      scene: {
        uirevision: "landscape", aspectmode: "manual", aspectratio: { x: 1, y: 1, z: 0.6 }, dragmode: "orbit",
        camera: camera ?? CAMERA,
        xaxis: axis(names[0]), yaxis: axis(names[1]),
        zaxis: axis("", ticksOf(scale)),
      },
    }),
  };
}
