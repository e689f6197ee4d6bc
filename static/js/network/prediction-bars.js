/** Bar chart of the class probabilities. */

import { h, setText } from "lib/dom";
import { formatPercent } from "lib/format";
import { className } from "spec/data-sets";
import { word } from "lib/words";

/**
 * @returns {{element, name: (set: ImageClasses) => void, update: Function}} `name` makes a bar for
 *   each class of a set; `update` takes the probabilities, the right label or null, and the palette
 */
export function createBars() {
  const element = h("ol.bars", { "aria-label": word("network.predictions") });
  let rows = [];
  let coloured = null;

  function makeRow() {
    const name = h("span.bar-name");
    const fill = h("span.bar-fill");
    const share = h("span.bar-share");
    const row = h("li.bar", {}, name, h("span.bar-track", {}, fill), share);
    return { element: row, name, fill, share };
  }

  function name(set) {
    if (rows.length !== set.classes.length) {
      rows = set.classes.map(makeRow);
      coloured = null;
      element.replaceChildren(...rows.map((row) => row.element));
    }
    rows.forEach((row, k) => setText(row.name, className(set, k)));
  }

  function update(probabilities, label, palette) {
    const best = probabilities.indexOf(Math.max(...probabilities));
    rows.forEach(({ element: row, fill, share }, k) => {
      const value = Math.max(0, Math.min(1, probabilities[k]));
      fill.style.transform = `scaleX(${value.toFixed(3)})`;
      setText(share, formatPercent(probabilities[k], 0));
      row.classList.toggle("best", k === best);
      row.classList.toggle("right", k === label);
      if (coloured !== palette) fill.style.background = palette.classes[k];
    });
    coloured = palette;
  }

  return { element, name, update };
}
