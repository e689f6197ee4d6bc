/** Goal panel: the goal in words, how the present run stands, and the seeds that reach it. */

import { h, icon, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { word } from "lib/words";
import { describeComparison, describeGoal, formatQuantity, listComparisons } from "goals/words";

const CHECK = ["M3 8.5l3.4 3.4L13 4.6"];

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, actions, source = null }) {
  const sentence = h("p.goal-sentence");
  const parts = h("ul.goal-parts");
  const said = h("p.goal-said", { role: "status" });
  const seeds = h("ol.goal-seeds", { "aria-label": word("goal.seedsList"), hidden: true });
  const check = h("button.button", {
    type: "button", hidden: true, data: { action: "checkGoal", help: word("help.goal.check") },
    on: { click: () => actions.checkGoal(store.get().goal.text) },
  });
  element.classList.add("goal");
  element.append(sentence, parts, said, h("div.goal-seeds-row", {}, check, seeds));
  let rows = [];

  /** Another goal, or a recording, which has none. */
  function show({ goal: { tree }, stream: { standby } }) {
    element.toggleAttribute("data-empty", !tree);
    rows = tree ? listComparisons(tree.condition).map(makeRow) : [];
    parts.replaceChildren(...rows.map(({ item }) => item));
    setText(sentence, tree ? word("goal.sentence", { goal: describeGoal(tree) }) : word(source || standby ? "goal.recording" : "goal.none"));
    check.hidden = !tree?.seeds;
    if (tree?.seeds) setText(check, word("action.goal.check", { seeds: tree.seeds }));
  }

  function follow({ goal: { tree, verdict, reached, check: checked } }) {
    const known = tree && verdict?.text === tree.text ? verdict : null;
    rows.forEach(({ mark, value, comparison }, i) => {
      const [number, holds] = known?.parts[i] ?? [null, false];
      mark.dataset.holds = String(holds);
      mark.setAttribute("aria-label", word(holds ? "goal.holds" : "goal.holdsNot"));
      setText(value, known ? formatQuantity(comparison.quantity, number) : "");
    });
    element.dataset.reached = String(isReached({ tree, reached, check: checked }));
    const text = tree ? describeState(tree, known, reached, checked) : "";
    setText(said, text);
    showSeeds(checked);
  }

  function showSeeds(checked) {
    const list = checked?.seeds ?? [];
    seeds.hidden = !list.length;
    seeds.replaceChildren(...list.map(({ seed, epoch, diverged }) => h("li.goal-seed", {
      data: { state: epoch !== null ? "reached" : diverged || checked.type === "checked" ? "missed" : "training" },
    }, h("span.goal-dot", { "aria-hidden": "true" }), h("span.goal-seed-text", {}, describeSeed(seed, epoch, diverged)))));
    check.disabled = checked?.type === "checking";
  }

  const unwatch = [
    store.watch(["goal.tree", "stream.standby"], show),
    store.watch(["goal.tree", "goal.verdict", "goal.reached", "goal.check"], follow),
  ];

  function destroy() {
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update() {}, resize() {}, destroy };
}

/** Whether the goal is reached: on its seeds where it names some, else by the present run. */
function isReached({ tree, reached, check }) {
  if (!tree) return false;
  return tree.seeds ? check?.type === "checked" && check.holds === true : reached !== null;
}

function makeRow(comparison) {
  const mark = h("span.goal-mark", { role: "img" }, icon(...CHECK));
  const value = h("span.goal-value");
  return { comparison, mark, value, item: h("li.goal-part", {}, mark, h("span", {}, describeComparison(comparison)), value) };
}

function describeSeed(seed, epoch, diverged) {
  if (epoch !== null) return word("goal.seed.reached", { seed, epoch: formatCount(epoch) });
  return word(diverged ? "goal.seed.diverged" : "goal.seed", { seed });
}

function describeState(tree, verdict, reached, check) {
  if (check?.stopped) return word(`goal.stopped.${check.stopped}`);
  if (check) {
    const count = check.seeds.filter(({ epoch }) => epoch !== null).length;
    const values = { count, seeds: tree.seeds, needed: tree.needed, epoch: formatCount(check.epoch) };
    if (check.type === "checking") return word("goal.checking", values);
    return word(check.holds ? "goal.checked.holds" : "goal.checked.holdsNot", values);
  }
  if (reached) return word(tree.seeds ? "goal.reachedHere" : "goal.reached", { epoch: formatCount(reached.epoch) });
  return verdict && !verdict.in_time ? word("goal.late", { epochs: formatCount(tree.within) }) : "";
}
