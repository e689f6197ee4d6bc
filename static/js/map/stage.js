/** Wall of cells with its axes: painted, pointed at, opened, and zoomed by a box or by keys where there are tools. */

import { h, pixelRatio, rem, setText } from "lib/dom";
import { word } from "lib/words";
import { ticksOf } from "map/model/axes";
import { cellAt, layOutWall, middleOf, placesOf } from "map/model/layout";
import { moveCell } from "map/model/reading";
import { createWall } from "map/wall";
import { formatAt, nameAxis } from "map/words";

/** Rem: the title of an axis, the room from ticks to wall, a line of ticks, and a cell at most. */
const [TITLE, ROOM, LINE, LARGEST] = [2, 0.4, 1.3, 10];
/** Rem that a tick of numbers takes across, of whole numbers, and any tick up. */
const TICK = { number: 3.6, integer: 1.9, up: 1.7 };
const FONT = 0.79;
/** Pixels after which a press is a box. */
const DRAGGED = 6;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {{kindOf: (path: string) => AxisKind, schema: any}} about
 * @param {{look: (at: number) => void, open: (at: number) => void, leave: () => void, tools: MapTools|null}} on `tools`
 *   choose axes and zoom
 * @returns {{element: HTMLElement, wall: HTMLElement, layOut: Function, paint: Function, mark: Function}}
 */
