/** Map: a wall of networks that differ along two axes, in the place of the network or in a panel of its own. */

import { h, handOf, setText } from "lib/dom";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { createCellPanel } from "map/cell-panel";
import { createColourChoice } from "map/colour-choice";
import { countEdge, limitOf, scaleOf } from "map/model/colours";
import { createCurves } from "map/model/curves";
import { createMapLegend } from "map/legend";
import { readCell, readMap, summarize } from "map/model/reading";
import { createSeedsSummary } from "map/seeds";
import { createMapStage } from "map/stage";
import { describeAxes, describeCell, describeProblem, describeSharpness, describeState, describeSum, nameCell } from "map/words";
import { addSide } from "ui/card-sides";

const GRID = ["M2.5 2.5h4.2v4.2H2.5z", "M9.3 2.5h4.2v4.2H9.3z", "M2.5 9.3h4.2v4.2H2.5z", "M9.3 9.3h4.2v4.2H9.3z"];
/** Milliseconds from one painting to the next, at least: of the wall, and of all that is said beside it. */
const PERIOD = { wall: 33, words: 200 };

/**
 * @param {HTMLElement|{network: HTMLElement, output: HTMLElement}} places a panel of its own, or the
 *   cards in which it takes the place of the network and of the output
 * @param {Context} context
 * @param {{createTools?: (context: Context, panel: any) => MapTools, open?: () => void, sharp?: boolean}} how `createTools`
 *   makes what chooses and opens, where a server trains the map; else `open` shows the one there is, `sharp` says whether
 *   the sharpness of its cells is known
 * @returns {{update, resize, destroy}}
 */
export function createMapPanel(places, context, { createTools, open = () => {}, sharp = false }) {
  const { store, schema, actions, taskOf } = context;
  const own = places instanceof HTMLElement ? places : null;
  const card = own ?? /** @type {any} */ (places).network;
  const beside = own ?? /** @type {any} */ (places).output;
  const kinds = schema.sweepAxes();
  const kindOf = (path) => kinds.find((kind) => kind.path === path) ?? { path, kind: "number", low: -Infinity, high: Infinity, scale: "linear" };
  const tools = createTools?.(context, { kinds, kindOf, shown: () => sweep, cell: () => shownCell(), find: () => section }) ?? null;
  const begin = tools?.open ?? open;
  const about = h("p.map-about");
  const stage = createMapStage({ kindOf, schema }, { look: (at) => look(at), open: openCell, leave: close, tools });
  const colours = createColourChoice((name) => store.set({ map: { colour: name } }));
  const legend = createMapLegend();
  const said = h("p.sr-only", { id: "map-cell", role: "status" });
  const section = h("section.map", { hidden: true, "aria-label": word("map.title") }, own ? about : null, tools?.presets, stage.element,
    h("div.map-foot", {}, colours.element, h("div.map-legend-place", {}, legend.element), ...(tools?.foot ?? [])), said);
  const cell = createCellPanel(context, { open: tools && (() => openCell(shownCell())) });
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
  const way = own ? null : addSide(card, { action: "showMap", title: "map.title", help: "help.map", paths: GRID, about, open: begin, close });

  const again = h("button.button.primary", { type: "button", hidden: true, data: { action: "showMap", help: word("help.map") }, on: { click: begin } }, word("map.title"));
  /** A panel of its own opens its map itself, the first time. */
  let opened = false;

  if (own) own.append(h("div.map-panel", {}, section, side), again);
  else {
    (card.querySelector(".stage-scroll") ?? card.lastChild).before(section);
    beside.append(side);
  }

  function close() {
    if (own) return;
    const inside = section.contains(document.activeElement) || side.contains(document.activeElement);
    store.set({ map: { open: false } });
    if (inside) way.focus();
  }

  function openCell(at) {
    if (tools && sweep && at >= 0 && !readCell(map, at).diverged) tools.openCell(at);
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
    const next = readMap(frame, sweep);
    // Frames have the numbers only when they have changed.
    map = next && !next.cells && map?.epoch === next.epoch ? { ...map, state: next.state, ready: next.ready, waiting: next.waiting } : next;
    if (!map) return;
    if (map.cells) {
      if (frame.recorded) curves.follow(frame.recorded, sweep);
      else curves.take(map);
      sum = summarize(map);
    }
    // The server has stopped by itself.
    const over = map.state === "failed" || (map.cells && sum.diverged === sum.count);
    if (tools && over && store.get().run.running) actions.pause();
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
    const { appearance: { palette }, view: { discretize, logLoss }, map: { problem, colour }, run: { spec } } = store.get();
    if (gone || section.hidden || !palette || !spec) return;
    const task = taskOf(spec);
    showAbout(problem);
    const there = Boolean(map?.cells && sweep);
    side.classList.toggle("waiting", !there);
    if (!there) return;
    legend.draw(scale, { palette, task, lost: sum.diverged, edge: countEdge(map), limit: limitOf(map) });
    const at = Math.min(shownCell(), map.count - 1);
    const numbers = readCell(map, at);
    const curve = curves.curveOf(at);
    cell.draw(map, at, {
      title: word(looked >= 0 ? "map.looked" : "map.bestSoFar"), name: nameCell(sweep, at, schema),
      note: numbers.diverged || sweep.seeds > 1 ? describeCell(numbers, { task, seeds: sweep.seeds }) : colour === "sharpness" ? describeSharpness(numbers) : "",
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
    const text = problem ? describeProblem(problem, store.get().map.axes, schema) : [sweep && describeAxes(sweep, schema, tools ? handOf() : null), state].filter(Boolean).join(" ");
    setText(about, text);
    about.classList.toggle("problem", Boolean(problem));
  }

  function follow({ map: { open, axes, seeds: count, colour, sweep: next, problem }, run: { spec } }) {
    const was = !section.hidden;
    section.hidden = side.hidden = about.hidden = !open;
    if (!own) {
      card.classList.toggle("showing-map", open);
      beside.classList.toggle("showing-map", open);
      way.update(open);
    }
    if (next !== sweep?.of) take(next, axes);
    if (!spec) return;
    if (own && tools && !opened) {
      opened = true;
      if (!open || !axes.length) {
        tools.open();
        return;
      }
    }
    again.hidden = !own || open;
    if (!open) return;
    colours.update({ colour, seeds: count, task: taskOf(spec), sharp: Boolean(tools) || sharp });
    tools?.update();
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
    stage.mark(-1, -1);
    stage.layOut(sweep);
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
    way?.destroy();
    about.remove();
    section.remove();
    side.remove();
    card.classList.remove("showing-map");
    beside.classList.remove("showing-map");
  }

  return { update, resize, destroy };
}
