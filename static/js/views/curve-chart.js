/** Curves of train, validation and test in Plotly, extended a few times a second. */

import { curveLabels, curveLayout, curveParts, curveShapes, curveTraces, namedBreaks, viewOf } from "plot/curve-figure";
import { h } from "lib/dom";
import { formatLoss } from "lib/format";
import { isAncestor } from "run/recall";
import { createPlainCurve } from "plot/canvas-curve";
import { makeTerm } from "lib/terms";
import { PLOT_CONFIG, nameChart, whenPlotly } from "plot/plotly";
import { word } from "lib/words";

/** Milliseconds from one drawing to the next, at least and at most ... */
const PERIOD = 250;
const LONGEST_PERIOD = 1000;
/** ... and how many times as long as a drawing took. */
const REST = 15;

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @param {{train: string, validation: string, test: string, log?: string, alt: string, tools?: HTMLElement}} names
 *   columns of the history, the key of the store that says whether the axis is logarithmic, the chart's name, and
 *   what holds the buttons below it
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, history, tooltip }, names) {
  const { log, alt, tools = h("div.curve-tools") } = names;
  const chart = h("div.curve-chart");
  element.append(h("div.curve", {}, chart, h("div.curve-foot", {}, makeTerm("span.curve-axis", word("help.curve.update"), word("curve.update")), tools)));
  let plotly = null;
  let drawn = 0;
  let parts = "";
  let edition = -1;
  let markEdition = -1;
  let painted = 0;
  let cost = 0;
  let timer = 0;
  let gone = false;
  let made = false;
  let from = 0;
  const plain = createPlainCurve(chart, word(alt));
  const whole = h("button.curve-button", {
    type: "button", "aria-pressed": "false", hidden: true, data: { action: "wholeRun", help: word("help.wholeRun") },
    on: { click: () => store.set({ view: { wholeRun: !store.get().view.wholeRun } }) },
  }, word("action.wholeRun"));
  tools.append(whole);

  whenPlotly().then((loaded) => {
    if (gone) return;
    plotly = loaded;
    plain.destroy();
    draw();
  });

  const visible = () => chart.clientWidth > 0 && chart.clientHeight > 0;

  /** The part of the run that is drawn. */
  function viewNow() {
    return viewOf(history, { wholeRun: store.get().view.wholeRun, recalled: recalledHere() });
  }

  function recalledHere() {
    const { timeline: { points: timeline, recalled } } = store.get();
    return recalled && isAncestor(timeline, recalled) ? recalled : null;
  }

  function traces(view) {
    return curveTraces(view.series, names, store.get().appearance.palette);
  }

  function layout(view) {
    const { appearance: { palette } } = store.get();
    const logarithmic = Boolean(log && store.get().view[log]);
    const { clientWidth: width, clientHeight: height } = chart;
    return curveLayout(palette, { width, height, logarithmic, from: view.from, ...signs(view) });
  }

  /** What stands on the curves besides them. */
  function signs(view) {
    const { appearance: { palette } } = store.get();
    return { shapes: curveShapes(view, recalledHere(), palette), annotations: curveLabels(view, palette) };
  }

  /** Says on the curves which snapshot is recalled. */
  function drawSigns() {
    if (!plotly || !visible() || !chart.data) return;
    const view = viewNow();
    if (view.from === from) plotly.relayout(chart, signs(view));
    else draw();
  }

  function remember(view) {
    from = view.from;
    whole.hidden = history.breaks.length === 0;
    whole.setAttribute("aria-pressed", store.get().view.wholeRun);
    edition = history.edition;
    markEdition = history.markEdition;
    drawn = history.series.step.length;
    parts = String(curveParts(view.series, names));
    painted = performance.now();
  }

  function drawPlain(view) {
    const { series, marks } = view;
    plain.draw({
      x: series.step, from, marks, breaks: namedBreaks(view), logarithmic: Boolean(log && store.get().view[log]),
      title: "", palette: store.get().appearance.palette,
      lines: traces(view).map(({ y, line, fillcolor }) => ({
        y, ...line, dash: line.dash?.split(",").map(parseFloat), gap: fillcolor,
      })),
    });
  }

  /** Says the values of a step, as Plotly does. */
  function showValues({ clientX, clientY }) {
    const at = plain.nearest(clientX);
    if (at < 0) return;
    const { series } = viewNow();
    tooltip.showAt([`${word("curve.update")} ${series.step[at]}`,
      ...curveParts(series, names).map((part) => `${word(`curve.${part}`)} ${formatLoss(series[names[part]][at])}`),
    ].join("\n"), clientX, clientY);
  }

  plain.canvas.addEventListener("pointermove", showValues);
  plain.canvas.addEventListener("pointerleave", () => tooltip.hide());

  /** Draws everything: at the start, after a reset or a change of theme or size. */
  function draw() {
    if (!visible() || !store.get().appearance.palette) return;
    const view = viewNow();
    remember(view);
    if (!plotly) {
      drawPlain(view);
      return;
    }
    plotly.react(chart, traces(view), layout(view), PLOT_CONFIG);
    nameChart(chart, word(alt));
  }

  function extend() {
    clearTimeout(timer);
    timer = 0;
    if (!visible()) return;
    const begun = performance.now();
    if (plotly) extendCurves();
    else draw();
    cost = performance.now() - begun;
  }

  function extendCurves() {
    const view = viewNow();
    const shown = curveParts(view.series, names);
    if (edition !== history.edition || view.from !== from || parts !== String(shown) || !chart.data) {
      const fresh = history.series.step.length < drawn && history.series.step.length < 8;
      draw();
      if (fresh) plotly.relayout(chart, { "xaxis.autorange": true, "yaxis.autorange": true });
      return;
    }
    const { series } = history;
    if (series.step.length > drawn) {
      const x = series.step.slice(drawn);
      plotly.extendTraces(chart, {
        x: shown.map(() => x), y: shown.map((part) => series[names[part]].slice(drawn)),
      }, shown.map((_, i) => i));
    }
    if (markEdition !== history.markEdition) drawSigns();
    remember(view);
  }

  function update() {
    if (timer) return;
    const rest = Math.min(LONGEST_PERIOD, Math.max(PERIOD, REST * cost));
    timer = setTimeout(extend, Math.max(0, painted + rest - performance.now()));
  }

  /** Switches the axis between linear and log; what was zoomed into stays in view. */
  function changeScale() {
    if (!plotly) draw();
    const axis = chart.layout?.yaxis;
    if (!plotly || !axis) return;
    const logarithmic = Boolean(store.get().view[log]);
    if ((axis.type === "log") === logarithmic) return;
    const change = { "yaxis.type": logarithmic ? "log" : "linear" };
    if (!axis.autorange) {
      change["yaxis.range"] = axis.range.map((edge) =>
        (logarithmic ? Math.log10(Math.max(edge, 1e-6)) : 10 ** edge));
    } else change["yaxis.autorange"] = true;
    plotly.relayout(chart, change);
  }

  // A chart is drawn when it has its size, or the first frame.
  const unwatch = [store.watch(["appearance.palette", "view.wholeRun"], () => made && draw()), store.watch(["timeline.recalled"], drawSigns)];
  if (log) unwatch.push(store.watch([/** @type {StoreKey} */ (`view.${log}`)], () => made && changeScale()));
  made = true;

  function destroy() {
    gone = true;
    clearTimeout(timer);
    unwatch.forEach((stop) => stop());
    if (plotly) plotly.purge(chart);
    whole.remove();
    element.replaceChildren();
  }

  return { update, resize: draw, destroy };
}
