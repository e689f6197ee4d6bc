/** Mean of the ticked trials: its boundary as a small picture, and how good it is beside the best one of them. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { createBoundaryPicture } from "search/boundary-picture";
import { isRising, scoreOfTask } from "search/model/settings";
import { bestBy, metricOf } from "search/model/trials";
import { formatMetric } from "search/words";

/**
 * @param {Context} context
 * @returns {{element: HTMLElement, update: () => void, paint: () => void}}
 */
export function createEnsemble({ store, schema, actions, taskOf }) {
  const canvas = h("canvas", { role: "img", "aria-label": word("search.ensemble.alt") });
  const text = h("p", { role: "status" });
  const button = h("button.button.small", {
    type: "button", data: { action: "combine", help: word("help.search.combine") }, on: { click: () => actions.combine(store.get().search.ticked) },
  });
  const element = h("div.search-ensemble", {}, canvas, h("div.search-ensemble-words", {}, text, button));
  const picture = createBoundaryPicture(canvas);

  function update() {
    const { search: { settings, ticked, ensemble, found }, run: { spec } } = store.get();
    element.hidden = !settings || !spec;
    if (element.hidden) return;
    const same = ensemble && ensemble.trials.length === ticked.length && ticked.every((number) => ensemble.trials.includes(number));
    button.disabled = ticked.length < 2 || Boolean(same);
    setText(button, ticked.length < 2 ? word("action.search.combine") : word("action.search.combine.count", { count: ticked.length }));
    canvas.hidden = !ensemble?.boundary;
    setText(text, ensemble ? describe(ensemble, found, taskOf(spec)) : word("search.ensemble.about"));
    paint();
  }

  function describe({ trials, metrics }, found, task) {
    const score = scoreOfTask(task);
    const members = found.filter(({ number }) => trials.includes(number));
    const best = bestBy(members, score, isRising(score, schema));
    return word(task === "regression" ? "search.ensemble.regression" : "search.ensemble", {
      count: trials.length, mean: formatMetric(score, metrics.validation), best: best ? formatMetric(score, metricOf(best, score)) : "–", number: best?.number ?? "–",
    });
  }

  function paint() {
    const { appearance: { palette }, view: { discretize }, search: { ensemble }, run: { spec } } = store.get();
    if (!ensemble?.boundary || !palette || !spec) return;
    picture.paint(ensemble, { palette, discretize, task: taskOf(spec), loss: spec.loss });
  }

  return { element, update, paint };
}