export function createMapStage({ kindOf, schema }, on) {
  const canvas = h("canvas.map-canvas", { "aria-hidden": "true" });
  const [looked, best, box] = ["looked", "best", "box"].map((name) => h(`div.map-ring.${name}`, { "aria-hidden": "true", hidden: true }));
  const wall = h("div.map-wall", {
    tabindex: 0, role: "application", "aria-label": word(on.tools ? "map.wall" : "map.wall.recorded"), "aria-describedby": "map-cell", data: { map: "wall" },
    on: { keydown: press, pointerdown: begin, pointermove: drag, pointerup: end, pointercancel: cancel, click: pick },
  }, canvas, best, looked, box);
  const ticks = ["across", "up"].map((name) => h(`div.map-ticks.${name}`, { "aria-hidden": "true" }));
  const titles = ["across", "up"].map((name, i) => {
    const text = h("span");
    const button = h(`button.map-title.${name}`, {
      type: "button", "aria-haspopup": "dialog", disabled: !on.tools, data: { action: `mapAxis-${name}`, ...(on.tools && { help: word("help.map.axis") }) },
      on: { click: () => on.tools.openMenu(i, button) },
    }, text);
    return { button, text };
  });
  const element = h("div.map-plot.empty", {}, wall, ...ticks, ...titles.map(({ button }) => button));
  const painter = createWall(canvas);
  /** @type {WallSize|null} */
  let size = null;
  let sweep = null;
  let at = -1;
  let pressed = null;
  let dragged = false;

  /** Lays everything out for a map, in the room that there is. */
  function layOut(next) {
    sweep = next;
    element.classList.toggle("empty", !sweep);
    if (!sweep) return false;
    const { clientWidth, clientHeight } = element;
    if (!clientWidth || !clientHeight) return false;
    const unit = rem();
    const two = sweep.axes.length > 1;
    const labels = sweep.axes.map((axis, i) => (two ? labelsOf(axis, i, { clientWidth, clientHeight, unit }) : []));
    const beside = (TITLE + (two ? ROOM : 0)) * unit + widest(labels[1] ?? [], unit);
    const turned = two && isTurned(sweep.axes[0], labels[0], (clientWidth - beside) / sweep.columns, unit);
    const below = TITLE * unit + (turned ? widest(labels[0], unit) + ROOM * unit : two ? LINE * unit : 0);
    const edge = two ? 0.8 * unit : 0;
    size = layOutWall(sweep, { width: clientWidth - beside - edge, height: clientHeight - below - edge / 2, ratio: pixelRatio(), most: LARGEST * unit });
    const left = Math.round(beside + Math.max(0, (clientWidth - beside - edge - size.width) / 2));
    const top = Math.round(edge / 2 + Math.max(0, (clientHeight - below - edge / 2 - size.height) / 2));
    Object.assign(wall.style, { left: `${left}px`, top: `${top}px`, width: `${size.width}px`, height: `${size.height}px` });
    const bottom = top + size.height;
    const wide = ({ text }) => (turned ? LINE * unit * 0.8 : widest([{ text }], unit) + ROOM * unit);
    ticks[0].replaceChildren(...choose(labels[0], wide).map(({ place, text }) => tick(text, { left: left + middleOf(size, place), top: bottom })));
    ticks[1].replaceChildren(...choose(labels[1] ?? [], () => LINE * unit * 0.8).map(({ place, text }) => tick(text, { left, top: bottom - middleOf(size, place) })));
    ticks[0].classList.toggle("turned", turned);
    titles.forEach(({ button, text }, i) => {
      const axis = sweep.axes[i];
      setText(text, axis ? nameAxis(axis.path, schema) : on.tools ? word("map.axis.add") : "");
      button.classList.toggle("empty", !axis);
    });
    Object.assign(titles[0].button.style, { left: `${left}px`, width: `${size.width}px`, top: `${bottom + below - TITLE * unit}px` });
    Object.assign(titles[1].button.style, { left: `${left - beside}px`, top: `${top}px`, height: `${size.height}px` });
    mark(at, null);
    return true;
  }

  function labelsOf(axis, i, { clientWidth, clientHeight, unit }) {
    const kind = kindOf(axis.path);
    const most = i ? clientHeight / (TICK.up * unit) : (clientWidth - 5 * unit) / ((TICK[kind.kind] ?? TICK.number) * unit);
    return ticksOf(axis, kind, Math.max(2, Math.floor(most))).map(({ at: place, value }) => ({ place, text: formatAt(axis, value) }));
  }

  /** Names that are wider than a cell stand upright. */
  function isTurned({ path }, labels, room, unit) {
    return kindOf(path).kind === "choice" && widest(labels, unit) > room;
  }

  function widest(labels, unit) {
    const context = canvas.getContext("2d", { alpha: false });
    context.font = `${FONT * unit}px ${getComputedStyle(document.body).fontFamily}`;
    return Math.ceil(Math.max(0, ...labels.map(({ text }) => context.measureText(text).width)));
  }

  function tick(text, { left, top }) {
    const element = h("span.map-tick", {}, text);
    Object.assign(element.style, { left: `${left}px`, top: `${top}px` });
    return element;
  }

  /** The labels that do not stand in each other's way; the first ones matter most. */
  function choose(labels, lengthOf) {
    const kept = [];
    for (const label of labels) {
      const [middle, length] = [middleOf(size, label.place), lengthOf(label)];
      if (kept.every((other) => Math.abs(other.middle - middle) >= (other.length + length) / 2)) kept.push({ ...label, middle, length });
    }
    return kept;
  }

  function paint(map, how) {
    if (!size || size.columns !== map.columns || size.rows !== map.rows) return;
    painter.paint(map, size, how);
    // The canvas has pixels of its own; the wall has those of the page.
    Object.assign(canvas.style, { width: `${size.width}px`, height: `${size.height}px` });
  }

  /** Puts the rings around the cell that is looked at, and around the best one. */
  function mark(cell, top) {
    at = cell;
    ring(looked, cell);
    if (top !== null) ring(best, top === cell ? -1 : top);
  }

  function ring(element, cell) {
    element.hidden = cell < 0 || !size;
    if (element.hidden) return;
    const { columns, rows, apart, side } = size;
    const row = Math.floor(cell / columns);
    Object.assign(element.style, {
      left: `${(cell % columns) * apart}px`, top: `${(rows - 1 - row) * apart}px`, width: `${side}px`, height: `${side}px`,
    });
  }

  function placeOf({ clientX, clientY }) {
    const { left, top } = wall.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  function cellOf(event) {
    const { x, y } = placeOf(event);
    return size ? cellAt(size, x, y) : -1;
  }

  /** A finger scrolls the page, unless it is to draw a box. */
  function isScroll({ pointerType }) {
    return pointerType === "touch" && !on.tools?.isBoxing();
  }

  function begin(event) {
    if (isScroll(event) || event.button !== 0 || !size || !on.tools) return;
    pressed = placeOf(event);
    dragged = false;
  }

  function drag(event) {
    if (!size || isScroll(event)) return;
    if (!pressed) {
      const cell = cellOf(event);
      if (cell >= 0 && cell !== at) on.look(cell);
      return;
    }
    const now = placeOf(event);
    if (!dragged && Math.hypot(now.x - pressed.x, now.y - pressed.y) < DRAGGED) return;
    if (!dragged) wall.setPointerCapture(event.pointerId);
    dragged = true;
    const { left, top, right, bottom } = boxTo(now);
    box.hidden = false;
    Object.assign(box.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  }

  /** The box from where it was pressed; with one axis alone there is none. */
  function boxTo({ x, y }) {
    const inside = (value, most) => Math.max(0, Math.min(most, value));
    const [xs, ys] = [[pressed.x, inside(x, size.width)], [pressed.y, inside(y, size.height)]];
    return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  }

  function end(event) {
    if (!pressed) return;
    const chosen = dragged ? boxTo(placeOf(event)) : null;
    pressed = null;
    box.hidden = true;
    if (chosen && sweep.axes.length > 1) on.tools.zoom(placesOf(size, chosen));
  }

  function cancel() {
    pressed = null;
    dragged = false;
    box.hidden = true;
  }

  /** A finger looks first; a mouse has looked already. */
  function pick(event) {
    const cell = cellOf(event);
    const moved = dragged;
    dragged = false;
    if (moved || cell < 0) return;
    if (event.pointerType === "touch" && cell !== at) on.look(cell);
    else on.open(cell);
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !sweep) return;
    const { key } = event;
    if (ARROWS[key]) on.look(at < 0 ? 0 : moveCell({ ...sweep, count: countOf() }, at, ARROWS[key]));
    else if (key === "Enter" && at >= 0) on.open(at);
    else if (on.tools && ["+", "="].includes(key) && at >= 0) on.tools.zoomAt(at);
    else if (on.tools && ["-", "_"].includes(key)) on.tools.zoomOut();
    else if (key === "Escape" && pressed) cancel();
    else if (key === "Escape") on.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function countOf() {
    return sweep.axes.length > 1 ? sweep.rows * sweep.columns : sweep.axes[0].values.length;
  }

  return { element, wall, layOut, paint, mark };
}
