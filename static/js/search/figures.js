/** Plotly figures of a search: its history, what matters, a slice along each dimension, the Pareto front. */

import { rem } from "lib/dom";
import { formatPercent } from "lib/format";
import { nameAxis } from "map/words";
import { axisLayout, axisTitle, chartLayout, chartMargin } from "plot/plotly";
import { trialTicks } from "search/model/scales";
import { bestSoFar, metricOf } from "search/model/trials";
import { formatAt, formatMetric, nameMetric, nameTrial } from "search/words";

const SIZE = 7;
/** How wide a slice is at least, and how high; how high all are at least, in rems. */
const [SLICE_WIDTH, SLICE_HEIGHT, HEIGHT] = [11, 12, 15];
/** Between slices: a share of the width, and the rems that the names below an axis take. */
const [GAP, BELOW] = [0.08, 4];
/** The middle of the scale is still told from the card. */
const FAINTEST = 0.3;
/** Pixels from one tick of the trials' numbers to the next, at least. */
const TICK_WIDTH = 50;
/** Powers of ten alone are named from so many of them on. */
const MANY = 2;

/**
 * @typedef {{trials: Trial[], best: number[], objectives: string[], scores: SearchScale[], dimensions: SearchScale[],
 *   passing: (trial: Trial) => boolean, palette: any, schema: any, width: number, height: number}} FigureInput
 *   `scores`: the scale of each objective
 */

/** The trials in their order, and the best so far. @param {FigureInput} input */
export function historyFigure(input) {
  const { trials, objectives: [objective], scores: [scale], palette, width, height } = input;
  const steps = bestSoFar(trials, objective, scale.rising);
  const last = trials.at(-1)?.number ?? 0;
  if (steps.numbers.length && steps.numbers.at(-1) < last) {
    steps.numbers.push(last);
    steps.scores.push(steps.scores.at(-1));
  }
  const shown = trials.filter(({ state }) => state !== "training");
  return {
    data: [
      {
        type: "scatter", mode: "lines", x: steps.numbers, y: steps.scores.map((score) => clip(score, scale)), hoverinfo: "skip",
        line: { shape: "hv", width: 2, color: palette.ink },
      },
      points(input, shown, shown.map(({ number }) => number), shown.map((trial) => placeOf(trial, objective, scale))),
    ],
    layout: layoutOf(input, {
      width, height, margin: chartMargin({ l: 54, r: 10, t: 8, b: 38 }),
      xaxis: axisLayout(palette, { title: axisTitle(nameMetric("number")), rangemode: "tozero", showgrid: false, ...trialTicks(last, width / TICK_WIDTH) }),
      yaxis: scoreAxis(palette, objective, scale),
    }),
  };
}

/** The share of each dimension in how much the objective varies. @param {FigureInput & {importances: Object<string, number>}} input */
export function importancesFigure({ importances, palette, schema, width, height }) {
  const sorted = Object.entries(importances).sort((a, b) => a[1] - b[1]);
  const names = sorted.map(([path]) => nameAxis(path, schema));
  const longest = Math.max(...names.map(({ length }) => length), 0);
  return {
    data: [{
      type: "bar", orientation: "h", x: sorted.map(([, share]) => share), y: names, hoverinfo: "skip", cliponaxis: false,
      text: sorted.map(([, share]) => formatPercent(share, 0)), textposition: "outside", textangle: 0, width: 0.55, marker: { color: palette.press },
    }],
    layout: chartLayout(palette, {
      width, height, margin: { ...chartMargin({ r: 48, t: 8, b: 26 }), l: Math.min(width * 0.42, (longest * 0.55 + 1) * rem()) },
      xaxis: axisLayout(palette, { range: [0, 1], tickformat: ".0%", fixedrange: true, nticks: 5 }),
      yaxis: axisLayout(palette, { showgrid: false, fixedrange: true, automargin: false }),
    }),
  };
}

/** How high the slices are in all. */
export function heightOfSlices(count, width) {
  return Math.max(HEIGHT, Math.ceil(count / columnsOf(count, width)) * SLICE_HEIGHT) * rem();
}

function columnsOf(count, width) {
  return Math.max(1, Math.min(count, 4, Math.floor(width / (SLICE_WIDTH * rem()))));
}

/** The objective along each dimension. @param {FigureInput} input */
export function slicesFigure(input) {
  const { trials, dimensions, objectives: [objective], scores: [scale], palette, schema, width, height } = input;
  const shown = trials.filter(({ state }) => state !== "training");
  const columns = columnsOf(dimensions.length, width);
  const rows = Math.ceil(dimensions.length / columns);
  const between = (BELOW * rem()) / height;
  const layout = layoutOf(input, { width, height, margin: chartMargin({ l: 54, r: 10, t: 8, b: 38 }) });
  const data = dimensions.map((dimension, i) => {
    const name = i ? String(i + 1) : "";
    const [row, column] = [Math.floor(i / columns), i % columns];
    const wide = (1 - GAP * (columns - 1)) / columns;
    const high = (1 - between * (rows - 1)) / rows;
    const [left, top] = [column * (wide + GAP), 1 - row * (high + between)];
    layout[`xaxis${name}`] = axisLayout(palette, {
      domain: [left, left + wide], anchor: `y${name}`, showgrid: false, fixedrange: true, title: axisTitle(nameAxis(dimension.path, schema)), ...ticksOf(dimension),
    });
    layout[`yaxis${name}`] = {
      ...scoreAxis(palette, objective, scale), domain: [top - high, top], anchor: `x${name}`,
      ...(column && { showticklabels: false, title: undefined }),
    };
    return {
      ...points(input, shown, shown.map(({ values }) => at(dimension, values[dimension.path])), shown.map((trial) => placeOf(trial, objective, scale))),
      xaxis: `x${name}`, yaxis: `y${name}`,
    };
  });
  return { data, layout };
}

