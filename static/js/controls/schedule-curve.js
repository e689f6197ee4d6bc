/** Sparkline of the learning rate schedule, with the present rate. */

import { h, setText } from "lib/dom";
import { formatCount, formatRate } from "lib/format";
import { isScheduled, makeSchedule, spanOf } from "spec/schedule";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 160;
const HEIGHT = 36;
const PERIOD = 100;

/**
 * @param {{store: Store}} context
 * @returns {{element, now, update: (step: number) => void, destroy: Function}} the picture,
 *   and the present rate in words for beside the control of the rate
 */
export function createScheduleCurve({ store }) {
  const line = document.createElementNS(SVG, "polyline");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.append(line);
  const dot = h("span.schedule-dot");
  const picture = h("div.schedule-picture", { role: "img" }, svg, dot);
  const value = h("span.field-value");
  const element = h("div.field.schedule", { data: { help: word("help.schedule.curve") } },
    h("div.field-head", {}, h("span.field-label", {}, word("label.schedule.curve")), value), picture);
  const now = h("span.rate-now");
  let drawn = "";
  let present = 0;

  function draw() {
    const { run: { draft } } = store.get();
    const shown = Boolean(draft) && isScheduled(draft);
    element.hidden = now.hidden = !shown;
    if (!shown) return;
    const rateAt = makeSchedule(draft);
    const span = spanOf(draft, present);
    drawLine(draft, rateAt, span);
    const rate = rateAt(present);
    dot.style.left = `${(100 * present) / span}%`;
    dot.style.top = `${100 * (1 - share(rate, draft))}%`;
    const text = formatRate(rate);
    setText(value, text);
    setText(now, word("schedule.now", { rate: text }));
    picture.setAttribute("aria-label", word("schedule.alt", {
      span: formatCount(span), step: formatCount(present), rate: text,
    }));
  }

  /** The line is drawn anew only when it is another one. */
  function drawLine(draft, rateAt, span) {
    const key = JSON.stringify([draft.schedule, span]);
    if (key === drawn) return;
    drawn = key;
    const points = Array.from({ length: WIDTH + 1 }, (_, x) =>
      `${x},${((1 - share(rateAt((span * x) / WIDTH), draft)) * HEIGHT).toFixed(2)}`);
    line.setAttribute("points", points.join(" "));
  }

  const throttle = createThrottle(PERIOD, (step) => {
    present = step;
    draw();
  });
  const unwatch = store.watch(["run.draft"], draw);

  function destroy() {
    unwatch();
    throttle.cancel();
  }

  return { element, now, update: throttle.offer, destroy };
}

function share(rate, { optimizer }) {
  return rate / optimizer.learning_rate;
}
