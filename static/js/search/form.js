/** Settings of a search: what varies, who proposes, what for, how many; and the buttons that begin and end it. */

import { createChoice } from "controls/choice";
import { createToggle } from "controls/toggle";
import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { word } from "lib/words";
import { openAxisMenu } from "map/axis-menu";
import { createSearchMore } from "search/more";
import {
  EPOCHS, MOST_DIMENSIONS, TRIALS, canPrune, chooseObjectives, countPlaces, isGrid, isJudged, listKinds, makeDimension, methodsOf, objectivesOf, writeSettings,
} from "search/model/settings";
import { describeDimension, explainMethod, nameMetric } from "search/words";

const NONE = "";

/**
 * @param {Context} context
 * @param {AxisKind[]} kinds
 * @returns {{element: HTMLElement, update: () => void, start: HTMLElement}}
 */
export function createSearchForm({ store, schema, actions, taskOf }, kinds) {
  const set = (patch) => store.set({ search: patch });
  const onImages = Boolean(store.get().images.set);
  const epochCounts = EPOCHS[onImages ? "images" : "plane"];
  const chips = h("div.search-dimensions", { role: "group", "aria-label": word("search.dimensions") });
  const method = createChoice({ label: word("label.search.method"), help: word("help.search.method"), path: "searchMethod" }, {
    options: [], onInput: (name) => set({ method: name }),
  });
  const first = createChoice({ label: word("label.search.objective"), help: word("help.search.objective"), path: "searchObjective" }, {
    options: [], onInput: (name) => setObjectives(name, store.get().search.objectives[1]),
  });
  const second = createChoice({ label: word("label.search.second"), help: word("help.search.second"), path: "searchSecond" }, {
    options: [], onInput: (name) => setObjectives(store.get().search.objectives[0], name),
  });
  const count = (key, counts) => createChoice({ label: word(`label.search.${key}`), help: word(`help.search.${key}`), path: `search-${key}` }, {
    options: counts.map(String).map((text) => [text, text]), onInput: (text) => set({ [key]: Number(text) }),
  });
  const [trials, epochs] = [count("trials", TRIALS), count("epochs", epochCounts)];
  const pruning = createToggle({ label: word("label.search.pruning"), help: word("help.search.pruning"), path: "searchPruning" }, { onInput: (on) => set({ pruning: on }) });
  const more = createSearchMore({ store, schema });
  const start = h("button.button.primary", { type: "button", data: { action: "startSearch", help: word("help.search.start") }, on: { click: begin } });
  const stop = h("button.button", { type: "button", data: { action: "stopSearch", help: word("help.search.stop") }, on: { click: () => actions.search(null) } }, word("action.search.stop"));
  const goOn = h("button.button", {
    type: "button", data: { action: "continueSearch", help: word("help.search.continue") }, on: { click: () => actions.search({ study: store.get().search.study }) },
  }, word("action.search.continue"));
  const about = h("p.search-method");
  const progress = h("progress.search-progress", { max: 1, "aria-label": word("search.progress") });
  const element = h("div.search-form", {}, chips,
    h("div.search-fields", {}, method.element, first.element, second.element, trials.element, epochs.element),
    more.element,
    h("div.search-begin", {}, start, stop, goOn, pruning.element, about), progress);
  let drawn = "";

  function setObjectives(one, other) {
    set(chooseObjectives(store.get().search, [one, ...(other && other !== one ? [other] : [])], schema));
  }

  function begin() {
    set({ problem: null });
    actions.search(writeSettings(store.get().search, schema));
  }

  function update() {
    const { search, run: { spec, pending } } = store.get();
    if (!spec) return;
    const usable = listKinds(kinds, spec, schema);
    const task = taskOf(spec);
    showChips(search, usable);
    method.setOptions(methodsOf(search.objectives, schema).map((name) => [name, word(`search.method.${name}`)]));
    method.update(search.method);
    const possible = objectivesOf(task, onImages, schema);
    const named = /** @type {[string, string][]} */ (possible.map((name) => [name, nameMetric(name)]));
    first.setOptions(named);
    first.update(search.objectives[0]);
    second.setOptions([[NONE, word("search.second.none")], ...named.filter(([name]) => name !== search.objectives[0] && !isJudged([name, search.objectives[0]], schema))]);
    second.update(search.objectives[1] ?? NONE);
    // Of another task: the loss is always there.
    if (search.objectives.some((name) => !possible.includes(name))) set({ objectives: ["validation_loss"] });
    showCount(trials, TRIALS, search.trials);
    showCount(epochs, epochCounts, search.epochs);
    more.update();
    pruning.update(search.pruning && canPrune(search.objectives, schema));
    pruning.input.disabled = !canPrune(search.objectives, schema);
    setText(about, isGrid(search.method, schema) && search.dimensions.length
      ? word("search.grid.places", { about: explainMethod(search.method), places: formatCount(countPlaces(search.dimensions)) }) : explainMethod(search.method));
    const trains = search.state === "training";
    setText(start, word(search.settings ? "action.search.again" : "action.search.start"));
    start.hidden = trains;
    start.disabled = !search.dimensions.length || Boolean(pending);
    stop.hidden = !trains;
    goOn.hidden = search.state !== "stopped" || !search.study;
    progress.hidden = !trains;
    progress.value = search.share;
  }

  function showCount(choice, counts, value) {
    choice.setOptions([...new Set([...counts, value])].sort((a, b) => a - b).map((one) => [String(one), String(one)]));
    choice.update(String(value));
  }

  function showChips({ dimensions, method: name }, usable) {
    const key = JSON.stringify([dimensions, name, usable.length]);
    if (key === drawn) return;
    drawn = key;
    const free = usable.filter(({ path }) => !dimensions.some((one) => one.path === path));
    const texts = dimensions.map((dimension) => [describeDimension(dimension, schema), "help.search.dimension"]);
    if (dimensions.length < MOST_DIMENSIONS && free.length) texts.push([word("search.dimension.add"), "help.search.add"]);
    // The buttons stay, so that the focus comes back to them.
    while (chips.children.length > texts.length) chips.lastChild.remove();
    while (chips.children.length < texts.length) chips.append(makeChip(chips.children.length));
    texts.forEach(([text, help], i) => {
      setText(chips.children[i], text);
      chips.children[i].dataset.help = word(help);
    });
  }

  function makeChip(i) {
    return h("button.pill.search-dimension", {
      type: "button", "aria-haspopup": "dialog", data: { dimension: i }, on: { click: (event) => openMenu(event.currentTarget, i) },
    });
  }

  function openMenu(anchor, i) {
    const { search: { dimensions, method: name }, run: { spec } } = store.get();
    let shown = dimensions[i] ?? null;
    const usable = listKinds(kinds, spec, schema).filter(({ path }) => path === dimensions[i]?.path || !dimensions.some((one) => one.path === path));
    openAxisMenu(anchor, {
      axis: dimensions[i] ?? null, kinds: usable, canBeNone: true, counted: isGrid(name, schema), title: word("search.dimension.title"), help: "help.search.dimension", schema, make: makeDimension,
      onChange: (axis) => {
        const next = [...store.get().search.dimensions];
        const place = next.indexOf(shown);
        next.splice(place < 0 ? i : place, place < 0 ? 0 : 1, ...(axis ? [axis] : []));
        shown = axis;
        set({ dimensions: next });
      },
    });
  }

  return { element, update, start };
}
