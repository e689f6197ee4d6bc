/** Plotly figure of the curves. */

import { axisLayout, axisTitle, chartLayout, chartMargin } from "plot/plotly";
import { formatCount } from "lib/format";
import { word } from "lib/words";

/** How much of the axis the name of a change takes. */
const LABEL_SHARE = 0.24;
/** Pixels between a line and its name. */
export const LABEL_GAP = 4;

/** What each chart shows: columns of the history by part, the switch of its axis, and its name. */
export const LOSS = {
  train: "trainLoss", validation: "validationLoss", test: "testLoss", log: "logLoss", alt: "curve.alt.loss",
};
export const SCORE = { train: "trainScore", validation: "validationScore", test: "testScore", alt: "curve.alt.score" };

/**
 * The parts that have a curve, in the order of the traces: the gap between the first two is shaded.
 *
 * @param {Object} series
 * @param {{validation: string}} names
 * @returns {("train"|"validation"|"test")[]}
 */
export function curveParts(series, { validation }) {
  const validated = series[validation].filter(Number.isFinite).length;
  if (!validated) return ["train", "test"];
  // A gap cannot be shaded up to where there is no curve.
  return validated === series.step.length ? ["train", "validation", "test"] : ["train", "test", "validation"];
}

/** The curves. */
export function curveTraces(series, names, palette) {
  const styles = {
    train: { color: palette.press, width: 2 },
    validation: { color: palette.press, width: 1.6, dash: "1.5px,2.5px" },
    test: { color: palette.ink, width: 1.6, dash: "4px,3px" },
  };
  return curveParts(series, names).map((part, i) => ({
    x: series.step.slice(), y: series[names[part]].slice(), name: word(`curve.${part}`),
    type: "scatter", mode: "lines", line: styles[part], hovertemplate: "%{y:.4g}",
    ...(i === 1 ? { fill: "tonexty", fillcolor: palette.gap } : {}),
  }));
}

/** Layout of their axes; `title` is that of the updates, which the page has beside the chart. */
export function curveLayout(palette, { width, height, logarithmic, shapes = [], from = 0, title = null, ...more }) {
  return chartLayout(palette, {
    width,
    height,
    margin: chartMargin({ l: 42, r: 6, t: 6, b: 20 }),
    hovermode: "x",
    dragmode: "zoom",
    uirevision: "run",
    shapes,
    xaxis: axisLayout(palette, { uirevision: `x${from}`, showgrid: false, nticks: 6, rangemode: "nonnegative", ...(title ? { title } : {}) }),
    yaxis: axisLayout(palette, {
      uirevision: `y${logarithmic}${from}`, nticks: 5, type: logarithmic ? "log" : "linear",
      rangemode: logarithmic ? "normal" : "tozero",
      exponentformat: "power", dtick: null,
    }),
    ...more,
  });
}

/**
 * The part of a run that is worth a scale of its own: what follows the last change after which a
 * loss means something else, once there is anything; or all of it.
 *
 * @param {Object} history
 * @param {{wholeRun: boolean, recalled: Object|null, from?: number}} choice `recalled` is a snapshot
 *   that has to be in sight, `from` where the part begins, if that is known
 * @returns {{series: Object, marks: number[], breaks: Object[], best: {step: number, epoch: number}|null, from: number}} `from` is the update
 *   at which it begins
 */
export function viewOf({ series, marks, breaks, best = null }, { wholeRun, recalled, from: known }) {
  const from = known ?? (wholeRun ? 0 : lastBreak(series, breaks, recalled));
  if (from === 0) return { series, marks, breaks, best, from };
  const before = series.step.filter((step) => step <= from).length;
  return {
    series: Object.fromEntries(Object.entries(series).map(([name, column]) => [name, column.slice(before)])),
    marks: marks.filter((step) => step >= from),
    breaks: breaks.filter(({ step }) => step >= from),
    best: best && best.step >= from ? best : null,
    from,
  };
}

/** A curve needs two rows. */
function lastBreak({ step: steps }, breaks, recalled) {
  const before = Math.min(steps.at(-2) ?? 0, recalled?.step ?? Infinity);
  return breaks.findLast(({ step }) => step < before)?.step ?? 0;
}

/** Marks at updates: of edits, of those after which a loss means something else, and of the snapshot that is recalled. */
export function curveShapes({ marks, breaks, best }, recalled, palette) {
  const line = (step, color, width) => ({
    type: "line", x0: step, x1: step, y0: 0, y1: 1, yref: "paper", layer: "below",
    line: { color, width },
  });
  const edits = marks.map((step) => line(step, palette["line-strong"], 1));
  const changes = breaks.map(({ step }) => line(step, palette.muted, 1));
  const bests = best ? [line(best.step, palette.press, 1)] : [];
  return [...edits, ...changes, ...bests, ...(recalled ? [line(recalled.step, palette.press, 2)] : [])];
}

/**
 * What stands beside the lines: what changed, of those that stand close together only the last, and
 * the best epoch.
 */
export function namedBreaks({ breaks, best, series, from }) {
  const span = (series.step.at(-1) ?? 0) - from;
  const isLate = (step) => step - from > (1 - LABEL_SHARE) * span;
  const named = best
    ? [{ step: best.step, text: word("curve.best", { epoch: formatCount(best.epoch) }), late: isLate(best.step), low: true }] : [];
  for (const { step, kind } of breaks.toReversed()) {
    if (named.length && named[0].step - step < LABEL_SHARE * span) continue;
    named.unshift({ step, text: word(`curve.new.${kind}`), late: isLate(step), low: false });
  }
  return named;
}

/** The names as Plotly draws them. */
export function curveLabels(view, palette) {
  return namedBreaks(view).map(({ step, text, late, low }) => ({
    x: step, y: low ? 0 : 1, yref: "paper", text, showarrow: false, xanchor: late ? "right" : "left",
    yanchor: low ? "bottom" : "top",
    xshift: late ? -LABEL_GAP : LABEL_GAP, font: { ...axisTitle("").font, color: palette.muted },
  }));
}
