/** A choice of names: a native select, so that every keyboard and phone knows it. */

import { h } from "dom";

/**
 * @param {{label, help, path}} field
 * @param {{onInput: Function, options: [string, string][]}} options value and text of each
 * @returns {{element, input, update: Function, setOptions: Function}}
 */
export function createChoice(field, { onInput, options }) {
  const input = h("select.select", {
    "aria-label": field.label, data: { path: field.path },
    on: { change: () => onInput(input.value) },
  });
  const element = h("div.field", { data: { help: field.help } },
    h("div.field-head", {}, h("span.field-label", {}, field.label)),
    h("span.select-wrap", {}, input));
  let shown = "";

  /** Replaces the options when they differ. */
  function setOptions(next) {
    const key = JSON.stringify(next);
    if (key === shown) return;
    shown = key;
    const value = input.value;
    input.replaceChildren(...next.map(([name, text]) => h("option", { value: name }, text)));
    input.value = value;
  }

  function update(value) {
    if (input.value !== value) input.value = value;
  }

  setOptions(options);
  return { element, input, update, setOptions };
}
