/** Unit panel: map of the pinned unit and histogram of its activations. */

import { h, setText } from "lib/dom";
import { showsUnit } from "lib/frames";
import { createPowerButton } from "network/editing/power-button";
import { countValues } from "plot/histogram";
import { createPixels, paintValues } from "plot/maps";
import { labelColour } from "plot/palette";
import { createPlane } from "plot/plane";
import { PLOT_CONFIG, axisLayout, axisTitle, chartLayout, chartMargin, nameChart, whenPlotly } from "plot/plotly";
import { POINT_COLUMNS } from "plot/readout";
import { axesOf } from "plot/table-axes";
import { makeTerm, optionText } from "lib/terms";
import { nameClass } from "spec/data-sets";
import { word } from "lib/words";

const SIDE = 100;
const BINS = 24;
const PERIOD = 250;

/** @returns {{update, resize, destroy}} */
export function create(element, { store, taskOf, actions, opensStep = false }) {
  const hint = h("p.hint", {}, word("unit.hint"));
  const title = makeTerm("span.unit-title", word("help.unit.title"));
  const unpin = h("button.button.small", {
    type: "button", data: { action: "unpin", help: word("help.unpin") }, on: { click: () => store.set({ view: { pinned: null } }) },
  }, word("action.unpin"));
  const power = createPowerButton({ store, actions });
  const follow = !opensStep ? null : h("button.button.small", {
    type: "button", data: { action: "followUnit", help: word("help.followUpdate") }, on: { click: followUnit },
  }, word("action.followUpdate"));
  const box = h("div.unit-map", { role: "img", "aria-label": word("unit.map.alt") });
  const chart = h("div.unit-histogram");
  const body = h("div.unit-body", { hidden: true },
    h("div.unit-head", {}, title, h("span.spacer"), follow, power.element, unpin), h("div.unit-plots", {}, box, chart));
  element.append(hint, body);
  let frame = null;
  const plane = createPlane(box, { palette: () => store.get().appearance.palette, axes: () => axesOf(frame) });
  const pixels = createPixels(SIDE, SIDE, plane.canvas);
  let plotly = null;
  let points = null;
  let timer = 0;
  let painted = 0;
  let gone = false;

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) drawHistogram();
  });

  /** The forward pass of the unit's layer, from which the stages go on. */
  function followUnit() {
    const { layer, unit } = store.get().view.pinned;
    actions.openStep({ chosen: { kind: "unit", column: layer + 1, row: unit }, stage: layer + 1 });
  }

  const visible = () => !body.hidden && element.clientWidth > 0;

  function update(next) {
    if (next.arrays.points) points = next.arrays.points.data;
    const { view: { pinned } } = store.get();
    if (!pinned || !showsUnit(next, pinned)) return;
    frame = next;
    if (!visible()) return;
    paintValues(pixels, frame.arrays.selected.data, store.get().appearance.palette.diverging);
    if (!timer) timer = setTimeout(drawHistogram, Math.max(0, painted + PERIOD - performance.now()));
  }

  function drawHistogram() {
    timer = 0;
    painted = performance.now();
    const { appearance: { palette } } = store.get();
    if (!plotly || !frame || !points || !visible() || gone) return;
    const values = frame.arrays.selected_values.data;
    if (values.length * POINT_COLUMNS !== points.length) return;
    const groups = groupsOf(frame.spec, palette);
    const { centres, width, counts } = countValues(values, (i) =>
      groups.of(points[POINT_COLUMNS * i + 2]), groups.colours.length, BINS);
    const traces = counts.map((y, k) => ({
      x: centres, y, type: "bar", width: width * 0.9, marker: { color: groups.colours[k] },
      name: groups.names[k], hovertemplate: "%{x:.3g}: %{y}",
    }));
    plotly.react(chart, traces, chartLayout(palette, {
      width: chart.clientWidth,
      height: chart.clientHeight,
      margin: chartMargin({ l: 30, r: 4, t: 4, b: 38 }),
      barmode: "stack",
      bargap: 0,
      xaxis: axisLayout(palette, {
        showgrid: false, nticks: 5, fixedrange: true,
        title: axisTitle(word("unit.histogram.x")),
      }),
      yaxis: axisLayout(palette, { nticks: 4, fixedrange: true }),
    }), PLOT_CONFIG);
    nameChart(chart, word("unit.histogram.alt"));
  }

  /** Points go by class; those of a regression in one group. */
  function groupsOf(spec, palette) {
    const task = taskOf(spec);
    if (task === "regression") {
      return { colours: [palette.muted], names: [word("unit.histogram.points")], of: () => 0 };
    }
    let classes = 2;
    for (let at = 2; at < points.length; at += POINT_COLUMNS) classes = Math.max(classes, points[at] + 1);
    const labels = Array.from({ length: classes }, (_, k) => k);
    return {
      colours: labels.map((k) => labelColour(palette, task, k)),
      names: labels.map((k) => nameClass(spec, k)),
      of: (label) => Math.max(0, label),
    };
  }

  function resize() {
    if (!visible()) return;
    plane.draw();
    drawHistogram();
  }

  const unwatch = [
    store.watch(["view.pinned", "run.spec"], ({ view: { pinned }, run: { spec } }) => {
      hint.hidden = Boolean(pinned);
      body.hidden = !pinned;
      const layer = pinned && spec?.layers[pinned.layer];
      if (!layer) return;
      setText(title, word("unit.title", {
        layer: pinned.layer + 1,
        unit: pinned.unit + 1,
        activation: optionText("layers.activation", layer.activation),
      }));
    }),
    power.destroy,
    store.watch(["view.pinned"], resize),
    store.watch(["appearance.palette"], ({ appearance: { palette } }) => {
      if (!palette || !visible()) return;
      if (frame) paintValues(pixels, frame.arrays.selected.data, palette.diverging);
      resize();
    }),
  ];

  function destroy() {
    gone = true;
    clearTimeout(timer);
    unwatch.forEach((stop) => stop());
    plane.destroy();
    if (plotly) plotly.purge(chart);
    element.replaceChildren();
  }

  return { update, resize, destroy };
}
