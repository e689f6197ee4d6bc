/** Two networks side by side: a person says which boundary is nicer, and the method learns what is liked. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createBoundaryPicture } from "search/boundary-picture";
import { isJudged } from "search/model/settings";
import { nameTrial } from "search/words";

/**
 * @param {Context} context
 * @returns {{element: HTMLElement, update: () => void, paint: () => void}}
 */
export function createDuel({ store, schema, actions, taskOf }) {
  const question = h("p.search-duel-question", { id: "duel-question", role: "status" });
  const sides = [0, 1].map(makeSide);
  const element = h("div.search-duel", { role: "group", "aria-labelledby": "duel-question" }, question, h("div.search-duel-pair", {}, ...sides.map(({ button }) => button)));
  /** Trials as they stand here: who was preferred stays on its side. */
  let placed = [];

  function makeSide(i) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const name = h("span.search-duel-name");
    const button = h("button.search-duel-side", { type: "button", data: { action: "prefer", help: word("help.search.prefer") }, on: { click: () => choose(i) } }, canvas, name);
    return { button, name, picture: createBoundaryPicture(canvas) };
  }

  function choose(i) {
    if (store.get().search.duel) actions.prefer(placed[i].trial);
  }

  function update() {
    const { search: { settings, duel, found, state, tested } } = store.get();
    element.hidden = !settings || !isJudged(settings.objectives, schema) || Boolean(tested);
    if (element.hidden) return;
    placed = place(duel?.trials ?? placed, placed);
    setText(question, word(duel ? "search.duel" : state === "ended" ? "search.duel.over" : "search.duel.next"));
    sides.forEach(({ button, name }, i) => {
      const trial = placed[i] && found.find(({ number }) => number === placed[i].trial);
      button.hidden = !placed.length;
      // One that is disabled would lose the focus.
      button.setAttribute("aria-disabled", String(!duel));
      setText(name, trial ? nameTrial(trial, schema) : "");
    });
    paint();
  }

  function paint() {
    const { appearance: { palette }, view: { discretize }, run: { spec } } = store.get();
    if (element.hidden || !palette || !spec) return;
    placed.forEach((told, i) => sides[i].picture.paint(told, { palette, discretize, task: taskOf(spec), loss: spec.loss }));
  }

  return { element, update, paint };
}

/** The pair in its order on the page: a trial that is there already keeps its side. */
export function place(pair, before) {
  const isThere = pair.length === 2 && (before[0]?.trial === pair[1].trial || before[1]?.trial === pair[0].trial);
  return isThere ? [pair[1], pair[0]] : pair;
}
