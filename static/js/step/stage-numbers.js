/** Numbers of one step on the network drawing: on its tiles and links, the rest veiled. */

import { h } from "lib/dom";
import { endOf } from "network/links";
import { listStages, numberOfLink, numberOfUnit, unitOf } from "step/description";
import { formatShort } from "step/notation";

/** Links of one gap that can be told apart with a number each. */
const MOST_LINKS = 16;
/** Pixels between two numbers at the links. */
const APART = 15;
/** Places of a number on its link, as shares of the way; the first that is free is taken. */
const ALONG = [0.72, 0.6, 0.48, 0.84, 0.36, 0.24];
/** Below this side a tile has no room for a number. */
const LEAST_TILE = 24;
/** Below this side its number is smaller. */
const USUAL_TILE = 46;
/** Between two columns nearer than this there is no room for numbers on the links. */
const LEAST_GAP = 64;

/**
 * @param {HTMLElement} field of the network drawing
 * @returns {{show: Function, hide: () => void}}
 */
export function createStageNumbers(field) {
  const veils = [h("div.step-veil"), h("div.step-veil")];
  const numbers = h("div");
  const element = h("div.step-stage", { "aria-hidden": "true", hidden: true }, ...veils, numbers);
  field.append(element);

  /**
   * @param {Object} layout of the drawing
   * @param {Object} step the description
   * @param {{stage: number, row: number, chosen: ?StepPlace}} at
   */
  function show(layout, step, { stage: index, row, chosen }) {
    const stages = listStages(step);
    const stage = stages[Math.min(index, stages.length - 1)];
    const fits = layout.columns.length === step.widths.length
      && layout.columns.every(({ ys }, column) => ys.length === step.widths[column]);
    element.hidden = !fits;
    field.classList.toggle("in-step", fits);
    if (!fits) return;
    veil(layout, stage);
    numbers.style.fontSize = layout.tile < USUAL_TILE ? "0.68rem" : "0.79rem";
    numbers.replaceChildren(
      ...unitNumbers(layout, step, stage, row, chosen), ...linkNumbers(layout, step, stage, chosen));
  }

  function hide() {
    element.hidden = true;
    field.classList.remove("in-step");
    numbers.replaceChildren();
  }

  /** Leaves the stage's column, and what it comes from, uncovered. */
  function veil({ columns, tile, width, height }, { kind, column }) {
    const before = ["forward", "output", "backOutput", "back"].includes(kind) ? column - 1 : column;
    const after = kind === "back" ? column + 1 : column;
    const all = kind === "update";
    const left = all || before <= 0 ? 0 : columns[Math.max(0, before)].x - tile / 2 - 4;
    const right = all ? width : columns[Math.min(columns.length - 1, after)].x + tile / 2 + 4;
    Object.assign(veils[0].style, { left: "0px", width: `${Math.max(0, left)}px`, height: `${height}px` });
    Object.assign(veils[1].style, { left: `${right}px`, width: `${Math.max(0, width - right)}px`, height: `${height}px` });
  }

  function unitNumbers({ columns, tile }, step, stage, row, chosen) {
    if (tile < LEAST_TILE) return [];
    return columns.flatMap(({ x, ys }, column) => ys.map((y, unit) => {
      const number = numberOfUnit(step, stage, row, column, unit);
      if (!number) return null;
      const isChosen = chosen?.kind === "unit" && chosen.column === column && chosen.row === unit;
      return label("step-number", x, y, number.value, isChosen, column === stage.column);
    })).filter(Boolean);
  }

  /** All links into the stage's column where they are few, else those of the chosen unit. */
  function linkNumbers(layout, step, stage, chosen) {
    const labels = [];
    if (layout.apart - layout.tile < LEAST_GAP) return labels;
    for (let layer = 0; layer < step.last; layer += 1) {
      const links = linksOf(step, layer);
      const some = links.length <= MOST_LINKS ? links : links.filter((link) => touches(step, link, chosen));
      const placed = [];
      for (const link of some) {
        const number = numberOfLink(step, stage, link);
        if (!number) continue;
        const { x, y } = placeOfLink(layout, step, link, placed);
        placed.push({ x, y });
        labels.push(label("step-link", x, y, number.value, isSame(link, chosen), true));
      }
    }
    return labels;
  }

  function label(name, x, y, value, chosen, now) {
    const sign = value < 0 ? "negative" : "positive";
    const span = h(`span.${name}.${sign}`, {}, formatShort(value));
    span.classList.toggle("chosen", chosen);
    span.classList.toggle("now", now);
    span.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    return span;
  }

  return { show, hide };
}

function linksOf({ widths, sums }, layer) {
  const count = sums[layer + 1];
  return Array.from({ length: widths[layer] * count }, (_, i) => ({ layer, from: Math.floor(i / count), to: i % count }));
}

/** Whether a link leads to or from what is chosen. */
function touches(step, link, chosen) {
  if (!chosen) return false;
  if (chosen.kind === "weight") return isSame(link, chosen);
  return (link.layer + 1 === chosen.column && unitOf(step, chosen.column, link.to) === chosen.row)
    || (link.layer === chosen.column && link.from === chosen.row);
}

function isSame(link, chosen) {
  return chosen?.kind === "weight" && ["layer", "from", "to"].every((key) => chosen[key] === link[key]);
}

/** A place on the link's curve that no other number takes, if there is one. */
function placeOfLink(layout, { sums, widths }, { layer, from, to }, placed) {
  const { columns, tile } = layout;
  const [x0, x1] = [columns[layer].x + tile / 2, columns[layer + 1].x - tile / 2];
  const [y0, y1] = [columns[layer].ys[from], endOf(layout, layer, to, sums[layer + 1] / widths[layer + 1])];
  const places = ALONG.map((t) => ({ x: x0 + (x1 - x0) * (1.5 * t * (1 - t) + t ** 3), y: y0 + (y1 - y0) * (3 * t * t - 2 * t ** 3) }));
  const free = ({ x, y }) => placed.every((other) => Math.abs(other.y - y) >= APART || Math.abs(other.x - x) >= 2.6 * APART);
  return places.find(free) ?? places[0];
}
