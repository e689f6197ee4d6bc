/** Map: a wall of networks that differ along two axes, in the place of the network or in a panel of its own. */

import { h, icon, setText } from "lib/dom";
import { describeError } from "lib/errors";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { openAxisMenu } from "map/axis-menu";
import { widenAxis, zoomAxis } from "map/model/axes";
import { createCellPanel } from "map/cell-panel";
import { scaleOf } from "map/model/colours";
import { createCurves } from "map/model/curves";
import { createMapLegend } from "map/legend";
import { FIRST, PRESET_NAMES, readPreset } from "map/model/presets";
import { readCell, readMap, summarize } from "map/model/reading";
import { createSeedsSummary } from "map/seeds";
import { createMapStage } from "map/stage";
import { createMapToolbar } from "map/toolbar";
import { describeAxes, describeCell, describeState, describeSum, nameAxis, nameCell } from "map/words";

const GRID = ["M2.5 2.5h4.2v4.2H2.5z", "M9.3 2.5h4.2v4.2H9.3z", "M2.5 9.3h4.2v4.2H2.5z", "M9.3 9.3h4.2v4.2H9.3z"];
/** Milliseconds from one painting to the next, at least: of the wall, and of all that is said beside it. */
const PERIOD = { wall: 33, words: 200 };
/** A key zooms to this share of an axis. */
const CLOSER = 0.5;
const AXES = ["across", "up"];

