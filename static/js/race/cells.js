/** Small pictures of all networks of a race; one or two of them can be picked. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createBoundaryMap } from "plot/boundary-map";
import { createPixels } from "plot/maps";
import { describeScore, rank } from "race/words";

const PICKED = 2;

/**
 * @param {{onPick: (picked: number[]) => void, onLook: (index: number | null) => void}} on
 * @returns {{element: HTMLElement, draw: Function, pick: Function}}
 */
export function createRaceCells({ onPick, onLook }) {
  const element = h("div.race-cells", { role: "group", "aria-label": word("race.cells") });
  let cells = [];
  let maps = null;
  let picked = [];

  /**
   * @param {Race} race
   * @param {{names: string[], colours: string[], palette: any, task: Task, discretize: boolean}} how
   */
  function draw(race, { names, colours, palette, task, discretize }) {
    if (cells.length !== race.networks.length) make(race.networks.length);
    if (race.side && maps?.side !== race.side) maps = { side: race.side, ...createBoundaryMap(race.side) };
    const [first] = rank(race);
    race.networks.forEach((network, i) => {
      const { cell, name, score, key } = cells[i];
      setText(name, names[i]);
      setText(score, describeScore(network, task));
      key.style.background = colours[i];
      cell.classList.toggle("diverged", network.diverged);
      cell.classList.toggle("ahead", i === first && race.epochsSeen.length > 1);
      if (race.side) paint(cells[i], network, race, palette, discretize);
    });
  }

  function paint(cell, { map, range }, { outputs, side }, palette, discretize) {
    cell.pixels ??= createPixels(2 * side - 1, 2 * side - 1, cell.canvas);
    const shown = { arrays: { boundary: { data: map, shape: [outputs, side, side] } }, meta: { boundary_range: range } };
    maps.paint(cell.pixels, shown, palette, discretize);
  }

  function make(count) {
    cells = Array.from({ length: count }, (_, i) => {
      const canvas = h("canvas", { "aria-hidden": "true", width: 1, height: 1 });
      const [name, score, key] = [h("span.race-name"), h("span.race-score"), h("span.race-key", { "aria-hidden": "true" })];
      const cell = h("button.race-cell", {
        type: "button", "aria-pressed": "false", data: { help: word("help.race.cell") },
        on: {
          click: () => toggle(i), pointerenter: () => onLook(i), pointerleave: () => onLook(null),
          focus: () => onLook(i), blur: () => onLook(null),
        },
      }, canvas, h("span.race-line", {}, key, name), score);
      return { cell, canvas, name, score, key, pixels: null };
    });
    element.replaceChildren(...cells.map(({ cell }) => cell));
    pick([]);
  }

  function toggle(i) {
    pick(picked.includes(i) ? picked.filter((one) => one !== i) : [...picked, i].slice(-PICKED));
    onPick(picked);
  }

  function pick(next) {
    picked = next;
    cells.forEach(({ cell }, i) => cell.setAttribute("aria-pressed", String(picked.includes(i))));
  }

  return { element, draw, pick };
}
