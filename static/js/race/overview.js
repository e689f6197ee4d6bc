/** What is said of one picked network, of two compared, or of all together: maps with a sentence each. */

import { h, setText } from "lib/dom";
import { formatLoss, formatPercent } from "lib/format";
import { word } from "lib/words";
import { createBoundaryMap } from "plot/boundary-map";
import { createPixels, paintClass, refine } from "plot/maps";
import { differenceMap, disagreementMap, meanMap } from "race/reading";
import { describePair } from "race/words";

/** Where networks differ is drawn in the colour of this class. */
const APART = 3;

/**
 * @param {{onAdopt: ((index: number) => void) | null}} on null where nothing can be adopted
 * @returns {{element: HTMLElement, draw: Function}}
 */
export function createRaceOverview({ onAdopt }) {
  const title = h("h3.dialog-part");
  const [left, right] = [createFigure(), createFigure()];
  const text = h("p");
  const adopt = h("button.button.primary", { type: "button", data: { action: "adopt", help: word("help.adopt") }, on: { click: () => onAdopt?.(chosen) } }, word("action.adopt"));
  const element = h("section.race-overview", {}, title, h("div.race-figures", {}, left.element, right.element), text, adopt);
  let chosen = -1;

  /**
   * @param {Race} race
   * @param {{picked: number[], names: string[], palette: any, task: Task, discretize: boolean}} how
   */
  function draw(race, how) {
    const { picked } = how;
    const going = race.networks.filter(({ diverged }) => !diverged);
    chosen = picked.length === 1 ? picked[0] : -1;
    adopt.hidden = chosen < 0 || !onAdopt;
    element.hidden = !race.side || (picked.length === 0 && going.length < 2);
    left.element.hidden = right.element.hidden = picked.length === 1;
    if (element.hidden) return;
    if (picked.length === 2) compare(race, how);
    else if (picked.length === 1) tell(race.networks[chosen], how);
    else sum(race, going, how);
  }

  function tell(network, { names, task }) {
    setText(title, names[chosen]);
    const score = network.testScore.at(-1);
    const known = { train: formatLoss(network.train.at(-1)), test: formatLoss(network.test.at(-1)) };
    setText(text, network.diverged ? word("race.one.diverged")
      : word(task === "regression" ? "race.one.regression" : "race.one", { ...known, score: task === "regression" ? formatLoss(score) : formatPercent(score) }));
  }

  function compare(race, { picked, names, palette, task }) {
    const [a, b] = picked;
    const { map, share } = differenceMap(race.networks[a], race.networks[b], race.outputs);
    setText(title, word("race.two", { one: names[a], other: names[b] }));
    right.element.hidden = true;
    left.paintLevels(map, race.side, palette.classLevels[APART], word("race.map.difference"));
    setText(text, describePair(picked.map((index) => race.networks[index]), share, task));
  }

  function sum(race, going, { palette, task, discretize }) {
    setText(title, word("race.all", { count: going.length }));
    left.paintOutput(meanMap(going), race, palette, discretize, word("race.map.mean"));
    right.element.hidden = false;
    right.paintLevels(disagreementMap(going, race.outputs, task), race.side, palette.classLevels[APART], word("race.map.disagreement"));
    setText(text, word("race.all.about"));
  }

  return { element, draw };
}

/** A map with its name below. */
function createFigure() {
  const canvas = h("canvas", { role: "img" });
  const caption = h("figcaption");
  const element = h("figure.race-figure", {}, canvas, caption);
  let pixels = null;
  let maps = null;

  function prepare(side, name) {
    const wide = 2 * side - 1;
    if (pixels?.width !== wide) pixels = createPixels(wide, wide, canvas);
    setText(caption, name);
    canvas.setAttribute("aria-label", name);
  }

  function paintLevels(map, side, levels, name) {
    prepare(side, name);
    paintClass(pixels, refine(map, side, new Uint8Array(pixels.width ** 2)), levels);
  }

  function paintOutput({ map, range }, { outputs, side }, palette, discretize, name) {
    prepare(side, name);
    if (maps?.side !== side) maps = { side, ...createBoundaryMap(side) };
    maps.paint(pixels, { arrays: { boundary: { data: map, shape: [outputs, side, side] } }, meta: { boundary_range: range } }, palette, discretize);
  }

  return { element, paintLevels, paintOutput };
}
