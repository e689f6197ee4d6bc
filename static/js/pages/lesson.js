/** Entry module of a lesson: its steps beside live panels. */

import { createControls } from "embed/controls";
import { makeBlocks } from "lessons/blocks";
import { LessonProblem, createKeptLessons, nameOf, readFragment, readLesson } from "lessons/own-lessons";
import { makePaper } from "lessons/paper";
import { createProgress } from "lessons/progress";
import { createPanels } from "pages/embed-panels";
import { createSession } from "pages/session";
import { h, setText } from "lib/dom";
import { createFaults } from "ui/faults";
import { createPageStore } from "run/page-store";
import { createLanguage } from "lib/language";
import { applyPalette } from "plot/palette";
import { loadPlotly } from "plot/plotly";
import { persistPreferences } from "lib/preferences";
import { createMemory, openStorage } from "lib/storage";
import { applyTheme } from "lib/theme";
import { PATHS, writeState } from "spec/url-state";
import { loadWords, spokenLanguage, word } from "lib/words";
import { create as createPendingLine } from "views/page/pending-line";
import { create as createNotice } from "views/page/notice";
import { createSurfaceRace } from "race/surface-race";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const place = (id) => document.getElementById(id);
const config = read("config");
/** Null for a visitor's own lesson, until it is read. */
let { name, lesson } = read("lesson");
const root = document.documentElement;
const said = new URLSearchParams(location.search);
/** Epochs a frame in place of those of the figures, for who goes through a lesson fast. */
const askedSpeed = readSpeed(said.get("speed"));
/** One step alone, in the frame of a slide; it remembers nothing. */
const alone = said.has("lesson");
/** What is shown where a step says nothing. */
const FIGURE = { panels: ["boundary", "network", "loss"], controls: ["play", "reset"], point: null, speed: 1, caption: "", race: {} };

/** For tests, and nothing else is global. */
window.livenet = { frames: 0, specId: -1, step: 0 };

const faults = createFaults(place("fault"));

