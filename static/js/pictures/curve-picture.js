/** Picture of the loss curves as SVG. */

import { LOSS, curveLabels, curveLayout, curveShapes, curveTraces, viewOf } from "plot/curve-figure";
import { svg } from "pictures/svg-text";
import { axisTitle, drawFigure } from "plot/plotly";
import { word } from "lib/words";

/**
 * @param {Object} subject what is drawn, see `pictures/subject`
 * @param {{x: number, y: number, width: number, height: number}} box where
 * @returns {Promise<string>}
 */
export async function drawCurves({ history, palette, logarithmic, recalled, wholeRun, span }, box) {
  const { width, height } = box;
  const view = viewOf(history, { wholeRun, recalled, from: span?.from });
  const layout = curveLayout(palette, {
    width, height, logarithmic,
    shapes: curveShapes(view, recalled, palette),
    annotations: curveLabels(view, palette),
    showlegend: true,
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
    margin: { l: 42, r: 6, t: 26, b: 34 },
    title: axisTitle(word("curve.update")),
  });
  if (span) fixAxes(layout, span, logarithmic);
  const figure = await drawFigure(curveTraces(view.series, LOSS, palette), layout);
  return svg("svg", { ...box, class: "curves" }, figure);
}

/**
 * Pictures that follow each other have the axes of the whole run.
 *
 * @param {any} layout
 * @param {Object} span
 * @param {boolean} logarithmic
 */
function fixAxes({ xaxis, yaxis }, { from, step, loss }, logarithmic) {
  xaxis.range = [from, step];
  if (!logarithmic) yaxis.range = [0, 1.05 * loss];
}
