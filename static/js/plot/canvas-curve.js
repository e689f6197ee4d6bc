/**
 * Curve chart on a canvas, for where Plotly is not loaded, or never will be. They look as
 * Plotly's do, are not to be zoomed, and tell their values under the pointer.
 */

import { LABEL_GAP } from "plot/curve-figure";
import { h, pixelRatio, rem } from "lib/dom";

/** `b` has the ticks alone, `title` the title of the axis as well. */
const MARGIN = { l: 42, r: 6, t: 6, b: 18, title: 34 };
const TICKS = 5;
const STEPS = [1, 2, 2.5, 5, 10];
const LEAST = 1e-6;
const FONT = 0.79;

/**
 * @param {HTMLElement} element has a size of its own
 * @param {string} label what the chart is called
 * @returns {{canvas: HTMLCanvasElement, draw: Function, nearest: Function, destroy: () => void}}
 */
export function createPlainCurve(element, label) {
  const canvas = h("canvas", { role: "img", "aria-label": label, "aria-describedby": "state" });
  element.append(canvas);
  let shown = null;

  /**
   * @param {{x: number[], lines: {y: number[], color: string, width: number, dash?: number[], gap?: string}[],
   *   from: number, marks: number[], breaks: {step: number, text: string, late: boolean, low?: boolean}[],
   *   logarithmic: boolean, title: string, palette: Object, least?: number}} chart `from` is where the
   *   axis begins, `gap` the colour between a line and the one before, `least` what a logarithmic
   *   axis shows at least
   */
  function draw({ x, lines, from, marks, breaks, logarithmic, title, palette, least = LEAST }) {
    const [width, height] = [element.clientWidth, element.clientHeight];
    const ratio = pixelRatio();
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `${FONT * rem()}px ${getComputedStyle(document.body).fontFamily}`;
    const below = title ? MARGIN.title : MARGIN.b;
    const scale = logarithmic ? (value) => Math.log10(Math.max(value, least)) : (value) => value;
    const values = lines.flatMap(({ y }) => y.filter(Number.isFinite).map(scale));
    const across = makeAxis(from, Math.max(from + 1, x.at(-1) ?? 1), MARGIN.l, width - MARGIN.r);
    const up = makeAxis(...spanOf(values, logarithmic), height - below, MARGIN.t);
    shown = { x, across };
    drawAxes(context, { across, up, logarithmic, title, below, palette, width, height });
    context.strokeStyle = palette["line-strong"];
    const drawMark = (step) => stroke(context, [[across.at(step), MARGIN.t], [across.at(step), height - below]]);
    marks.forEach(drawMark);
    context.strokeStyle = palette.muted;
    for (const { step, text, late, low = false } of breaks) {
      drawMark(step);
      context.textAlign = late ? "right" : "left";
      context.textBaseline = low ? "bottom" : "top";
      context.fillText(text, across.at(step) + (late ? -LABEL_GAP : LABEL_GAP), low ? height - below : MARGIN.t);
    }
    context.save();
    context.beginPath();
    context.rect(MARGIN.l, 0, width - MARGIN.l, height - below + 1);
    context.clip();
    const placesOf = ({ y }) => y.map((value, i) => [across.at(x[i]), up.at(scale(value))]);
    lines.forEach(({ gap }, i) => gap && fillBetween(context, placesOf(lines[i - 1]), placesOf(lines[i]), gap));
    for (const line of lines) {
      context.strokeStyle = line.color;
      context.lineWidth = line.width;
      context.setLineDash(line.dash ?? []);
      stroke(context, placesOf(line));
    }
    context.restore();
  }

  /** Which of the values is nearest to a place of the pointer; -1 for none. */
  function nearest(clientX) {
    if (!shown?.x.length) return -1;
    const left = clientX - canvas.getBoundingClientRect().left;
    let best = 0;
    shown.x.forEach((value, i) => {
      const away = Math.abs(shown.across.at(value) - left);
      if (away < Math.abs(shown.across.at(shown.x[best]) - left)) best = i;
    });
    return best;
  }

  return { canvas, draw, nearest, destroy: () => canvas.remove() };
}

function drawAxes(context, { across, up, logarithmic, title, below, palette, width, height }) {
  context.lineWidth = 1;
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.line;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const digits = (value) => (value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(0) : String(Number(value.toPrecision(4))));
  for (const tick of logarithmic ? powersIn(up) : ticksIn(up)) {
    const y = Math.round(up.at(tick)) + 0.5;
    stroke(context, [[MARGIN.l, y], [width - MARGIN.r, y]]);
    context.fillText(digits(logarithmic ? 10 ** tick : tick), MARGIN.l - 4, y);
  }
  stroke(context, [[MARGIN.l + 0.5, MARGIN.t], [MARGIN.l + 0.5, height - below]]);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of ticksIn(across)) {
    if (across.at(tick) < width - 14) context.fillText(digits(tick), across.at(tick), height - below + 4);
  }
  context.textBaseline = "bottom";
  context.fillText(title, (MARGIN.l + width - MARGIN.r) / 2, height);
}

function stroke(context, places) {
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.stroke();
}

function fillBetween(context, places, others, colour) {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of [...places, ...others.toReversed()]) context.lineTo(x, y);
  context.fill();
}

function makeAxis(low, high, from, to) {
  return { low, high, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

/** What an axis has to span: from 0 unless it is logarithmic. */
function spanOf(values, logarithmic) {
  if (!values.length) return [logarithmic ? -1 : 0, logarithmic ? 0 : 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = logarithmic ? least : Math.min(0, least);
  const room = (most - low || 1) * 0.05;
  return [low < 0 ? low - room : low, most + room];
}

/** Round numbers along an axis. */
function ticksIn({ low, high }) {
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((one) => one * power >= rough) * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

/** Powers of ten along a logarithmic axis; halves between them where there are few. */
function powersIn(axis) {
  const whole = ticksIn(axis).filter(Number.isInteger);
  return whole.length > 1 ? whole : ticksIn(axis);
}
