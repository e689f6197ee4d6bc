/** The curves of the loss as a picture. */

import { LOSS, curveLayout, curveShapes, curveTraces } from "curve-figure";
import { svg } from "pictures/svg-text";
import { drawFigure } from "plotly";

/**
 * @param {object} subject what is drawn, see `pictures/subject`
 * @param {{x: number, y: number, width: number, height: number}} box where
 * @returns {Promise<string>}
 */
export async function drawCurves({ history, palette, logarithmic, recalled, span }, box) {
  const { width, height } = box;
  const layout = curveLayout(palette, {
    width, height, logarithmic,
    shapes: curveShapes(history.marks, recalled, palette),
    showlegend: true,
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
    margin: { l: 42, r: 6, t: 26, b: 34 },
  });
  if (span) fixAxes(layout, span, logarithmic);
  const figure = await drawFigure(curveTraces(history.series, LOSS, palette), layout);
  return svg("svg", { ...box, class: "curves" }, figure);
}

/** Pictures that follow each other have the axes of the whole run. */
function fixAxes({ xaxis, yaxis }, { step, loss }, logarithmic) {
  xaxis.range = [0, step];
  if (!logarithmic) yaxis.range = [0, 1.05 * loss];
}
