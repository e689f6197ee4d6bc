/** A map of a loss with the paths of several runs over it, as a Plotly figure. */

import { contourTrace } from "landscape/figure";
import { axisLayout, axisTitle, chartLayout, chartMargin } from "plot/plotly";

/** The map is paler than the paths. */
const MAP_OPACITY = 0.55;
const [THIN, THICK] = [2, 3.5];

/**
 * @param {{x: number[], y: number[], losses: number[][], minima?: number[][]}} map
 * @param {{x: number[], y: number[]}[]} paths each to where its run stands
 * @param {{palette: any, colours: string[], width: number, height: number, names: string[], strong?: number[]}} how
 *   `names` of the axes; `strong`: the paths that stand out
 */
export function pathsFigure({ x, y, losses, minima = [] }, paths, { palette, colours, width, height, names, strong = [] }) {
  const axis = (name, places) => axisLayout(palette, {
    range: [places[0], places.at(-1)], showgrid: false, zeroline: false, fixedrange: true, nticks: 7, title: axisTitle(name),
  });
  const colourOf = (i) => colours[i % colours.length];
  return {
    data: [
      { ...contourTrace({ x, y, losses }, palette), showscale: false, opacity: MAP_OPACITY },
      { type: "scatter", mode: "markers", x: minima.map(([place]) => place), y: minima.map(([, place]) => place), hoverinfo: "skip", marker: { symbol: "cross-thin", size: 12, line: { width: 2, color: palette.ink } } },
      ...paths.map((path, i) => ({ type: "scatter", mode: "lines", x: path.x, y: path.y, hoverinfo: "skip", line: { color: colourOf(i), width: strong.includes(i) ? THICK : THIN } })),
      ...paths.map((path, i) => ({ type: "scatter", mode: "markers", x: path.x.slice(-1), y: path.y.slice(-1), hoverinfo: "skip", marker: { size: 9, color: colourOf(i), line: { width: 1.5, color: palette.card } } })),
    ],
    layout: chartLayout(palette, {
      width, height, margin: chartMargin({ l: 40, r: 8, t: 8, b: 40 }), xaxis: axis(names[0], x), yaxis: axis(names[1], y),
    }),
  };
}
