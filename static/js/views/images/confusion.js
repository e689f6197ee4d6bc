/** Confusion matrix of the test images, with the images of a cell. */

import { h, rem } from "lib/dom";
import { formatCount, formatPercent } from "lib/format";
import { createCellDigits } from "images/cell-digits";
import { createCellGrid } from "images/cell-grid";
import { className } from "spec/data-sets";
import { PLOT_CONFIG, axisLayout, axisTitle, chartLayout, nameChart, whenPlotly } from "plot/plotly";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const PERIOD = 300;
const STOPS = 40;
/** The least share of a class's images that is told from none: 1 in 3,000. */
const FAINTEST = 3.5;
/** Correct predictions are paler than wrong ones of the same share, for they are the rule. */
const RIGHT = 0.72;
const MARGIN = { l: 2.3, r: 0.1, t: 0.1, b: 2.5 };
/** With names in place of digits. */
const WIDE_MARGIN = { l: 5.6, r: 0.1, t: 0.1, b: 5.2 };
const WIDE_ANGLE = -45;

/** @returns {{update, resize, destroy}} */
export function create(place, context) {
  const { store, tooltip } = context;
  const chart = h("div.confusion-chart");
  const grid = createCellGrid({
    label: word("confusion.grid"), tooltip,
    onChoose: (label, predicted) => store.set({ images: { cell: { label, predicted } } }),
  });
  const map = h("div.confusion-map", {}, chart, grid.element);
  const digits = createCellDigits(context);
  const element = h("div.confusion", {}, map, digits.element);
  place.append(element);
  const throttle = createThrottle(PERIOD, show);
  let plotly = null;
  let counts = null;
  let predictions = null;
  let shown = "";
  let gone = false;

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) draw();
  });

  const visible = () => map.clientWidth > 0 && map.clientHeight > 0;

  function update({ arrays }) {
    if (!arrays.confusion) return;
    counts = arrays.confusion.data;
    predictions = arrays.predictions?.data ?? null;
    throttle.offer();
  }

  /** Draws what has changed since the last time. */
  function show() {
    if (!counts || counts.join() === shown) return;
    draw();
    if (predictions) digits.update(predictions);
  }

  function draw() {
    const { appearance: { palette }, images: { set: images } } = store.get();
    if (!plotly || !palette || !images || !counts || !visible()) return;
    shown = counts.join();
    const names = images.classes.map((_, k) => className(images, k));
    if (counts.length !== names.length ** 2) return;
    const totals = names.map((_, row) => names.reduce((sum, _name, k) => sum + countOf(row, k), 0));
    grid.fit(names.length);
    const margin = measure(names);
    plotly.react(chart, [makeTrace(palette, totals)], chartLayout(palette, {
      width: map.clientWidth,
      height: map.clientHeight,
      margin,
      xaxis: {
        ...axisOf(palette, names, "confusion.predicted"), tickangle: isWide(names) ? WIDE_ANGLE : 0,
      },
      yaxis: { ...axisOf(palette, names, "confusion.label"), autorange: "reversed" },
    }), { ...PLOT_CONFIG, staticPlot: true });
    nameChart(chart, word("confusion.alt"));
    grid.name((label, predicted) => word("confusion.cell", {
      label: names[label], predicted: names[predicted],
      count: formatCount(countOf(label, predicted)),
      share: formatPercent(countOf(label, predicted) / Math.max(1, totals[label])),
    }));
  }

  function measure(names) {
    const margin = Object.fromEntries(Object.entries(isWide(names) ? WIDE_MARGIN : MARGIN).map(([side, rems]) =>
      [side, Math.round(rems * rem())]));
    Object.assign(grid.element.style, {
      left: `${margin.l}px`, right: `${margin.r}px`, top: `${margin.t}px`, bottom: `${margin.b}px`,
    });
    return margin;
  }

  function countOf(label, predicted) {
    return counts[label * Math.sqrt(counts.length) + predicted];
  }

  function makeTrace(palette, totals) {
    const order = [...totals.keys()];
    const rows = (cell) => order.map((row) => order.map((column) =>
      cell(countOf(row, column), row, column)));
    return {
      type: "heatmap", x: order, y: order, xgap: 2, ygap: 2, showscale: false, hoverinfo: "skip",
      z: rows((count, row, column) => tint(count / Math.max(1, totals[row]), row === column)),
      text: rows((count) => (count ? String(count) : "")),
      texttemplate: "%{text}",
      textfont: { size: Math.min(0.86 * rem(), map.clientWidth / 33) },
      zmin: -1, zmax: 1,
      colorscale: Array.from({ length: STOPS + 1 }, (_, i) =>
        [i / STOPS, palette.value((2 * i) / STOPS - 1)]),
    };
  }

  const unwatch = [
    store.watch(["appearance.palette", "images.set"], draw),
    store.watch(["images.cell"], ({ images: { cell } }) => grid.choose(cell && [cell.label, cell.predicted])),
  ];

  function destroy() {
    gone = true;
    throttle.cancel();
    unwatch.forEach((stop) => stop());
    digits.destroy();
    if (plotly) plotly.purge(chart);
    element.remove();
  }

  return { update, resize: draw, destroy };
}

/** The place of a share in the colours: correct predictions as they are, wrong ones by magnitude. */
function tint(share, right) {
  if (right) return RIGHT * share;
  return share > 0 ? -Math.max(0.06, 1 + Math.log10(share) / FAINTEST) : 0;
}

function isWide(names) {
  return names.some((name) => name.length > 2);
}

function axisOf(palette, names, title) {
  return axisLayout(palette, {
    tickvals: [...names.keys()], ticktext: names, showgrid: false, fixedrange: true, showline: false,
    title: axisTitle(word(title)),
  });
}
