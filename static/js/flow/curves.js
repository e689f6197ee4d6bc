/** Curves of all layers over the updates, on a log scale, with the names of the layers below. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createPlainCurve } from "plot/canvas-curve";

/** Gradients that vanish go far below what losses do. */
const LEAST = 1e-12;

/**
 * @param {{gradient: string, ratio: string}} labels what the chart of each quantity is called
 * @returns {{element: HTMLElement, draw: Function}}
 */
export function createFlowCurves(labels) {
  const place = h("div.flow-chart");
  const legend = h("p.flow-legend");
  const element = h("div.flow-curves", {}, place, legend);
  const chart = createPlainCurve(place, "");
  let marks = [];

  /**
   * @param {{steps: () => number[], lines: (key: string) => number[][]}} history
   * @param {"gradient"|"ratio"} key
   * @param {any} palette
   */
  function draw(history, key, palette) {
    const steps = history.steps();
    const lines = history.lines(key);
    const colours = layerColours(palette, lines.length);
    if (marks.length !== lines.length) name(lines.length);
    marks.forEach(({ line }, i) => {
      line.style.background = colours[i];
    });
    chart.canvas.setAttribute("aria-label", labels[key]);
    if (!steps.length || !place.clientWidth || !place.clientHeight) return;
    const last = lines.length - 1;
    chart.draw({
      x: steps, from: steps[0], marks: [], breaks: [], logarithmic: true, least: LEAST,
      title: word("curve.update"), palette,
      lines: lines.map((y, i) => ({ y, color: colours[i], width: 1.6, dash: i === last ? [4, 3] : [] })),
    });
  }

  function name(count) {
    marks = Array.from({ length: count }, (_, i) => {
      const line = h("span.flow-key", { "aria-hidden": "true" });
      const text = h("span");
      setText(text, i === count - 1 ? word("network.output") : String(i + 1));
      return { line, text };
    });
    legend.replaceChildren(h("span", {}, word("flow.layer")), ...marks.map(({ line, text }) => h("span.flow-name", {}, line, text)));
  }

  return { element, draw };
}

/**
 * Colours of layers: from grey at the inputs to the page's blue at the end; the output in ink.
 *
 * @param {any} palette
 * @param {number} count layers, the output among them
 * @returns {string[]}
 */
function layerColours(palette, count) {
  const [from, to] = [palette.muted, palette.press].map((text) => text.match(/[\d.]+/g).slice(0, 3).map(Number));
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return palette.ink;
    const share = count > 2 ? i / (count - 2) : 1;
    return `rgb(${from.map((value, k) => Math.round(value + (to[k] - value) * share)).join(" ")})`;
  });
}