async function start() {
  const { steps } = lesson;
  const progress = createProgress(alone ? createMemory() : openStorage("localStorage"), name, steps.length);
  const asked = Number(said.get("step") ?? NaN) - 1;
  let step = Number.isInteger(asked) && asked >= 0 && asked < steps.length ? asked : progress.step();
  let blocks = null;
  let predicted = true;
  /** Of the newest spec; its frame shows what was changed last. */
  let newest = -1;
  const listeners = new Set();
  const store = createPageStore({ page: { panels: figureOf(step).panels } });
  const { open: _, ...usualRace } = store.get().race;
  const storage = createMemory();
  const address = {
    session: null, toOpen: (known) => ({ spec: known ?? stateOf(step)?.spec ?? {} }),
    refuse() {}, leave() {}, reportProblem() {},
  };
  const frames = createPanels(place("panels"), "embed");
  const session = createSession({ config, store, storage, address, faults, createViews, painted });
  const { connection, views, painter, edits } = session;
  connection.on("opened", ({ id }) => { newest = id; });
  connection.on("spec", ({ id }) => { newest = id; });
  connection.connect();

  const language = createLanguage(config, store);
  persistPreferences(store, openStorage("localStorage"), language.names);
  applyTheme(store);
  const context = Object.assign(await session.learn(language.start()), {
    model: null, createSurfaceRace, may: (part) => figureOf(step).controls.includes(part),
  });
  const { reset } = context.actions;
  context.actions.reset = () => {
    reset();
    restoreWeights();
  };
  /** Frames that show all changes so far. */
  const shown = {
    last: painter.lastWhole,
    /** Calls `listener` with the last one, if it does, and with all that come; returns the way out. */
    follow(listener) {
      const hear = (frame) => frame.meta.spec_id >= newest && listener(frame);
      listeners.add(hear);
      const last = painter.lastWhole();
      if (last) queueMicrotask(() => listeners.has(hear) && hear(last));
      return () => listeners.delete(hear);
    },
  };
  document.title = [lesson.title, "LiveNet"].join(" - ");
  const notice = createNotice(place("notice"), context);
  applyPalette(store);
  await firstSpec(store);
  session.show();
  new ResizeObserver(frames.fit).observe(place("panels"));
  views.watchSize([place("panels")]);
  const back = h("button.button", { type: "button", data: { action: "back" }, on: { click: () => goTo(step - 1) } }, word("lesson.back"));
  const next = h("button.button.primary", { type: "button", data: { action: "next" }, on: { click: () => goTo(step + 1) } }, word("lesson.next"));
  const count = h("p.lesson-count");
  const all = h("a.lesson-all", { href: `lessons?lang=${spokenLanguage()}` }, word("lesson.all"));
  if (!alone) place("lesson-foot").append(back, count, next);
  if (!alone) place("lesson-head").prepend(all);
  if (!alone) place("lesson-head").append(...makeLanguageLinks(language.names));
  if (!alone) document.body.append(makePaper(lesson));
  show();

  function goTo(index) {
    step = index;
    progress.goTo(step);
    writeStep();
    if (store.get().run.running) context.actions.pause();
    show();
    place("lesson-text").scrollTop = 0;
    place("step-title").focus({ preventScroll: true });
    place("step-title").scrollIntoView({ block: "nearest" });
  }

  /** The address names the step, so that a reload, a bookmark or another language keeps it. */
  function writeStep() {
    if (alone) return;
    const address = new URL(location.href);
    address.searchParams.set("step", String(step + 1));
    window.history.replaceState(null, "", address);
  }

  /** Shows the step: its text, its panels, its state. */
  function show() {
    blocks?.destroy();
    const { title, blocks: made } = steps[step];
    const goal = made.find(({ kind }) => kind === "goal");
    const answers = progress.answers(step);
    predicted = made.every(({ kind }, i) => kind !== "predict" || answers[i]?.found);
    const { panels, speed: own, caption, race } = figureOf(step);
    const speed = askedSpeed ?? own;
    store.set({ goal: { text: goal?.goal.text ?? null }, page: { panels }, run: { speed }, race: { ...usualRace, ...race } });
    delete root.dataset.step;
    load();
    setText(place("step-title"), title);
    setText(count, word("lesson.count", { step: step + 1, steps: steps.length }));
    back.disabled = step === 0;
    next.disabled = step === steps.length - 1;
    blocks = makeBlocks(made, { context, answers, onAnswer, apply, applyHint, speed, frames: shown, stage: panelOf });
    place("step-body").replaceChildren(...blocks.elements);
    place("caption").innerHTML = caption;
    views.show();
    painter.repaintAll();
    wait();
  }

  function onAnswer(block, answer) {
    progress.answer(step, block, answer);
    predicted = true;
    wait();
  }

  /** Nothing is tried before it is predicted. */
  function wait() {
    root.toggleAttribute("data-predicting", !predicted);
    place("bar").inert = !predicted;
  }

  /** The same step in the other languages. */
  function makeLanguageLinks(names) {
    return names.filter((one) => one !== spokenLanguage()).map((other) => {
      const link = h("a.lesson-language", { lang: other, href: addressIn(other), data: { action: "language" } }, word(`language.${other}`));
      link.addEventListener("click", () => { link.href = addressIn(other); });
      return link;
    });
  }

  function addressIn(other) {
    const address = new URL(location.href);
    address.searchParams.set("lang", other);
    address.searchParams.set("step", String(step + 1));
    return address.href;
  }

  /** Begins with the step's state; a step without one goes on with what there is. */
  function load() {
    const own = steps[step].blocks.some(({ kind }) => kind === "state");
    if (own || window.livenet.frames === 0) begin();
    const loaded = step;
    edits.afterThese(() => queueMicrotask(() => {
      const stop = shown.follow(() => {
        stop();
        if (loaded === step) root.dataset.step = String(step + 1);
      });
    }), () => {});
  }

  function begin() {
    const state = stateOf(step);
    if (state) context.actions.startPreset({ id: null, spec: state.spec, weights: state.weights });
  }

  /** A hint changes the step's state, not what has been trained since. */
  function applyHint(hint) {
    if (store.get().run.running) context.actions.pause();
    if (window.livenet.step > 0) begin();
    apply(hint);
  }

  /** A reset leads back to the weights that the step sets by hand, as long as the network has them. */
  function restoreWeights() {
    const state = stateOf(step);
    const { draft } = store.get().run;
    const shape = ({ layers, features }) => JSON.stringify([features, layers.map(({ units }) => units)]);
    if (state && draft && shape(draft) === shape(context.actions.complete(state.spec))) setWeights(state.weights);
  }

  function apply({ edit, weights }) {
    if (edit) edits.edit(edit);
    setWeights(weights);
  }

  function setWeights(weights) {
    for (const [layer, from, to, value] of weights) context.actions.setWeight(layer, from, to, value);
  }

  function createViews(part) {
    const { page: { panels }, images: { set } } = store.get();
    store.set({ view: { curveTab: panels.includes("unit") ? "unit" : "loss" }, images: { imageTab: panels.includes("boundary") ? "confusion" : "none" } });
    root.dataset.controls = figureOf(step).controls.join(" ");
    root.dataset.about = set ? "images" : "plane";
    const made = [
      ...frames.show(panels, context, part),
      part("controls", createBar, place("bar")),
      part("pending", createPendingLine, place("pending")),
    ];
    frames.fit();
    pointOut(figureOf(step).point);
    blocks?.attach();
    return made;
  }

  /** Outlines a panel or a control; images have panels of their own, which come with their state. */
  function pointOut(name) {
    document.querySelector("[data-pointed]")?.removeAttribute("data-pointed");
    const found = name && document.querySelector(`[data-panel="${name}"], .embed-bar [data-path="${PATHS[name] ?? name}"]`);
    found?.toggleAttribute("data-pointed", true);
  }

  function createBar(element, made) {
    const bar = createControls(figureOf(step).controls, made);
    element.replaceChildren(bar.element);
    const unwatch = made.store.watch(["run.spec"], ({ run: { spec } }) => spec && bar.lead(writeState(spec, made.schema.defaults())));
    return { update: bar.update, resize() {}, destroy: () => [bar.destroy, unwatch].forEach((stop) => stop()) };
  }

  function painted({ meta }) {
    notice.update();
    const whole = painter.lastWhole();
    for (const listener of [...listeners]) listener(whole);
    const { livenet } = window;
    livenet.frames += 1;
    livenet.specId = meta.spec_id;
    livenet.step = meta.step;
    if (livenet.frames === 1) requestAnimationFrame(() => loadPlotly(config.plotly));
  }
}

