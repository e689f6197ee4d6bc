/** Parallel coordinates: one line for each trial across all dimensions to the objective; a part of an axis can be brushed. */

import { h, rem } from "lib/dom";
import { word } from "lib/words";
import { nameAxis } from "map/words";
import { colourOf } from "search/figures";
import { cellOf } from "search/model/trials";
import { formatAt, formatMetric, nameMetric, nameTrial } from "search/words";

const SVG = "http://www.w3.org/2000/svg";
/** Shares of an axis: how far a key moves a brush, how long it is at first, and at least. */
const [STEP, LENGTH, LEAST] = [0.05, 0.3, 0.04];
/** Rems above, below and beside the axes, what an axis is wide for a hand, and how far apart two are at least. */
const PLACE = { top: 1.9, bottom: 2.2, side: 4, grip: 1.7, apart: 6.6 };
const [MOST_TICKS, BRUSH] = [9, 10];
/** How strong lines are: the more of so many there are, the fainter is each. */
const [FAINTEST, STRONGEST, MANY] = [0.25, 0.8, 60];

/**
 * @param {{brush: (brushes: SearchBrush[]) => void, open: (number: number) => void}} on
 * @returns {{element: HTMLElement, draw: Function, clear: () => void}}
 */
export function createParallel({ brush: onBrush, open }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "search-lines");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", word("search.parallel.alt"));
  const linePart = svgPart(svg, "g", {});
  const axisPart = svgPart(svg, "g", {});
  const element = h("div.search-parallel", {}, svg);
  const paths = new Map();
  let axes = [];
  let brushes = {};
  let size = { width: 0, height: 0, top: 0, length: 0 };
  let drawn = "";
  /** The axis below which what diverged ends; "" where nothing has. */
  let diverged = "";

  /**
   * @param {{trials: Trial[], dimensions: SearchScale[], objectives: string[], scores: SearchScale[], best: number[],
   *   passing: (trial: Trial) => boolean, palette: any, schema: any, width: number, height: number}} how
   */
  function draw({ trials, dimensions, objectives, scores, best, passing, palette, schema, width, height }) {
    axes = [
      ...dimensions.map((scale) => ({ column: `value ${scale.path}`, scale, name: nameAxis(scale.path, schema), format: (value) => formatAt(scale.path, value) })),
      ...objectives.map((name, i) => ({ column: `metric ${name}`, scale: scores[i], name: nameMetric(name), format: (value) => formatMetric(name, value) })),
    ];
    const [top, bottom] = [PLACE.top * rem(), PLACE.bottom * rem()];
    const wide = Math.max(width, (axes.length - 1) * PLACE.apart * rem() + 2 * PLACE.side * rem());
    svg.style.width = `${wide}px`;
    size = { width: wide, height, top, length: height - top - bottom };
    diverged = trials.some(({ state }) => state === "diverged") ? `metric ${objectives[0]}` : "";
    drawAxes();
    drawLines(trials, { objectives, scores, best, passing, palette, schema });
  }

  const xOf = (i) => {
    const side = PLACE.side * rem();
    return axes.length < 2 ? size.width / 2 : side + (i / (axes.length - 1)) * (size.width - 2 * side);
  };
  const yOf = (share) => size.top + (1 - share) * size.length;

  function drawAxes() {
    const key = JSON.stringify([axes.map(({ column, name, scale: { ticks, low, high } }) => [column, name, ticks, low, high]), size, brushes, diverged]);
    if (key === drawn) return;
    drawn = key;
    const focused = axisPart.contains(document.activeElement) ? document.activeElement.dataset.column : null;
    svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    axisPart.replaceChildren(...axes.map(makeAxis));
    if (focused) axisPart.querySelector(`[data-column="${CSS.escape(focused)}"]`)?.focus();
  }

  function makeAxis(axis, i) {
    const x = xOf(i);
    const group = document.createElementNS(SVG, "g");
    const brush = brushes[axis.column];
    const wide = size.width / Math.max(1, axes.length) / (0.52 * rem());
    const title = svgPart(group, "text", { x, y: size.top - 0.85 * rem(), class: "search-axis-name", "text-anchor": "middle" });
    title.textContent = shorten(axis.name, wide);
    svgPart(group, "line", { x1: x, x2: x, y1: yOf(1), y2: yOf(0), class: "search-axis" });
    for (const { value, share } of thin(axis.scale.ticks)) {
      const tick = svgPart(group, "text", { x: x - 5, y: yOf(share), class: "search-tick", "text-anchor": "end", "dominant-baseline": "middle" });
      tick.textContent = shorten(axis.format(value), wide / 2);
    }
    if (axis.column === diverged) {
      const lost = svgPart(group, "text", { x, y: size.height - 0.5 * rem(), class: "search-tick", "text-anchor": "middle" });
      lost.textContent = word("search.parallel.diverged");
    }
    if (brush) svgPart(group, "rect", { x: x - BRUSH / 2, width: BRUSH, y: yOf(brush.to), height: (brush.to - brush.from) * size.length, class: "search-brush", rx: 3 });
    const grip = svgPart(group, "rect", {
      x: x - (PLACE.grip * rem()) / 2, width: PLACE.grip * rem(), y: size.top - 4, height: size.length + 8, class: "search-grip", rx: 4, tabindex: 0, role: "slider",
      "aria-orientation": "vertical", "aria-label": word("search.brush", { name: axis.name }), "aria-valuemin": 0, "aria-valuemax": 100,
      "aria-valuenow": Math.round(100 * (brush ? (brush.from + brush.to) / 2 : 0.5)), "aria-valuetext": describeBrush(axis, brush),
    });
    grip.dataset.column = axis.column;
    grip.dataset.help = word("help.search.brush");
    grip.addEventListener("pointerdown", (event) => drag(event, axis));
    grip.addEventListener("keydown", (event) => press(event, axis));
    return group;
  }

  function describeBrush(axis, brush) {
    if (!brush) return word("search.brush.none");
    const at = (share) => axis.scale.ticks.reduce((a, b) => (Math.abs(b.share - share) < Math.abs(a.share - share) ? b : a)).value;
    const value = (share) => axis.format(axis.scale.choices ? at(share) : valueAt(axis.scale, share));
    return word("search.brush.range", { low: value(brush.from), high: value(brush.to) });
  }

  function drag(event, axis) {
    if (event.button) return;
    const box = svg.getBoundingClientRect();
    const shareAt = ({ clientY }) => Math.max(0, Math.min(1, 1 - (clientY - box.top - size.top) / size.length));
    const from = shareAt(event);
    const grip = event.currentTarget;
    grip.focus();
    const move = (next) => {
      const to = shareAt(next);
      if (Math.abs(to - from) > LEAST) set(axis, { from: Math.min(from, to), to: Math.max(from, to) });
    };
    const end = (next) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      if (Math.abs(shareAt(next) - from) <= LEAST) set(axis, null);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    event.preventDefault();
  }

  /** Arrows move the brush, plus and minus make it longer and shorter, Delete and Escape take it away. */
  function press(event, axis) {
    const brush = brushes[axis.column];
    const { from, to } = brush ?? { from: 0.5 - LENGTH / 2, to: 0.5 + LENGTH / 2 };
    const moved = (by) => {
      const step = Math.max(-from, Math.min(1 - to, by));
      return { from: from + step, to: to + step };
    };
    const widened = (by) => ({ from: Math.max(0, from - by), to: Math.min(1, to + by) });
    const narrow = to - from > LEAST + 2 * STEP ? widened(-STEP) : { from, to };
    const next = {
      ArrowUp: () => (brush ? moved(STEP) : { from: 1 - LENGTH, to: 1 }), ArrowDown: () => (brush ? moved(-STEP) : { from: 0, to: LENGTH }),
      "+": () => widened(STEP), "-": () => narrow, Home: () => ({ from: 0, to: to - from }), End: () => ({ from: 1 - (to - from), to: 1 }),
      Delete: () => null, Backspace: () => null, ...(brush && { Escape: () => null }),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    set(axis, next());
  }

  function set(axis, brush) {
    const { [axis.column]: _, ...rest } = brushes;
    brushes = brush ? { ...rest, [axis.column]: brush } : rest;
    onBrush(list());
    drawAxes();
  }

  function list() {
    return axes.filter(({ column }) => brushes[column]).map(({ column, scale }) => ({ column, scale, ...brushes[column] }));
  }

  function drawLines(trials, { objectives, scores, best, passing, palette, schema }) {
    const there = new Set();
    svg.style.setProperty("--strength", String(Math.max(FAINTEST, Math.min(STRONGEST, MANY / trials.length))));
    for (const trial of trials) {
      if (trial.state === "training") continue;
      there.add(trial.number);
      let path = paths.get(trial.number);
      if (!path) {
        path = document.createElementNS(SVG, "path");
        path.append(document.createElementNS(SVG, "title"));
        path.addEventListener("click", () => open(trial.number));
        paths.set(trial.number, path);
        linePart.append(path);
      }
      const lost = trial.state !== "complete";
      set1(path, "d", lineOf(trial));
      set1(path, "stroke", lost ? palette["line-strong"] : colourOf(trial, objectives[0], scores[0], palette));
      set1(path, "class", ["search-line", trial.by === "hand" && "by-hand", best.includes(trial.number) && "best", lost && "lost", !passing(trial) && "out"].filter(Boolean).join(" "));
      const text = `#${trial.number} · ${nameTrial(trial, schema)}`;
      if (path.firstChild.textContent !== text) path.firstChild.textContent = text;
    }
    for (const [number, path] of paths) {
      if (there.has(number)) continue;
      path.remove();
      paths.delete(number);
    }
  }

  function lineOf(trial) {
    return axes.map(({ column, scale }, i) => {
      const value = cellOf(trial, column);
      const y = Number.isNaN(value) || value === undefined ? yOf(0) + 0.95 * rem() : yOf(scale.share(value));
      return `${i ? "L" : "M"}${xOf(i).toFixed(1)} ${y.toFixed(1)}`;
    }).join("");
  }

  function clear() {
    if (!Object.keys(brushes).length) return;
    brushes = {};
    onBrush([]);
    drawAxes();
  }

  return { element, draw, clear };
}

function set1(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function svgPart(parent, tag, attributes) {
  const part = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, String(value));
  parent.append(part);
  return part;
}

function shorten(text, most) {
  return text.length > most ? `${text.slice(0, Math.max(1, Math.floor(most) - 1))}…` : text;
}

/** As many ticks as there is room for. */
function thin(ticks) {
  const every = Math.ceil(ticks.length / MOST_TICKS);
  return ticks.filter((_, i) => i % every === 0);
}

function valueAt({ low, high, log }, share) {
  return log ? low * (high / low) ** share : low + (high - low) * share;
}
