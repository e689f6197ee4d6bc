/** Surface over the boundary panel on which lines are drawn: by mouse, pen, finger or keys. */

import { h } from "lib/dom";
import { EDGE } from "plot/plane-figure";
import { complete } from "lessons/drawn-boundary";

const SVG = "http://www.w3.org/2000/svg";
/** Between two places of a line, and what an arrow key moves, in units of the plane. */
const APART = 0.12;
const STEP = { arrow: 0.25, far: 1 };
const MOST = { lines: 12, places: 400 };
/** What is drawn, each as a wide path below a narrow one, so that it is seen on any colour. */
const KINDS = ["drawn-truth", "drawn-goes-on", "drawn-line", "drawn-pen"];
const LAYERS = ["drawn-under", "drawn-over"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {{label: string, description: string, onChange: (lines: number[][][]) => void,
 *   onPen: (pen: {x: number, y: number, places: number}) => void}} parts `description` is the id of what
 *   says how to draw, `onPen` is told where the keys have moved the pen, and how many points its line has
 * @returns {{attach: (place: ?HTMLElement) => void, undo: () => void, show: Function, destroy: () => void}}
 */
export function createDrawingSurface({ label, description, onChange, onPen }) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `${-EDGE} ${-EDGE} ${2 * EDGE} ${2 * EDGE}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const paths = Object.fromEntries(KINDS.flatMap((kind) => LAYERS.map((layer) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", `${kind} ${layer}`);
    return [`${kind} ${layer}`, path];
  })));
  picture.append(...Object.values(paths));
  const element = h("div.drawing-surface", { role: "application", tabindex: 0, "aria-label": label, "aria-describedby": description });
  element.append(picture);
  const resized = new ResizeObserver(fit);
  let lines = [];
  let locked = false;
  /** The line that keys add to. */
  let open = false;
  let pointer = null;
  let pen = [0, 0];

  /** Lies over the map of a panel. */
  function attach(place) {
    resized.disconnect();
    element.remove();
    const map = place?.querySelector(".plane-map");
    if (!map) return;
    place.append(element);
    [place, map].forEach((one) => resized.observe(one));
    fit();
  }

  function fit() {
    const map = element.parentElement?.querySelector(".plane-map");
    if (!map) return;
    const [inner, outer] = [map.getBoundingClientRect(), element.parentElement.getBoundingClientRect()];
    Object.assign(element.style, {
      left: `${inner.left - outer.left}px`, top: `${inner.top - outer.top}px`, width: `${inner.width}px`, height: `${inner.height}px`,
    });
  }

  function draw() {
    put("drawn-line", lines.map(pathOf).join(""));
    put("drawn-goes-on", lines.map((line) => pathOf(complete(line))).join(""));
    const [x, y] = pen;
    put("drawn-pen", locked ? "" : `M${x - 0.3} ${-y}h0.6M${x} ${-y - 0.3}v0.6`);
  }

  function put(kind, d) {
    for (const layer of LAYERS) paths[`${kind} ${layer}`].setAttribute("d", d);
  }

  function change(next) {
    lines = next;
    draw();
    onChange(lines);
  }

  function placeOf({ clientX, clientY }) {
    const box = element.getBoundingClientRect();
    const bound = (value) => Math.round(100 * Math.max(-EDGE, Math.min(EDGE, value))) / 100;
    return [bound(-EDGE + (2 * EDGE * (clientX - box.left)) / box.width), bound(EDGE - (2 * EDGE * (clientY - box.top)) / box.height)];
  }

  function begin(event) {
    if (locked || pointer !== null || event.button !== 0 || lines.length >= MOST.lines) return;
    event.preventDefault();
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    open = false;
    pen = placeOf(event);
    change([...lines, [pen]]);
  }

  function move(event) {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents();
    const line = [...lines.at(-1)];
    for (const one of between.length ? between : [event]) {
      const place = placeOf(one);
      const last = line.at(-1);
      if (line.length < MOST.places && Math.hypot(place[0] - last[0], place[1] - last[1]) >= APART) line.push(place);
    }
    pen = line.at(-1);
    if (line.length > lines.at(-1).length) change([...lines.slice(0, -1), line]);
  }

  function end(event) {
    if (event.pointerId !== pointer) return;
    pointer = null;
    if (lines.at(-1)?.length === 1) change(lines.slice(0, -1));
  }

  function press(event) {
    if (locked || event.ctrlKey || event.altKey || event.metaKey) return;
    const { key, shiftKey } = event;
    if (ARROWS[key]) {
      const by = shiftKey ? STEP.far : STEP.arrow;
      pen = pen.map((one, axis) => Math.max(-EDGE, Math.min(EDGE, one + by * ARROWS[key][axis])));
      draw();
    } else if (key === " ") setPoint();
    else if (key === "Enter") finishLine();
    else if (key === "Backspace" || key === "Delete") undo();
    else return;
    event.preventDefault();
    onPen({ x: pen[0], y: pen[1], places: open ? lines.at(-1).length : 0 });
  }

  function setPoint() {
    if (open && lines.at(-1).length < MOST.places) change([...lines.slice(0, -1), [...lines.at(-1), pen]]);
    else if (!open && lines.length < MOST.lines) {
      open = true;
      change([...lines, [pen]]);
    }
  }

  function finishLine() {
    const alone = open && lines.at(-1).length === 1;
    open = false;
    if (alone) change(lines.slice(0, -1));
  }

  /** Takes back the last point of the line that keys draw, else the last line. */
  function undo() {
    if (open && lines.at(-1).length > 1) change([...lines.slice(0, -1), lines.at(-1).slice(0, -1)]);
    else {
      open = false;
      change(lines.slice(0, -1));
    }
  }

  /**
   * Shows lines, and the boundary that came of it.
   *
   * @param {number[][][]} drawn
   * @param {{locked: boolean, contour: number[]}} how `contour`: four coordinates for each piece
   */
  function show(drawn, { locked: fixed, contour }) {
    [lines, locked, open] = [drawn, fixed, false];
    element.toggleAttribute("data-locked", locked);
    element.tabIndex = locked ? -1 : 0;
    let d = "";
    for (let i = 0; i + 3 < contour.length; i += 4) d += `M${contour[i]} ${-contour[i + 1]}L${contour[i + 2]} ${-contour[i + 3]}`;
    put("drawn-truth", d);
    draw();
  }

  element.addEventListener("pointerdown", begin);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("keydown", press);
  draw();

  return {
    attach, undo, show,
    destroy() {
      resized.disconnect();
      element.remove();
    },
  };
}

function pathOf(line) {
  return line.length ? `M${line.map(([x, y]) => `${x} ${-y}`).join("L")}` : "";
}
