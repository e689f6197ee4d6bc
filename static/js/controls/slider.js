/** Slider: continuous while dragged, exact by keyboard, its value beside it. */

import { createScale } from "controls/scale";
import { h, setText } from "lib/dom";
import { formatShort, formatValue } from "lib/format";

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
