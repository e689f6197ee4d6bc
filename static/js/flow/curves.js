/** Curves of all layers over the updates, on a log scale, with the names of the layers below. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createPlainCurve } from "plot/canvas-curve";
import { layerColours } from "flow/colours";

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
