/** Slider with a switch, for nullable numbers. */

import { createSlider } from "controls/slider";
import { createToggle } from "controls/toggle";
import { word } from "lib/words";

/**
 * @param {Object} field from the schema, nullable
 * @param {{onInput: Function, initial: number, format?: Function}} options
 *   `initial` is where the slider stands when first switched on
 */
export function createOptional(field, { onInput, initial, format }) {
  let last = initial;
  const slider = createSlider({ ...field, initial }, { onInput: take, format });
  const toggle = createToggle(
    { label: "", path: `${field.path}.on` },
    { onInput: (on) => onInput(on ? last : null) },
  );
  toggle.input.setAttribute("aria-label", word("control.on.of", { name: field.label }));
  slider.element.firstChild.append(toggle.element);

  function take(value) {
    last = value;
    onInput(value);
  }

  function update(value) {
    const on = value !== null;
    toggle.update(on);
    slider.input.disabled = !on;
    slider.element.classList.toggle("off", !on);
    if (on) slider.update((last = value));
  }

  update(null);
  return { element: slider.element, input: slider.input, update };
}
