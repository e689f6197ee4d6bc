/** Entry module of a lesson: its steps beside live panels. */

import { createControls } from "embed/controls";
import { makeBlocks } from "lessons/blocks";
import { joinDeck } from "lessons/page/deck";
import { createNavigation, writeStep } from "lessons/page/navigation";
import { createLessonNetwork } from "lessons/page/network";
import { createShownFrames } from "lessons/page/shown-frames";
import { createSteps } from "lessons/page/steps";
import { readVisitorsLesson, sayProblem } from "lessons/page/visitors-lesson";
import { makePaper } from "lessons/paper";
import { createProgress } from "lessons/progress";
import { createPanels } from "pages/embed-panels";
import { createFrameCount } from "pages/frame-count";
import { createSession } from "pages/session";
import { setText } from "lib/dom";
import { createFaults } from "ui/faults";
import { createPageStore } from "run/page-store";
import { createLanguage } from "lib/language";
import { applyPalette } from "plot/palette";
import { loadPlotly } from "plot/plotly";
import { persistPreferences } from "lib/preferences";
import { createMemory, openStorage } from "lib/storage";
import { followMap } from "map/following";
import { create as createMap } from "map/live-panel";
import { applyTheme } from "lib/theme";
import { PATHS, writeState } from "spec/url-state";
import { loadWords } from "lib/words";
import { create as createPendingLine } from "views/page/pending-line";
import { create as createNotice } from "views/page/notice";
import { createSurfaceRace } from "race/surface-race";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const place = (id) => document.getElementById(id);
const panelOf = (name) => document.querySelector(`[data-panel="${name}"]`);
const config = read("config");
const root = document.documentElement;
const said = new URLSearchParams(location.search);
/** One step alone, in the frame of a slide; it remembers nothing. */
const alone = said.has("lesson");

const count = createFrameCount();
const faults = createFaults(place("fault"));