function readSpeed(text) {
  const speed = Number(text ?? NaN);
  return Number.isInteger(speed) && speed >= 1 && speed <= 200 ? speed : null;
}

function panelOf(name) {
  return document.querySelector(`[data-panel="${name}"]`);
}

/** @returns {Promise<void>} */
function firstSpec(store) {
  return new Promise((resolve) => {
    store.watch(["run.spec"], ({ run: { spec } }) => spec && resolve());
  });
}

function figureOf(step) {
  return { ...FIGURE, ...latest(step, "figure") };
}

/** A step without a state goes on with the one before it. */
function stateOf(step) {
  return latest(step, "state");
}

function latest(step, kind) {
  return lesson.steps.slice(0, step + 1).flatMap(({ blocks }) => blocks).filter((block) => block.kind === kind).at(-1);
}

/** Reads the lesson that the fragment of the address carries or names. */
async function readOwn() {
  const keptLessons = createKeptLessons(openStorage("localStorage"));
  await loadWords(config.language, config.catalogues[config.language]);
  const own = await readFragment(location.hash, keptLessons);
  lesson = await readLesson(new Blob([own.text]));
  name = `own.${own.name}`;
  setText(place("lesson-title"), lesson.title);
  if (own.linked && !alone) place("lesson-head").after(makeOrigin(keptLessons, own));
}

/** Says that a lesson is somebody else's, and offers to keep it. */
function makeOrigin(keptLessons, { text }) {
  const keep = h("button.button.small", { type: "button", data: { action: "keepLesson" }, on: { click() {
    keptLessons.put({ name: nameOf(lesson.title), title: lesson.title, text });
    keep.disabled = true;
    setText(keep, word("lessons.kept"));
  } } }, word("lessons.keep"));
  return h("p.lesson-origin", {}, word("lessons.linked"), keep);
}

function sayProblem(error) {
  if (!(error instanceof LessonProblem)) throw error;
  place("lesson-head").after(
    h("p.lesson-problem", { role: "alert" }, error.message), h("p", {}, h("a.lesson-all", { href: "lessons" }, word("lesson.all"))));
}

(lesson ? start() : readOwn().then(start, sayProblem)).catch(faults.reportStart);
window.addEventListener("hashchange", () => lesson && location.reload());
