/** Table of the distributions of each layer: activations, and sizes of gradients. */

import { h, setText } from "lib/dom";
import { formatPercent } from "lib/format";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";
import { findMedian, outline, readSpreads } from "flow/histograms";

const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = ["layer", "activations", "saturated", "gradients"];

/**
 * @param {(value: number) => string} format of small numbers
 * @returns {{element: HTMLElement, update: Function}}
 */
export function createSpreadTable(format) {
  const rows = h("tbody");
  const element = h("table.flow-table.flow-spreads", {},
    h("caption.sr-only", {}, word("flow.spread.caption")),
    h("thead", {}, h("tr", {}, ...COLUMNS.map((name) =>
      h("th", { scope: "col" }, makeTerm("span", word(`help.flow.${name}`), word(`flow.${name}`)))))),
    rows);
  let cells = [];

  /** @param {{activations: ArrayLike<number>, gradients: ArrayLike<number>}} arrays as frames have them */
  function update({ activations, gradients }) {
    const spreads = readSpreads(activations, gradients);
    if (cells.length !== spreads.length) build(spreads.length);
    spreads.forEach((spread, i) => {
      const cell = cells[i];
      cell.activations.draw(spread.activations);
      cell.gradients.draw(spread.gradients);
      const hidden = spread.low !== null;
      cell.activations.element.hidden = !hidden;
      setText(cell.range, hidden ? word("flow.range", { low: format(spread.low), high: format(spread.high) }) : "–");
      setText(cell.saturated, hidden ? formatPercent(spread.saturated, 0) : "–");
      setText(cell.median, format(findMedian(spread)));
    });
  }

  function build(count) {
    cells = Array.from({ length: count }, (_, i) => {
      const [activations, gradients] = [createHistogram(), createHistogram()];
      const [range, median] = [h("span.flow-figure"), h("span.flow-figure")];
      const saturated = h("td");
      const name = i < count - 1 ? word("layer.name", { layer: i + 1 }) : word("network.output");
      const line = h("tr", {}, h("th", { scope: "row" }, name), h("td.flow-spread", {}, activations.element, range),
        saturated, h("td.flow-spread", {}, gradients.element, median));
      return { line, activations, range, saturated, gradients, median };
    });
    rows.replaceChildren(...cells.map(({ line }) => line));
  }

  return { element, update };
}

/** Bars of one histogram; the numbers beside it are its text. */
function createHistogram() {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["viewBox", "0 0 100 20"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS(SVG, "path");
  svg.append(path);
  const element = h("span.flow-histogram", {}, svg);
  return { element, draw: (shares) => path.setAttribute("d", shares.length ? outline(shares) : "") };
}
