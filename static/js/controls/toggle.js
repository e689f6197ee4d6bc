/** Toggle switch. */

import { h } from "lib/dom";

/**
 * @param {{label: string, help?: string, path?: string}} field
 * @param {{onInput: Function}} options
 * @returns {{element, input, update: Function}}
 */
export function createToggle(field, { onInput }) {
  const input = h("input", {
    type: "checkbox", role: "switch", data: { path: field.path ?? "" },
    on: { change: () => onInput(input.checked) },
  });
  const element = h("label.switch", { data: { help: field.help ?? "" } }, input, field.label);

  function update(value) {
    if (input.checked !== value) input.checked = value;
  }

  return { element, input, update };
}
