/** Search over hyperparameters, in the place of the network: its settings, pictures, trials, and what is done with them. */

import { h, setText } from "lib/dom";
import { describeError } from "lib/errors";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { createByHand } from "search/by-hand";
import { createSearchCharts } from "search/charts";
import { createDuel } from "search/duel";
import { createEnsemble } from "search/ensemble";
import { createSearchForm } from "search/form";
import { createFinalTest } from "search/final-test";
import { passes, scaleOfDimension, scaleOfScores } from "search/model/scales";
import { fitChoice, isRising, listKinds, scoreOfTask } from "search/model/settings";
import { cellOf } from "search/model/trials";
import { createTrialTable } from "search/table";
import { describeSearch } from "search/words";
import { isImages } from "spec/data-sets";
import { addSide } from "ui/card-sides";
import { makePictureButtons } from "ui/picture-buttons";

const LENS = ["M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z", "M10.4 10.4l3.4 3.4"];
/** Milliseconds from one drawing to the next, at least, and how many times as long as one took. */
const PERIOD = 250;
const REST = 10;

/**
 * @param {HTMLElement} card that of the network, whose head has a switch then; or a panel of its own
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(card, context) {
  const { store, schema, actions, taskOf, token } = context;
  const onImages = Boolean(store.get().images.set);
  const kinds = schema.searchKinds(onImages);
  const kindOf = (path) => kinds.find((kind) => kind.path === path) ?? { path, kind: "number", low: -Infinity, high: Infinity, usual: [0, 1], scale: "linear" };
  /** A panel of its own has nothing else to show. */
  const own = !card.querySelector(".card-head");
  const about = h("p.search-about", { hidden: true });
  const said = h("p.sr-only", { role: "status" });
  const form = createSearchForm(context, kinds);
  const charts = createSearchCharts({ open: openTrial, brush: (next) => { brushes = next; draw(); }, show: (chart) => store.set({ search: { chart } }) });
  const table = createTrialTable({ open: openTrial, tick });
  const hand = createByHand(context, kindOf);
  const ensemble = createEnsemble(context);
  const duel = createDuel(context);
  const finalTest = createFinalTest(context);
  const shownText = h("span.search-shown");
  const all = h("button.quiet-button", { type: "button", hidden: true, data: { action: "showAllTrials" }, on: { click: () => charts.clear() } }, word("action.search.all"));
  const download = (kind) => h("a.quiet-button", { download: "", data: { study: kind, help: word(`help.search.${kind}`) } }, word(`action.search.${kind}`));
  const files = ["csv", "db"].map(download);
  const found = h("div.search-found", { hidden: true }, duel.element, charts.element,
    h("div.search-table-head", {}, shownText, all, h("span.spacer"), makePictureButtons(context, "search.title", () => section), ...files),
    table.element, hand.element, h("div.search-ends", {}, ensemble.element, finalTest.element));
  const section = h("section.search", { hidden: true, "aria-label": word("search.title") }, form.element, found, said);
  const side = own ? null : addSide(card, { action: "showSearch", title: "search.title", help: "help.search", paths: LENS, about, open, close });
  if (own) card.append(h("div.search-panel", {}, about, section));
  else (card.querySelector(".stage-scroll") ?? card.lastChild).before(section);
  /** @type {SearchBrush[]} */
  let brushes = [];
  let study = null;
  let gone = false;
  let fitted = false;
  let cost = 0;
  let throttle = createThrottle(PERIOD, drawInTime);

  function open() {
    const { step, search, run: { spec } } = store.get();
    if (!spec) return;
    if (step.open && !own) actions.closeStep();
    store.set({ search: { open: !own, ...fitChoice(search, listKinds(kinds, spec, schema), onImages) }, ...(own ? {} : { view: { space: null } }) });
  }

  function close() {
    const inside = section.contains(document.activeElement);
    store.set({ search: { open: false } });
    if (inside) side?.focus();
  }

  function openTrial(number) {
    actions.adoptTrial(number);
  }

  function tick(number) {
    const { ticked } = store.get().search;
    store.set({ search: { ticked: ticked.includes(number) ? ticked.filter((one) => one !== number) : [...ticked, number] } });
  }

  function draw() {
    const { appearance: { palette }, search, run: { spec } } = store.get();
    if (gone || section.hidden || !palette || !spec) return;
    const { settings, found: trials, best, importances, chart, ticked, opened, tested } = search;
    found.hidden = !settings;
    if (!settings) return;
    if (study !== settings) {
      study = settings;
      charts.clear();
      brushes = [];
    }
    const dimensions = settings.dimensions.map((dimension) => scaleOfDimension(dimension, kindOf(dimension.path)));
    const scores = settings.objectives.map((name) => scaleOfScores(trials, name, isRising(name, schema)));
    // Scales of scores move while trials come: what is brushed keeps its share of the axis.
    const now = brushes.map((brush) => ({ ...brush, scale: [...dimensions, ...scores].find(({ path }) => brush.column.endsWith(` ${path}`)) ?? brush.scale }));
    const passing = (trial) => passes(trial, now, cellOf);
    charts.draw({ chart, settings, trials, best, importances, objectives: settings.objectives, dimensions, scores, passing, palette, schema });
    const listed = now.length ? trials.filter(passing) : trials;
    table.draw({ trials: listed, best, settings, ticked, opened, tested, schema, score: scoreOfTask(taskOf(spec)) });
    all.hidden = !now.length;
    setText(shownText, now.length ? word("search.shown.some", { shown: listed.length, all: trials.length }) : word("search.shown"));
    files.forEach((link) => { link.href = `api/sessions/${token()}/study.${link.dataset.study}`; });
  }

  /** Drawing takes no more than its share of the page's time, however many trials there are. */
  function drawInTime() {
    const begun = performance.now();
    draw();
    const spent = performance.now() - begun;
    if (Math.abs(spent - cost) <= cost / 2) return;
    cost = spent;
    throttle.cancel();
    throttle = createThrottle(Math.max(PERIOD, REST * cost), drawInTime);
  }

  function tell({ search }) {
    const text = search.problem ? describeError(search.problem) : describeSearch(search, schema);
    setText(about, text);
    about.classList.toggle("problem", Boolean(search.problem));
    if ((search.open || own) && search.state !== "training") setText(said, search.settings ? text : "");
  }

  function follow(state) {
    const { search, run: { spec, pending } } = state;
    const isOpen = search.open || own;
    section.hidden = about.hidden = !isOpen;
    card.classList.toggle("showing-search", isOpen && !own);
    side?.update(isOpen);
    if (!isOpen) fitted = false;
    if (!isOpen || !spec) return;
    // An address may name ranges that other data have; what is to come has its own.
    const settled = !pending && isImages(spec) === onImages;
    if (!fitted && settled && Object.keys(fitChoice(search, listKinds(kinds, spec, schema), onImages)).length) {
      fitted = true;
      open();
      return;
    }
    fitted ||= settled;
    tell(state);
    form.update();
    hand.update();
    ensemble.update();
    duel.update();
    finalTest.update();
    throttle.offer();
  }

  const observer = new ResizeObserver(() => draw());
  observer.observe(section);
  const unwatch = [
    store.watch(["search.open", "search.dimensions", "search.method", "search.objectives", "search.trials", "search.epochs", "search.pruning", "search.seconds", "search.batch", "search.seed", "search.settings",
      "search.state", "search.share", "search.left", "search.found", "search.best", "search.importances", "search.problem", "search.chart", "search.ticked", "search.ensemble",
      "search.tested", "search.opened", "search.duel", "run.spec", "run.pending"], follow),
    store.watch(["appearance.palette", "view.discretize"], () => {
      draw();
      ensemble.paint();
      duel.paint();
    }),
    // One step, or the space of a layer, is shown in the drawing that is covered here.
    store.watch(["step.open", "view.space"], ({ step, view: { space }, search }) => {
      if ((step.open || space !== null) && search.open && !own) store.set({ search: { open: false } });
    }),
  ];

  function destroy() {
    gone = true;
    observer.disconnect();
    throttle.cancel();
    unwatch.forEach((end) => end());
    charts.destroy();
    side?.destroy();
    about.remove();
    section.remove();
    if (own) card.replaceChildren();
    card.classList.remove("showing-search");
  }

  return { update() {}, resize: draw, destroy };
}
