/** Final test of a search: the test data are looked at once, and why only once. */

import { h, setText } from "lib/dom";
import { formatList } from "lib/format";
import { word } from "lib/words";
import { scoreOfTask } from "search/model/settings";
import { formatMetric } from "search/words";

/**
 * @param {Context} context
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function createFinalTest({ store, actions, taskOf }) {
  const text = h("p", { role: "status" });
  const look = h("button.button.small", { type: "button", data: { action: "testSearch", help: word("help.search.test") }, on: { click: () => ask(true) } }, word("action.search.test"));
  const yes = h("button.button.small.primary", { type: "button", data: { action: "reallyTest" }, on: { click: end } }, word("action.search.test.yes"));
  const no = h("button.button.small", { type: "button", on: { click: () => ask(false) } }, word("action.search.test.no"));
  const element = h("div.search-last", {}, text, h("div.search-last-buttons", {}, look, yes, no));
  let asking = false;

  function ask(now) {
    asking = now;
    update();
    (now ? yes : look).focus();
  }

  function end() {
    asking = false;
    actions.testSearch();
    update();
  }

  function update() {
    const { search: { settings, best, tested }, run: { spec } } = store.get();
    element.hidden = !settings || !spec || (!best.length && !tested);
    if (element.hidden) return;
    look.hidden = asking || Boolean(tested);
    yes.hidden = no.hidden = !asking || Boolean(tested);
    setText(text, tested ? describe(tested, taskOf(spec)) : word("search.test.why"));
  }

  function describe(tested, task) {
    const score = scoreOfTask(task).replace("validation", "test");
    const said = Object.entries(tested).map(([number, metrics]) => word("search.tested.one", { number, value: formatMetric(score, metrics[score]) }));
    return word(task === "regression" ? "search.tested.regression" : "search.tested", { trials: formatList(said, "conjunction") });
  }

  return { element, update };
}
