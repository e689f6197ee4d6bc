/** Wrapper of Plotly: loaded late, themed like the page. */

import { rem } from "lib/dom";

let arrive;
const arrived = new Promise((resolve) => {
  arrive = resolve;
});

/** Starts loading; called once the first frame has been painted. */
export function loadPlotly(url) {
  const script = document.createElement("script");
  script.src = url;
  script.async = true;
  script.onload = () => arrive(window.Plotly);
  document.head.append(script);
}

/** Resolves with Plotly once it is there. */
export function whenPlotly() {
  return arrived;
}

export const PLOT_CONFIG = {
  displayModeBar: false,
  responsive: false,
  showTips: false,
  doubleClick: "reset",
};

/** Layout of an axis in the page's colours. */
export function axisLayout(palette, more = {}) {
  return {
    color: palette.muted,
    gridcolor: palette.line,
    linecolor: palette.line,
    zerolinecolor: palette.line,
    zeroline: false,
    ticks: "",
    tickfont: { size: fontSize(0.79) },
    ...more,
  };
}

/** Margins of a chart, which grow with its text; said in pixels where a rem has 14 of them. */
export function chartMargin(sides) {
  return Object.fromEntries(Object.entries(sides).map(([side, pixels]) => [side, Math.round((pixels / 14) * rem())]));
}

/** A small title below an axis. */
export function axisTitle(text) {
  return { text, standoff: Math.ceil(fontSize(0.3)), font: { size: fontSize(0.76) } };
}

/** Layout that every chart of the page shares. */
export function chartLayout(palette, more = {}) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: fontSize(0.79), color: palette.muted },
    showlegend: false,
    hoverlabel: {
      bgcolor: palette.ink,
      bordercolor: palette.ink,
      font: { color: palette.card, size: fontSize(0.86) },
    },
    ...more,
  };
}

/** Gives a drawn chart one name in place of its many pieces, for those who hear the page. */
export function nameChart(element, label) {
  const chart = element.querySelector(".plot-container");
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", label);
  chart.setAttribute("aria-describedby", "state");
}

function fontSize(rems) {
  return rems * rem();
}

/**
 * Draws a figure that is on no page.
 *
 * @param {Object[]} data
 * @param {Object} layout with `width` and `height`
 * @returns {Promise<string>} an `svg` element as text
 */
export async function drawFigure(data, layout) {
  const plotly = await whenPlotly();
  const text = await plotly.toImage({ data, layout, config: { staticPlot: true } }, {
    format: "svg", width: layout.width, height: layout.height, imageDataOnly: true,
  });
  return text.slice(text.indexOf("<svg"));
}
