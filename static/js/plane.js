/**
 * The plane [-6, 6]^2 on a page: a map on a canvas, and Plotly's axes and
 * points over it. The map stands at its place before Plotly has come.
 */

import { h, rem } from "dom";
import { PLOT_CONFIG, axisLayout, chartLayout, whenPlotly } from "plotly";

const EDGE = 6;
const SMALL = 240;
const MARGIN = { l: 1.7, b: 1.45, t: 0.2, r: 0.2 };

/**
 * @param {HTMLElement} element a square box
 * @param {{palette: () => object, traces?: () => object[]}} parts
 * @returns {{canvas, draw, restyle, placeOf, toPixels, onReady, destroy}}
 */
export function createPlane(element, { palette, traces = () => [] }) {
  const canvas = h("canvas.plane-map", { "aria-hidden": "true" });
  const early = h("canvas.plane-early", { "aria-hidden": "true" });
  const axes = h("div.plane-axes", { "aria-hidden": "true" });
  element.classList.add("plane");
  element.append(canvas, early, axes);
  let plotly = null;
  let gone = false;
  let margin = { l: 0, r: 0, t: 0, b: 0 };
  let side = 0;

  whenPlotly().then(async (loaded) => {
    if (gone) return;
    plotly = loaded;
    await draw();
    early.hidden = true;
  });

  function measure() {
    const unit = rem();
    margin = Object.fromEntries(Object.entries(MARGIN).map(([k, v]) => [k, Math.round(v * unit)]));
    side = element.clientWidth;
    const width = side - margin.l - margin.r;
    const height = element.clientHeight - margin.t - margin.b;
    for (const layer of [canvas, early]) {
      Object.assign(layer.style, {
        left: `${margin.l}px`, top: `${margin.t}px`, width: `${width}px`, height: `${height}px`,
      });
    }
    return { width, height };
  }

  function layout() {
    const axis = {
      range: [-EDGE, EDGE], fixedrange: true, showgrid: false,
      tickvals: side < SMALL ? [-4, 0, 4] : [-4, -2, 0, 2, 4],
    };
    const colours = palette();
    return chartLayout(colours, {
      width: element.clientWidth,
      height: element.clientHeight,
      margin,
      xaxis: axisLayout(colours, axis),
      yaxis: axisLayout(colours, axis),
    });
  }

  /** Lays everything out again: size, theme and points. */
  async function draw() {
    measure();
    if (!plotly || side === 0) return;
    await plotly.react(axes, traces(), layout(), { ...PLOT_CONFIG, staticPlot: true });
  }

  /** Points under the pointer's place, as coordinates of the plane, or null outside. */
  function placeOf({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const x1 = -EDGE + (2 * EDGE * (clientX - box.left)) / box.width;
    const x2 = EDGE - (2 * EDGE * (clientY - box.top)) / box.height;
    if (Math.abs(x1) > EDGE || Math.abs(x2) > EDGE) return null;
    return { x1, x2, scale: box.width / (2 * EDGE) };
  }

  /** Draws points by hand as long as Plotly is not there. */
  function drawEarly(paint) {
    if (plotly) return;
    const { width, height } = measure();
    early.width = width;
    early.height = height;
    const context = early.getContext("2d");
    const at = (x1, x2) => [((x1 + EDGE) / (2 * EDGE)) * width, ((EDGE - x2) / (2 * EDGE)) * height];
    paint(context, at);
  }

  function destroy() {
    gone = true;
    if (plotly) plotly.purge(axes);
    element.replaceChildren();
  }

  measure();
  return { canvas, draw, drawEarly, placeOf, destroy };
}
