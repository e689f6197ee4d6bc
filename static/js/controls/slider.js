/** Slider: continuous while dragged, exact by keyboard, its value beside it; linear, logarithmic or of sizes. */

import { listSizes, nextSize } from "controls/sizes";
import { h, setText } from "lib/dom";
import { formatShort, formatValue } from "lib/format";

const TRACK = 1000;
const ZERO_END = 20;
const DECADES_ABOVE_ZERO = 6;
const KEYS = {
  ArrowRight: [1, false], ArrowUp: [1, false], ArrowLeft: [-1, false], ArrowDown: [-1, false],
  PageUp: [1, true], PageDown: [-1, true],
};

/**
 * @param {Object} field from the schema
 * @param {{onInput: Function, format?: Function, data?: Object}} options
 * @returns {{element, input, update: Function}}
 */
export function createSlider(field, { onInput, format = formatValue }) {
  const scale = createScale(field);
  let value = field.initial ?? scale.minimum;
  const output = h("span.field-value");
  const input = h("input.slider", {
    type: "range", min: 0, max: scale.track, step: "any", "aria-label": field.label,
    data: { path: field.path },
    on: { input: () => take(scale.valueAt(Number(input.value)), true), keydown: press },
  });
  const element = h("div.field", { data: { help: field.help } },
    h("div.field-head", {}, h("span.field-label", {}, field.label), output), input);

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    let next;
    if (event.key === "Home") next = scale.minimum;
    else if (event.key === "End") next = scale.maximum;
    else if (KEYS[event.key]) {
      const [direction, big] = KEYS[event.key];
      next = scale.move(value, direction, big || event.shiftKey);
    } else return;
    event.preventDefault();
    take(next, false);
  }

  function take(next, dragged) {
    const changed = next !== value;
    value = next;
    paint(dragged);
    if (changed) onInput(next);
  }

  function paint(dragged) {
    const position = scale.positionOf(value);
    if (!dragged) input.value = String(position);
    input.style.setProperty("--fill", (dragged ? Number(input.value) : position) / scale.track);
    setText(output, format === formatValue ? formatShort(value) : format(value));
    input.setAttribute("aria-valuetext", format(value));
  }

  /** Shows a value that came from elsewhere. */
  function update(next) {
    if (next === value) return;
    value = next;
    paint(false);
  }

  paint(false);
  return { element, input, update };
}

/**
 * Makes the scale of a numeric field.
 *
 * A log scale that includes 0 keeps its left end for it. A scale of sizes has round numbers in
 * even distances.
 *
 * @param {{minimum: number, maximum: number, step?: number, log: boolean, whole: boolean,
 *   sizes?: boolean}} field
 */
export function createScale({ minimum, maximum, step, log, whole, sizes = false }) {
  if (sizes) return createSizeScale(minimum, maximum);
  const unit = step ?? (whole ? 1 : (maximum - minimum) / 100);
  const zero = log && minimum <= 0;
  const low = zero ? maximum / 10 ** DECADES_ABOVE_ZERO : minimum;
  const start = zero ? ZERO_END : 0;

  function clamp(value) {
    return Math.min(maximum, Math.max(minimum, value));
  }

  function tidy(value) {
    const bounded = clamp(whole ? Math.round(value) : value);
    return Number(bounded.toPrecision(10));
  }

  function positionOf(value) {
    if (!log) return (TRACK * (value - minimum)) / (maximum - minimum);
    if (value < low) return 0;
    const share = Math.log(value / low) / Math.log(maximum / low);
    return start + (TRACK - start) * share;
  }

  function valueAt(position) {
    if (!log) {
      const raw = minimum + ((maximum - minimum) * position) / TRACK;
      if (position >= TRACK) return maximum;
      return tidy(Math.round(raw / unit) * unit);
    }
    if (zero && position < start) return 0;
    const share = Math.max(0, position - start) / (TRACK - start);
    const raw = low * (maximum / low) ** share;
    return tidy(Number(raw.toPrecision(2)));
  }

  /** The value one key press further; `big` for page and shift. */
  function move(value, direction, big) {
    if (!log) return tidy(value + direction * unit * (big ? 10 : 1));
    if (value < low || (zero && value <= low && direction < 0)) return direction > 0 ? low : 0;
    const down = direction < 0 ? 1e-9 : 0;
    const decade = 10 ** Math.floor(Math.log10(value * (1 - down)) + 1e-12);
    const size = big ? decade : decade / 10;
    const next = value + direction * (whole ? Math.max(1, Math.round(size)) : size);
    if (zero && next < low) return 0;
    return tidy(Number(next.toPrecision(3)));
  }

  return { track: TRACK, positionOf, valueAt, move, clamp, minimum, maximum };
}

function createSizeScale(minimum, maximum) {
  const sizes = listSizes(minimum, maximum);
  const last = sizes.length - 1;
  const clamp = (value) => Math.min(maximum, Math.max(minimum, value));

  /** Between two sizes a value stands in proportion. */
  function positionOf(value) {
    const above = sizes.findIndex((size) => size >= value);
    if (above <= 0) return above < 0 ? TRACK : 0;
    const [low, high] = [sizes[above - 1], sizes[above]];
    return (TRACK * (above - 1 + (value - low) / (high - low))) / last;
  }

  return {
    track: TRACK,
    positionOf,
    valueAt: (position) => sizes[Math.round((position / TRACK) * last)],
    move: (value, direction, big) => {
      const next = nextSize(value, direction, [minimum, maximum]);
      return big ? nextSize(next, direction, [minimum, maximum]) : next;
    },
    clamp,
    minimum,
    maximum,
  };
}