/**
 * @param {HTMLElement|{network: HTMLElement, output: HTMLElement}} places a panel of its own, or the
 *   cards in which it takes the place of the network and of the output
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(places, context) {
  const { store, schema, actions, edits, taskOf } = context;
  const own = places instanceof HTMLElement ? places : null;
  const card = own ?? /** @type {any} */ (places).network;
  const beside = own ?? /** @type {any} */ (places).output;
  const kinds = schema.sweepAxes();
  const kindOf = (path) => kinds.find((kind) => kind.path === path) ?? { path, kind: "number", low: -Infinity, high: Infinity, scale: "linear" };
  const about = h("p.map-about");
  const stage = createMapStage({ kindOf, schema }, {
    look: (at) => look(at), open: openCell, zoom, zoomAt, back: zoomOut, leave: close, axis: openMenu,
  });
  const toolbar = createMapToolbar(context, { preset: takePreset, colour: (name) => store.set({ map: { colour: name } }), seeds: takeSeeds, zoomIn: () => zoomAt(shownCell()), zoomOut, find: () => section });
  const legend = createMapLegend();
  toolbar.legendPlace.append(legend.element);
  const said = h("p.sr-only", { id: "map-cell", role: "status" });
  const section = h("section.map", { hidden: true, "aria-label": word("map.title") }, own ? about : null, toolbar.presets, stage.element, toolbar.foot, said);
  const cell = createCellPanel(context, { open: () => openCell(shownCell()) });
  const seeds = createSeedsSummary();
  const side = h("div.map-look", { hidden: true }, cell.element, seeds.element);
  const curves = createCurves();
  const wallThrottle = createThrottle(PERIOD.wall, paint);
  const wordsThrottle = createThrottle(PERIOD.words, tell);
  let gone = false;
  /** @type {MapFrame|null} */
  let map = null;
  /** @type {Sweep|null} */
  let sweep = null;
  let scale = null;
  let looked = -1;
  let sum = { count: 0, diverged: 0, good: 0, best: -1 };
  const choice = own ? null : createSwitch();

  const again = h("button.button.primary", { type: "button", hidden: true, data: { action: "showMap", help: word("help.map") }, on: { click: openMap } }, word("map.title"));
  /** A panel of its own opens its map itself, the first time. */
  let opened = false;

  if (own) own.append(h("div.map-panel", {}, section, side), again);
  else {
    (card.querySelector(".stage-scroll") ?? card.lastChild).before(section);
    beside.append(side);
  }

  /** Network or map, in the head of the card. */
  function createSwitch() {
    const button = (name, open, paths) => h("button.map-side", {
      type: "button", data: { action: name, help: word(open ? "help.map" : "help.card.network") }, on: { click: () => (open ? openMap() : close()) },
    }, paths && icon(...paths), h("span", {}, word(open ? "map.title" : "card.network")));
    const [network, wall] = [button("showNetwork", false, null), button("showMap", true, GRID)];
    const element = h("div.map-switch", { role: "group", "aria-label": word("map.switch") }, network, wall);
    const head = card.querySelector(".card-head");
    const title = head.querySelector(".card-title");
    title.classList.add("sr-only");
    title.removeAttribute("tabindex");
    title.after(element, about);
    return { element, network, wall };
  }

  function openMap() {
    const { map: { axes }, run: { spec } } = store.get();
    if (!spec) return;
    if (store.get().step.open) actions.closeStep();
    store.set({ map: { open: true }, view: { space: null } });
    if (!axes.length) takePreset(FIRST);
  }

  function close() {
    if (own) return;
    const inside = section.contains(document.activeElement) || side.contains(document.activeElement);
    store.set({ map: { open: false } });
    if (inside) choice.wall.focus();
  }

  function takePreset(name) {
    const { axes, patch, colour } = readPreset(name, store.get().run.spec);
    if (patch) edits.edit(patch);
    setAxes(axes, { zooms: [], colour, ...(axes.length === 1 ? { seeds: 1 } : {}) });
  }

  function takeSeeds(count) {
    const { colour } = store.get().map;
    store.set({ map: { seeds: count, colour: count === 1 && colour === "success" ? "boundary" : colour } });
  }

  function setAxes(axes, more = {}) {
    looked = -1;
    store.set({ map: { axes, ...more } });
  }

  function openMenu(which, anchor) {
    const { axes } = store.get().map;
    const { run: { draft } } = store.get();
    openAxisMenu(anchor, {
      axis: axes[which] ?? null, schema, canBeNone: which === 1, title: word(`map.axis.${AXES[which]}`),
      kinds: kinds.filter(({ path }) => isRead(path, draft)),
      onChange: (axis) => {
        const next = [...store.get().map.axes];
        const other = next[1 - which];
        // Both axes of one setting: they change places.
        if (axis && other?.path === axis.path) next[1 - which] = next[which] ?? other;
        next[which] = axis;
        setAxes(next.filter(Boolean), { zooms: [] });
      },
    });
  }

  /** Rates that the optimizer does not read would make all cells alike. */
  function isRead(path, { optimizer: { name } }) {
    return !schema.readBy("optimizer.name").includes(path) || schema.reads("optimizer.name", name, path);
  }

  function zoom({ across, up }) {
    if (!sweep || sweep.axes.length < 2) return;
    const next = [across, up].map(([from, to], i) => zoomAxis(sweep.axes[i], kindOf(sweep.axes[i].path), from, to));
    const { axes, zooms } = store.get().map;
    if (next.every((axis) => axis === null)) return;
    setAxes(next.map((axis, i) => axis ?? axes[i]), { zooms: [...zooms, axes] });
  }

  /** Zooms in around a cell. */
  function zoomAt(at) {
    if (!sweep || at < 0) return;
    const { columns, rows } = sweep;
    const around = (place, count) => {
      const half = (CLOSER * count) / 2;
      const middle = Math.max(half - 0.5, Math.min(count - 0.5 - half, place));
      return [middle - half, middle + half];
    };
    zoom({ across: around(at % columns, columns), up: around(Math.floor(at / columns), rows) });
  }

  /** Back to what was seen before a zoom; beyond the first one the axes become longer. */
  function zoomOut() {
    const { zooms, axes } = store.get().map;
    if (zooms.length) setAxes(zooms.at(-1), { zooms: zooms.slice(0, -1) });
    else if (sweep && axes.length > 1) setAxes(sweep.axes.map((axis) => widenAxis(axis, kindOf(axis.path))));
  }

  function openCell(at) {
    if (!sweep || at < 0 || readCell(map, at).diverged) return;
    actions.adoptCell(Math.floor(at / sweep.columns), at % sweep.columns);
  }

  /** The cell that is shown large: the one that is looked at, or the best one. */
  function shownCell() {
    return looked >= 0 ? looked : sum.best >= 0 ? sum.best : 0;
  }

  function look(at) {
    looked = at;
    stage.mark(at, sum.best);
    if (!map?.cells) return;
    tell();
    const { run: { spec } } = store.get();
    const numbers = describeCell(readCell(map, at), { task: taskOf(spec), seeds: sweep.seeds });
    setText(said, word("map.spoken", { name: nameCell(sweep, at, schema), numbers }));
  }

  function update(frame) {
    if (store.get().map.open || frame.arrays.points) cell.update(frame);
    map = readMap(frame, sweep);
    if (!map) return;
    if (map.cells) {
      curves.take(map);
      sum = summarize(map);
    }
    wallThrottle.offer();
    wordsThrottle.offer();
  }

  function paint() {
    const { appearance: { palette }, view: { discretize }, map: { colour }, run: { spec } } = store.get();
    if (gone || section.hidden || !map?.cells || !palette || !spec) return;
    scale = colour === "boundary" ? null : scaleOf(map, colour, taskOf(spec), scale);
    stage.paint(map, { palette, discretize, scale });
    stage.mark(looked, sum.best);
  }

  function tell() {
    const { appearance: { palette }, view: { discretize, logLoss }, map: { problem }, run: { spec } } = store.get();
    if (gone || section.hidden || !palette || !spec) return;
    const task = taskOf(spec);
    showAbout(problem);
    const there = Boolean(map?.cells && sweep);
    side.classList.toggle("waiting", !there);
    if (!there) return;
    legend.draw(scale, { palette, task, lost: sum.diverged });
    const at = Math.min(shownCell(), map.count - 1);
    const numbers = readCell(map, at);
    const curve = curves.curveOf(at);
    cell.draw(map, at, {
      title: word(looked >= 0 ? "map.looked" : "map.bestSoFar"), name: nameCell(sweep, at, schema),
      note: numbers.diverged || sweep.seeds > 1 ? describeCell(numbers, { task, seeds: sweep.seeds }) : "",
      curve, palette, discretize, logLoss, task,
    });
    seeds.draw(map, {
      palette, discretize, range: [map.ranges[2 * at], map.ranges[2 * at + 1]],
      note: describeSum({ ...sum, best: -1 }, { sweep, task, schema }),
    });
  }

  /** What the map is of, and what there is to say of it now. */
  function showAbout(problem) {
    const state = map ? describeState(map) : sweep ? "" : word("map.waiting");
    const text = problem ? describeError(problem) : [sweep && describeAxes(sweep, schema), state].filter(Boolean).join(" ");
    setText(about, text);
    about.classList.toggle("problem", Boolean(problem));
  }

  function follow({ map: { open, axes, seeds: count, colour, sweep: next, problem }, run: { spec } }) {
    const was = !section.hidden;
    section.hidden = side.hidden = about.hidden = !open;
    if (!own) {
      card.classList.toggle("showing-map", open);
      beside.classList.toggle("showing-map", open);
      choice.network.setAttribute("aria-pressed", String(!open));
      choice.wall.setAttribute("aria-pressed", String(open));
    }
    if (next !== sweep?.of) take(next, axes);
    if (!spec) return;
    if (own && !opened) {
      opened = true;
      if (!open || !axes.length) {
        openMap();
        return;
      }
    }
    again.hidden = !own || open;
    toolbar.update({ colour, seeds: count, preset: presetOf(axes, spec), task: taskOf(spec), one: axes.length === 1, looked: true });
    if (!open) return;
    if (!was) stage.layOut(sweep);
    showAbout(problem);
    paint();
    tell();
  }

  /** A map that the server has begun, or none. */
  function take(next, axes) {
    sweep = next && { ...next, of: next, axes: next.axes.map((axis, i) => ({ ...axis, asked: axes[i] ?? {} })) };
    map = null;
    looked = -1;
    scale = null;
    sum = { count: 0, diverged: 0, good: 0, best: -1 };
    curves.clear();
    stage.layOut(sweep);
  }

  function presetOf(axes, spec) {
    return PRESET_NAMES.find((name) => JSON.stringify(readPreset(name, spec).axes) === JSON.stringify(axes)) ?? null;
  }

  function resize() {
    if (section.hidden) return;
    stage.layOut(sweep);
    cell.resize();
    paint();
    tell();
  }

  const observer = new ResizeObserver(resize);
  observer.observe(stage.element);
  const unwatch = [
    store.watch(["map.open", "map.axes", "map.seeds", "map.colour", "map.sweep", "map.problem", "run.spec"], follow),
    store.watch(["appearance.palette", "view.discretize", "view.logLoss"], resize),
    // One step, or the space of a layer, is shown in the drawing that is covered here.
    store.watch(["step.open", "view.space"], ({ step, view: { space } }) => {
      if ((step.open || space !== null) && store.get().map.open && !own) store.set({ map: { open: false } });
    }),
  ];

  function destroy() {
    gone = true;
    observer.disconnect();
    wallThrottle.cancel();
    wordsThrottle.cancel();
    unwatch.forEach((stop) => stop());
    cell.destroy();
    choice?.element.remove();
    about.remove();
    section.remove();
    side.remove();
    card.classList.remove("showing-map");
    beside.classList.remove("showing-map");
  }

  return { update, resize, destroy };
}
