/** A formula with its numbers, and below it what it is made of: a tree that opens by mouse and keyboard. */

import { h } from "lib/dom";
import { formatFigure } from "step/notation";
import { word } from "lib/words";

/**
 * @param {FormulaNode} node
 * @param {boolean} open whether what it is made of is shown at once
 * @returns {HTMLElement}
 */
export function createFormulaTree(node, open = false) {
  const line = writeLine(node);
  if (!node.parts.length) return h("div.formula-leaf", {}, line);
  const parts = h("div.formula-parts");
  const details = h("details.formula", { open }, h("summary", {}, line), parts);
  const fill = () => {
    if (details.open && !parts.childElementCount) parts.append(...node.parts.map((part) => createFormulaTree(part())));
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

/** symbol = formula = numbers = value, without what says nothing new. */
function writeLine({ symbol, formula, numbers, value, note }) {
  const figure = formatFigure(value);
  const said = [formula, numbers].filter((text, i, all) => text && text !== figure && all.indexOf(text) === i);
  const equals = symbol.endsWith("←") ? " " : " = ";
  return h("span.formula-line", {},
    h("span.formula-symbol", {}, symbol), said.length ? equals : " = ",
    ...said.flatMap((text) => [h("span.formula-text", {}, text), " = "]),
    h("strong", {}, figure),
    note ? h("span.formula-note", {}, word(note)) : null);
}