/** Both objectives, and the trials that no other one beats. @param {FigureInput} input */
export function frontFigure(input) {
  const { trials, best, objectives: [first, second], scores, palette, width, height } = input;
  const shown = trials.filter(({ state }) => state !== "training");
  const front = best.map((number) => trials.find((trial) => trial.number === number)).filter(Boolean)
    .map((trial) => [placeOf(trial, first, scores[0]), placeOf(trial, second, scores[1])]).sort((a, b) => a[0] - b[0]);
  return {
    data: [
      { type: "scatter", mode: "lines", x: front.map(([x]) => x), y: front.map(([, y]) => y), hoverinfo: "skip", line: { width: 2, color: palette.ink } },
      points(input, shown, shown.map((trial) => placeOf(trial, first, scores[0])), shown.map((trial) => placeOf(trial, second, scores[1]))),
    ],
    layout: layoutOf(input, {
      width, height, margin: chartMargin({ l: 60, r: 10, t: 8, b: 38 }),
      xaxis: scoreAxis(palette, first, scores[0]), yaxis: scoreAxis(palette, second, scores[1]),
    }),
  };
}

/**
 * One mark for each trial: circles of the method, diamonds by hand, open ones of pruned trials, crosses of diverged ones.
 *
 * @param {FigureInput} input
 */
function points({ best, objectives: [objective], scores: [scale], palette, schema, passing }, trials, x, y) {
  const isBest = new Set(best);
  return {
    type: "scatter", mode: "markers", x, y, customdata: trials.map(({ number }) => number), cliponaxis: false,
    text: trials.map((trial) => `#${trial.number} · ${nameTrial(trial, schema)}<br>${nameMetric(objective)} ${formatMetric(objective, metricOf(trial, objective))}`),
    hovertemplate: "%{text}<extra></extra>",
    marker: {
      symbol: trials.map(symbolOf), opacity: trials.map((trial) => (passing(trial) ? 1 : 0.15)),
      size: trials.map(({ number, by }) => (isBest.has(number) ? SIZE + 4 : by === "hand" ? SIZE + 3 : SIZE)),
      color: trials.map((trial) => colourOf(trial, objective, scale, palette)),
      line: { width: trials.map(({ number, by, state }) => (state === "diverged" || state === "pruned" ? 1.4 : isBest.has(number) || by === "hand" ? 1.6 : 0)), color: trials.map(({ state }) => (state === "diverged" || state === "pruned" ? palette.muted : palette.ink)) },
    },
  };
}

function symbolOf({ state, by }) {
  if (state === "diverged" || state === "failed") return "x-thin-open";
  if (state === "pruned") return by === "hand" ? "diamond-open" : "circle-open";
  return by === "hand" ? "diamond" : "circle";
}

/** Blue is good and orange is bad, as on a map. */
export function colourOf(trial, objective, scale, palette) {
  const score = metricOf(trial, objective);
  if (trial.state !== "complete" || !Number.isFinite(score)) return palette.muted;
  const share = scale.share(score);
  const good = scale.rising ? 2 * share - 1 : 1 - 2 * share;
  return palette.mark(Math.sign(good) * (FAINTEST + (1 - FAINTEST) * Math.abs(good)));
}

/** Where a score stands on an axis of its scale; what diverged is at the bad end. */
function placeOf(trial, name, scale) {
  const score = metricOf(trial, name);
  if (Number.isFinite(score)) return clip(score, scale);
  return scale.rising ? scale.low : scale.high;
}

function clip(value, { low, high }) {
  return Math.max(low, Math.min(high, value));
}

/** A value of a dimension on its axis: choices by their places. */
function at({ choices }, value) {
  return choices ? choices.indexOf(value) : value;
}

function ticksOf({ path, log, low, high, choices, ticks }) {
  const [from, to] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const space = (to - from) * 0.05 || 0.5;
  const range = { type: log ? "log" : "linear", range: [from - space, to + space] };
  if (!choices) return { ...range, tickvals: ticks.map(({ value }) => value), ticktext: ticks.map(({ value }) => formatAt(path, value)) };
  return { ...range, tickvals: choices.map((_, i) => i), ticktext: choices.map((value) => formatAt(path, value)), tickangle: choices.length > 3 ? -35 : 0 };
}

/**
 * @param {any} palette
 * @param {string} name
 * @param {SearchScale} scale
 */
function scoreAxis(palette, name, { low, high, log }) {
  const [from, to] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const space = (to - from) * 0.06 || 0.5;
  return axisLayout(palette, {
    type: log ? "log" : "linear", range: [from - space, to + space], fixedrange: true, title: axisTitle(nameMetric(name)),
    ...(log && to - from >= MANY ? { dtick: 1 } : { nticks: 5 }), ...(name.endsWith("accuracy") && { tickformat: ".0%" }),
  });
}

function layoutOf({ palette }, more) {
  return chartLayout(palette, { hovermode: "closest", dragmode: false, ...more });
}