/** @param {{name: string, lesson: Object}} parts `name` is that under which the browser keeps the progress */
async function start({ name, lesson }) {
  const { steps } = lesson;
  const { figureOf, stateOf, begins } = createSteps(steps);
  const progress = createProgress(alone ? createMemory() : openStorage("localStorage"), name, steps.length);
  /** Epochs a frame in place of those of the figures, for who goes through a lesson fast. */
  const askedSpeed = readWhole("speed", 200);
  let step = (readWhole("step", steps.length) ?? progress.step() + 1) - 1;
  let blocks = null;
  const store = createPageStore({ page: { panels: figureOf(step).panels } });
  const { open: _, ...usualRace } = store.get().race;
  const address = {
    session: null, toOpen: (known) => ({ spec: known ?? stateOf(step)?.spec ?? {} }),
    refuse() {}, leave() {}, reportProblem() {},
  };
  const panels = createPanels(place("panels"), "embed", { map: createMap });
  const session = createSession({
    config, store, storage: createMemory(), address, faults, createViews, painted, followers: [followMap],
  });
  const { connection, views, painter, edits } = session;
  const frames = createShownFrames(session);
  const deck = alone ? joinDeck(store) : null;
  connection.connect();

  const language = createLanguage(config, store);
  persistPreferences(store, openStorage("localStorage"), language.names);
  applyTheme(store);
  const context = Object.assign(await session.learn(language.start()), {
    model: null, createSurfaceRace, may: (part) => figureOf(step).controls.includes(part),
  });
  const network = createLessonNetwork(context, { stateNow: () => stateOf(step), isTrained: () => window.livenet.step > 0 });
  document.title = [lesson.title, "LiveNet"].join(" - ");
  const notice = createNotice(place("notice"), context);
  applyPalette(store);
  await session.opened;
  session.show();
  new ResizeObserver(panels.fit).observe(place("panels"));
  views.watchSize([place("panels")]);
  const navigation = alone ? null : createNavigation({
    head: place("lesson-head"), foot: place("lesson-foot"), languages: language.names, count: steps.length, goTo,
  });
  if (!alone) document.body.append(makePaper(lesson));
  show();

  function goTo(index) {
    step = index;
    progress.goTo(step);
    writeStep(step);
    if (store.get().run.running) context.actions.pause();
    show();
    place("lesson-text").scrollTop = 0;
    place("step-title").focus({ preventScroll: true });
    place("step-title").scrollIntoView({ block: "nearest" });
  }

  /** Shows the step: its text, its panels, its state. */
  function show() {
    blocks?.destroy();
    const { title, blocks: made } = steps[step];
    const goal = made.find(({ kind }) => kind === "goal");
    const answers = progress.answers(step);
    const { panels: names, speed: own, caption, race } = figureOf(step);
    const speed = askedSpeed ?? own;
    store.set({ goal: { text: goal?.goal.text ?? null }, page: { panels: names }, run: { speed }, race: { ...usualRace, ...race } });
    load();
    setText(place("step-title"), title);
    navigation?.show(step);
    blocks = makeBlocks(made, {
      context, answers, onAnswer, apply: network.apply, applyHint: network.applyHint, speed, frames, stage: panelOf,
    });
    place("step-body").replaceChildren(...blocks.elements);
    place("caption").innerHTML = caption;
    views.show();
    painter.repaintAll();
    wait(made.some(({ kind }, i) => kind === "predict" && !answers[i]?.found));
  }

  function onAnswer(block, answer) {
    progress.answer(step, block, answer);
    wait(false);
  }

  /** Nothing is tried before it is predicted. */
  function wait(predicting) {
    root.toggleAttribute("data-predicting", predicting);
    place("bar").inert = predicting;
  }

  /** Begins with the step's state; a step without one goes on with what there is. */
  function load() {
    delete root.dataset.step;
    if (begins(step) || window.livenet.frames === 0) network.begin();
    const loaded = step;
    edits.afterThese(() => queueMicrotask(() => {
      const stop = frames.follow(() => {
        stop();
        if (loaded === step) root.dataset.step = String(step + 1);
      });
    }), () => {});
  }

  function createViews(part) {
    const { page: { panels: names }, images: { set } } = store.get();
    const { controls, point } = figureOf(step);
    store.set({ view: { curveTab: names.includes("unit") ? "unit" : "loss" }, images: { imageTab: names.includes("boundary") ? "confusion" : "none" } });
    root.dataset.controls = controls.join(" ");
    root.dataset.about = set ? "images" : "plane";
    const made = [
      ...panels.show(names, context, part),
      part("controls", createBar, place("bar")),
      part("pending", createPendingLine, place("pending")),
    ];
    panels.fit();
    pointOut(point);
    blocks?.attach();
    return made;
  }

  function createBar(element, made) {
    const bar = createControls(figureOf(step).controls, made);
    element.replaceChildren(bar.element);
    const unwatch = made.store.watch(["run.spec"], ({ run: { spec } }) => spec && bar.lead(writeState(spec, made.schema.defaults())));
    return { update: bar.update, resize() {}, destroy: () => [bar.destroy, unwatch].forEach((stop) => stop()) };
  }

  function painted(frame) {
    notice.update();
    frames.tell();
    if (count(frame) > 1) return;
    deck?.ready();
    requestAnimationFrame(() => loadPlotly(config.plotly));
  }
}

/** A whole number of the address, from 1; null where it is none. */
function readWhole(name, most) {
  const number = Number(said.get(name) ?? NaN);
  return Number.isInteger(number) && number >= 1 && number <= most ? number : null;
}

/** Outlines a panel or a control; images have panels of their own, which come with their state. */
function pointOut(name) {
  document.querySelector("[data-pointed]")?.removeAttribute("data-pointed");
  const found = name && document.querySelector(`[data-panel="${name}"], .embed-bar [data-path="${PATHS[name] ?? name}"]`);
  found?.toggleAttribute("data-pointed", true);
}

/** A visitor's own lesson is read before there is anything to show. */
async function readOwn() {
  await loadWords(config.language, config.catalogues[config.language]);
  const { origin, ...own } = await readVisitorsLesson();
  setText(place("lesson-title"), own.lesson.title);
  if (origin && !alone) place("lesson-head").after(origin);
  window.addEventListener("hashchange", () => location.reload());
  return own;
}

const given = read("lesson");
const starting = given.lesson ? start(given) : readOwn().then(start, (error) => sayProblem(error, place("lesson-head")));
starting.catch(faults.reportStart);
