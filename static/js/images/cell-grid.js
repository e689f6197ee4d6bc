/** Interactive grid of cells over a chart, for pointer and keyboard. */

import { h } from "lib/dom";

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/**
 * @param {Object} parts
 * @param {string} parts.label of the grid
 * @param {(row: number, column: number) => void} parts.onChoose
 * @param {{showAt: Function, hide: Function}} parts.tooltip shows a cell's name under the pointer
 * @returns {{element, fit: (size: number) => void, name: Function, choose: Function}} `fit` makes
 *   so many rows and columns
 */
export function createCellGrid({ label, onChoose, tooltip }) {
  let size = 0;
  let cells = [];
  let chosen = null;
  const element = h("div.cell-grid", {
    role: "grid", "aria-label": label,
    on: { keydown: press, pointermove: point, pointerleave: tooltip.hide, click },
  });

  function fit(count) {
    if (count === size) return;
    size = count;
    cells = Array.from({ length: size * size }, (_, at) =>
      h("div.cell-place", { role: "gridcell", tabindex: at === 0 ? 0 : -1, data: { at } }));
    element.replaceChildren(...Array.from({ length: size }, (_, row) =>
      h("div.cell-row", { role: "row" }, ...cells.slice(row * size, (row + 1) * size))));
    choose(chosen);
  }

  /** @returns {[number, number]} */
  const placeOf = (at) => [Math.floor(at / size), at % size];
  const cellOf = (target) => Number(target.closest(".cell-place")?.dataset.at ?? -1);

  function click({ target }) {
    const at = cellOf(target);
    if (at >= 0) onChoose(...placeOf(at));
  }

  function press(event) {
    const at = cellOf(event.target);
    const step = STEPS[event.key];
    if (step) {
      const [row, column] = placeOf(at).map((place, i) =>
        Math.max(0, Math.min(size - 1, place + step[i])));
      stopAt(row * size + column);
      cells[row * size + column].focus();
    } else if (event.key === "Enter" || event.key === " ") onChoose(...placeOf(at));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The cell that the Tab key comes to. */
  function stopAt(at) {
    cells.forEach((cell, i) => {
      cell.tabIndex = i === at ? 0 : -1;
    });
  }

  function point({ target, clientX, clientY, pointerType }) {
    const at = cellOf(target);
    if (at >= 0 && pointerType === "mouse") {
      tooltip.showAt(cells[at].getAttribute("aria-label"), clientX, clientY);
    }
  }

  /** Names all cells. */
  function name(nameOf) {
    cells.forEach((cell, at) => cell.setAttribute("aria-label", nameOf(...placeOf(at))));
  }

  /** Marks the chosen cell; null for none. */
  function choose(place) {
    chosen = place;
    const marked = place ? place[0] * size + place[1] : -1;
    cells.forEach((cell, at) => cell.setAttribute("aria-selected", at === marked));
    if (marked >= 0 && size) stopAt(marked);
  }

  return { element, fit, name, choose };
}
