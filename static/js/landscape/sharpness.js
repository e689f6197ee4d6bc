/** Sharpness of the loss around the run: a number, its limit, a curve, and what they mean. */

import { h, setText } from "lib/dom";
import { formatLoss } from "lib/format";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";
import { createPlainCurve } from "plot/canvas-curve";

/** Numbers of a row of the array `sharpness`. */
const ROW = 3;
/** Shares of the limit between which a run is at the edge of stability. */
const EDGE = [0.9, 1.1];
/** Numbers that differ by more than this factor are drawn by powers of ten. */
const FAR = 12;

/**
 * Takes the array of a frame apart.
 *
 * @param {ArrayLike<number>} values
 * @returns {{steps: number[], values: number[], limits: number[]}}
 */
function readSharpness(values) {
  const column = (i) => Array.from({ length: values.length / ROW }, (_, at) => values[ROW * at + i]);
  return { steps: column(0), values: column(1), limits: column(2) };
}

/**
 * Where a run stands: `below` the limit, at the `edge`, `above`, or `none` where there is no limit.
 *
 * @param {number} value
 * @param {number} limit
 */
export function judgeSharpness(value, limit) {
  if (!Number.isFinite(limit)) return "none";
  if (value < EDGE[0] * limit) return "below";
  return value <= EDGE[1] * limit ? "edge" : "above";
}

/** Whether numbers are so far apart that only powers of ten show them all. */
function isFar(numbers) {
  const known = numbers.filter((one) => Number.isFinite(one) && one > 0);
  return Math.max(...known) > FAR * Math.min(...known);
}

/** @returns {{element: HTMLElement, update: Function, draw: Function}} */
export function createSharpness({ store }) {
  const numbers = h("span.sharpness-numbers");
  const words = h("p");
  const chart = h("div.sharpness-chart");
  const element = h("section.sharpness", { hidden: true },
    h("div.sharpness-head", {}, makeTerm("span.dialog-part", word("help.sharpness"), word("sharpness.title")), numbers),
    chart, words);
  const curve = createPlainCurve(chart, word("sharpness.alt"));
  let shown = null;

  function update({ arrays }) {
    if (arrays.sharpness) shown = readSharpness(arrays.sharpness.data);
  }

  function draw() {
    const { appearance: { palette } } = store.get();
    element.hidden = !shown;
    if (!shown || !palette || !chart.clientWidth) return;
    const { steps, values, limits } = shown;
    const [value, limit] = [values.at(-1), limits.at(-1)];
    const known = Number.isFinite(limit);
    setText(numbers, word(known ? "sharpness.numbers" : "sharpness.alone", { value: formatLoss(value), limit: formatLoss(limit) }));
    setText(words, word(`sharpness.words.${judgeSharpness(value, limit)}`));
    curve.draw({
      x: steps, from: steps[0], marks: [], breaks: [], logarithmic: isFar([...values, ...limits]), title: word("curve.update"), palette,
      lines: [
        { y: values, color: palette.press, width: 2 },
        ...(known ? [{ y: limits, color: palette.ink, width: 1.6, dash: [4, 3] }] : []),
      ],
    });
  }

  return { element, update, draw };
}
