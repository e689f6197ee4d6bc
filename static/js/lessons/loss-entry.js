/** Entry of a prediction that is marked: where the loss will stand after some epochs of training. */

import { h, setText } from "lib/dom";
import { formatCount, formatLoss } from "lib/format";
import { word } from "lib/words";

const SVG = "http://www.w3.org/2000/svg";
/** Of the chart, in its own units: the right end has room for the mark's handle. */
const BOX = { width: 300, height: 150, left: 34, right: 12, top: 8, bottom: 20 };
/** The scale ends this many times above the present loss, and not below the least. */
const ABOVE = 1.4;
const LEAST_TOP = 0.5;
/** How near is close: a share of the true loss, or of the scale. */
const CLOSE = { share: 0.25, scale: 0.05 };
const MOST_PLACES = 60;
/** The loss by its names in frames, in the history, and in words. */
const LOSSES = {
  loss: { meta: "train_loss", series: "trainLoss", name: "goal.quantity.train_loss" },
  test_loss: { meta: "test_loss", series: "testLoss", name: "goal.quantity.test_loss" },
};

/**
 * @param {{mark: string, epochs: number}} block
 * @param {{onChange: (ready: boolean) => void, frames: Object, context: Context}} parts
 * @returns {Object} an entry, as `lessons/entries` says
 */
export function createLossEntry({ mark, epochs }, { onChange, frames, context: { history } }) {
  const { meta: metaKey, series: column, name } = LOSSES[mark];
  const quantity = word(name);
  let top = LEAST_TOP;
  let value = null;
  let locked = false;
  /** The step that the curve begins at. */
  let from = 0;
  /** What was drawn last; at first where the loss stands now.
   * @type {number[][]} */
  let start = [];
  const chart = document.createElementNS(SVG, "svg");
  chart.setAttribute("viewBox", `0 0 ${BOX.width} ${BOX.height}`);
  chart.setAttribute("class", "loss-mark");
  chart.setAttribute("aria-hidden", "true");
  const slider = h("input", {
    type: "range", min: 0, max: 1000, step: 5, value: 1000, "aria-label": word("lesson.mark.label", { quantity, epochs: formatCount(epochs) }),
    on: { input: () => choose(slider.valueAsNumber / 1000 * top) },
  });
  const text = h("output.lesson-mark-value");
  const element = h("div.lesson-marking", {},
    h("p.lesson-how", {}, word("lesson.mark.label", { quantity, epochs: formatCount(epochs) })), chart, h("div.lesson-mark-row", {}, slider, text));

  function choose(next) {
    value = next;
    draw();
    onChange(true);
  }

  function point(event) {
    if (locked || (event.type === "pointermove" && !(event.buttons & 1))) return;
    event.preventDefault();
    if (event.type === "pointerdown") chart.setPointerCapture(event.pointerId);
    const box = chart.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * BOX.height;
    choose(Math.max(0, Math.min(1, (BOX.height - BOX.bottom - y) / (BOX.height - BOX.bottom - BOX.top))) * top);
  }

  chart.addEventListener("pointerdown", point);
  chart.addEventListener("pointermove", point);

  /** The scale fits the present loss, as long as nothing is marked. */
  function follow({ meta }) {
    if (locked || !(meta[metaKey] >= 0)) return;
    from = meta.step;
    if (value === null) top = Math.max(LEAST_TOP, ABOVE * meta[metaKey]);
    draw([[0, meta[metaKey]]]);
  }

  /** @param {number[][]} [curve] shares of the epochs, and losses */
  function draw(curve = start) {
    start = curve;
    const across = (share) => BOX.left + share * (BOX.width - BOX.left - BOX.right);
    const up = (loss) => BOX.height - BOX.bottom - Math.min(1.02, loss / top) * (BOX.height - BOX.bottom - BOX.top);
    const base = BOX.height - BOX.bottom;
    chart.replaceChildren(
      make("path", { class: "loss-axis", d: `M${BOX.left} ${BOX.top}V${base}H${BOX.width - BOX.right}` }),
      ...[0, top / 2, top].map((loss) => make("text", { x: BOX.left - 4, y: up(loss) + 3.5, "text-anchor": "end" }, formatTick(loss))),
      make("text", { x: across(0), y: BOX.height - 5 }, "0"),
      make("text", { x: across(1), y: BOX.height - 5, "text-anchor": "end" }, word("lesson.mark.epochs", { epochs: formatCount(epochs) })),
      ...(curve.length > 1 ? [make("path", { class: "loss-line", d: `M${curve.map(([share, loss]) => `${across(share).toFixed(1)} ${up(loss).toFixed(1)}`).join("L")}` })] : []),
      ...curve.slice(0, 1).map(([share, loss]) => make("circle", { class: "loss-now", cx: across(share), cy: up(loss), r: 3 })),
      ...(value === null ? [] : [
        make("path", { class: "loss-guess", d: `M${across(0)} ${up(value)}H${across(1)}` }),
        make("circle", { class: "loss-handle", cx: across(1), cy: up(value), r: 6 }),
      ]),
    );
    const said = value === null ? "" : formatLoss(value);
    setText(text, said);
    slider.setAttribute("aria-valuetext", said || word("lesson.mark.none"));
    slider.value = String(Math.round(1000 * Math.min(1, (value ?? top) / top)));
  }
  /** The curve from where it was marked, thinned, with the losses of its ends as they are. */
  function judge(_, { meta }) {
    const { step, [column]: losses } = history.series;
    const all = step.flatMap((at, i) => (at >= from && at <= meta.step ? [[(at - from) / Math.max(1, meta.step - from), losses[i]]] : []));
    const stride = Math.ceil(all.length / MOST_PLACES);
    const loss = Number.isFinite(meta[metaKey]) ? meta[metaKey] : null;
    const curve = [...all.filter((_one, i) => i % stride === 0), ...(loss === null ? [] : [[1, loss]])];
    return { loss, top, curve: curve.map((pair) => pair.map((one) => Number(one.toPrecision(4)))) };
  }

  function show(given, { locked: fixed, found }) {
    [value, locked] = [given, fixed];
    slider.disabled = locked;
    top = found?.top ?? Math.max(top, given);
    draw(found?.curve ?? start);
  }

  function describe(given, { loss, top: scale, diverged }) {
    if (loss === null || diverged) return { right: false, text: word("lesson.mark.diverged") };
    const away = given - loss;
    const close = Math.abs(away) <= Math.max(CLOSE.share * loss, CLOSE.scale * scale);
    const key = Math.abs(away) < 5e-4 ? "exact" : away > 0 ? "high" : "low";
    return {
      right: close, verdict: close ? "lesson.close" : null,
      text: word(`lesson.mark.${key}`, {
        quantity, epochs: formatCount(epochs), loss: formatLoss(loss), mark: formatLoss(given), difference: formatLoss(Math.abs(away)),
      }),
    };
  }

  const unwatch = frames.follow(follow);
  draw();
  return {
    element, none: "lesson.mark.none", read: () => value, accepts: (given) => Number.isFinite(given) && given >= 0,
    show, judge, describe, destroy: unwatch,
  };
}

function formatTick(loss) {
  return loss === 0 ? "0" : String(Number(loss.toPrecision(2)));
}

function make(tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}
