/** Race: networks that differ in one choice, trained side by side on the server. */

import { createChoice } from "controls/choice";
import { createRadios } from "controls/radios";
import { createToggle } from "controls/toggle";
import { h, setLines, setText } from "lib/dom";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { createPlainCurve } from "plot/canvas-curve";
import { createRaceCells } from "race/cells";
import { EPOCHS, KINDS, listRacers, needsRestart } from "race/choices";
import { createRaceLandscape } from "race/landscape";
import { createRaceOverview } from "race/overview";
import { isEnsemble, readRace } from "race/reading";
import { describeRace, nameNetworks } from "race/words";

/** Milliseconds from one drawing to the next, at least. */
const PERIOD = 200;
const [THIN, THICK] = [1.3, 3];

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const { store, schema, actions, taskOf, createSurfaceRace = null } = context;
  // A recording has no server that would train networks, or walk down a surface.
  const live = Boolean(createSurfaceRace);
  const kind = createChoice({ label: word("label.race.kind"), help: word("help.race.kind"), path: "race.kind" }, {
    options: KINDS.map((name) => [name, word(`race.kind.${name}`)]),
    onInput: (name) => store.set({ race: { kind: name } }),
  });
  const epochs = createChoice({ label: word("label.race.epochs"), help: word("help.race.epochs"), path: "race.epochs" }, {
    options: EPOCHS.map((count) => [String(count), String(count)]),
    onInput: (text) => store.set({ race: { epochs: Number(text) } }),
  });
  const here = createToggle({ label: word("label.race.here"), help: word("help.race.here"), path: "race.here" },
    { onInput: (on) => store.set({ race: { here: on } }) });
  const start = h("button.button.primary", { type: "button", data: { action: "race", help: word("help.race.start") }, on: { click: begin } }, word("action.race.start"));
  const stop = h("button.button", { type: "button", hidden: true, data: { action: "stopRace", help: word("help.race.stop") }, on: { click: end } }, word("action.race.stop"));
  const words = h("div.race-words", { role: "status" });
  const chartPlace = h("div.race-chart");
  const chart = createPlainCurve(chartPlace, word("race.chart"));
  const hint = h("p.hint", {}, word(live ? "race.hint" : "race.hint.recording"));
  const cells = createRaceCells({
    onPick: (next) => { picked = next; show(); },
    onLook: (index) => { looked = index; show(); },
  });
  const overview = createRaceOverview({ onAdopt: live ? adopt : null });
  const landscape = createRaceLandscape();
  const settings = h("div.race-settings", { hidden: !live }, kind.element, epochs.element, here.element, h("div.race-buttons", {}, start, stop));
  const networks = h("div.race-parts", {},
    h("div.race-side", {}, settings, chartPlace, words),
    h("div.race-main", {}, hint, cells.element, overview.element, landscape.element));
  const surface = createSurfaceRace?.(context) ?? null;
  const places = live ? createRadios({ name: "race.place", label: word("label.race.place"), help: word("help.race.place") }, {
    value: store.get().race.place,
    options: ["data", "surface"].map((name) => [name, word(`race.place.${name}`)]),
    onInput: (place) => store.set({ race: { place: place === "surface" ? "surface" : "data" } }),
  }) : "";
  element.classList.add("race");
  element.append(places, networks, surface?.element ?? "");

  let race = null;
  let picked = [];
  let looked = null;
  let gone = false;
  const throttle = createThrottle(PERIOD, show);
  store.set({ race: { open: store.get().race.open + 1 } });

  function begin() {
    const { race: { kind: name, epochs: count, here: now }, run: { spec } } = store.get();
    const racers = listRacers(name, spec, schema);
    if (!racers.length) return;
    forget();
    actions.race(racers, { epochs: count, restart: !now || needsRestart(name) });
  }

  function end() {
    actions.race([]);
  }

  function adopt(index) {
    actions.adopt(index);
  }

  function forget() {
    picked = [];
    cells.pick([]);
  }

  function update(frame) {
    const read = readRace(frame);
    if (!read && !race) return;
    if (!read || race?.networks.length !== read.networks.length) forget();
    race = read;
    throttle.offer();
  }

  function show() {
    const { appearance: { palette }, run: { spec }, view: { discretize } } = store.get();
    if (gone || !palette || !spec) return;
    const there = race !== null;
    hint.hidden = there;
    cells.element.hidden = chartPlace.hidden = words.hidden = !there;
    const going = there && ["waiting", "training"].includes(race.state);
    stop.hidden = !going;
    setText(start, word(there ? "action.race.again" : "action.race.start"));
    if (!there) {
      overview.element.hidden = landscape.element.hidden = true;
      return;
    }
    const task = taskOf(spec);
    const names = nameNetworks(race, context);
    const colours = coloursOf(race, palette);
    cells.draw(race, { names, colours, palette, task, discretize });
    overview.draw(race, { picked, names, palette, task, discretize });
    landscape.draw(race, { names, colours, palette, strong: strongOnes() });
    setLines(words, describeRace(race, { task, names }));
    draw(colours, palette);
  }

  function draw(colours, palette) {
    if (!chartPlace.clientWidth || race.epochsSeen.length < 2) return;
    const strong = strongOnes();
    const { logLoss } = store.get().view;
    chart.draw({
      x: race.epochsSeen, from: 0, marks: [], breaks: [], logarithmic: logLoss, title: word("race.epoch"), palette,
      lines: race.networks.map(({ test }, i) => ({
        y: test, color: colours[i], width: strong.includes(i) ? THICK : THIN, dash: i < palette.classes.length || isEnsemble(race) ? [] : [5, 3],
      })),
    });
  }

  /** What is looked at, else what is picked. */
  function strongOnes() {
    return looked === null ? picked : [looked];
  }

  function follow({ race: { kind: name, epochs: count, here: now }, run: { spec } }) {
    kind.update(name);
    epochs.update(String(count));
    here.update(now && !needsRestart(name));
    here.element.hidden = needsRestart(name);
    start.disabled = !spec || !listRacers(name, spec, schema).length;
  }

  function followPlace({ race: { place } }) {
    networks.hidden = Boolean(surface) && place === "surface";
    surface?.show(place === "surface");
    show();
  }

  const unwatch = [
    store.watch(["race.place"], followPlace),
    store.watch(["race.kind", "race.epochs", "race.here", "run.spec"], follow),
    store.watch(["appearance.palette", "view.discretize", "view.logLoss"], show),
  ];
  const observer = new ResizeObserver(() => show());
  observer.observe(chartPlace);

  function destroy() {
    gone = true;
    observer.disconnect();
    throttle.cancel();
    chart.destroy();
    landscape.destroy();
    surface?.destroy();
    unwatch.forEach((undo) => undo());
    element.replaceChildren();
    store.set({ race: { open: store.get().race.open - 1 } });
  }

  function resize() {
    show();
    surface?.resize();
  }

  return { update, resize, destroy };
}

/** Networks of an ensemble are all the same to the eye; others have a colour each. */
function coloursOf(race, palette) {
  const colours = isEnsemble(race) ? [palette.muted] : palette.classes;
  return race.networks.map((_, i) => colours[i % colours.length]);
}
