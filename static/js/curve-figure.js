/** The curves of a run as Plotly draws them. */

import { axisLayout, axisTitle, chartLayout } from "plotly";
import { word } from "words";

/** What each chart shows: columns of the history, the switch of its axis, and its name. */
export const LOSS = { train: "trainLoss", test: "testLoss", log: "logLoss", alt: "curve.alt.loss" };
export const SCORE = { train: "trainScore", test: "testScore", alt: "curve.alt.score" };

/** The two curves. */
export function curveTraces(series, { train, test }, palette) {
  const line = (name, column, style) => ({
    x: series.step.slice(), y: series[column].slice(), name: word(name),
    type: "scatter", mode: "lines", line: style, hovertemplate: "%{y:.4g}",
  });
  return [
    line("curve.train", train, { color: palette.press, width: 2 }),
    line("curve.test", test, { color: palette.ink, width: 1.6, dash: "4px,3px" }),
  ];
}

/** Layout of their axes. */
export function curveLayout(palette, { width, height, logarithmic, shapes = [], ...more }) {
  return chartLayout(palette, {
    width,
    height,
    margin: { l: 42, r: 6, t: 6, b: 34 },
    hovermode: "x",
    dragmode: "zoom",
    uirevision: "run",
    shapes,
    xaxis: axisLayout(palette, {
      uirevision: "run", showgrid: false, nticks: 6, rangemode: "nonnegative",
      title: axisTitle(word("curve.step")),
    }),
    yaxis: axisLayout(palette, {
      uirevision: `y${logarithmic}`, nticks: 5, type: logarithmic ? "log" : "linear",
      rangemode: logarithmic ? "normal" : "tozero",
      exponentformat: "power", dtick: null,
    }),
    ...more,
  });
}

/** Marks at steps: of edits, and of the moment that is looked at. */
export function curveShapes(marks, recalled, palette) {
  const line = (step, color, width) => ({
    type: "line", x0: step, x1: step, y0: 0, y1: 1, yref: "paper", layer: "below",
    line: { color, width },
  });
  const edits = marks.map((step) => line(step, palette["line-strong"], 1));
  return recalled ? [...edits, line(recalled.step, palette.press, 2)] : edits;
}
