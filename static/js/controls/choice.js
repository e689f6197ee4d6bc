/** Drop-down list of names: a native select, for keyboards and phones. */

import { h } from "lib/dom";

/**
 * @param {{label, help, path}} field
 * @param {{onInput: Function, options: [string, string][], explain?: Function}} options value and
 *   text of each, and what a value means
 * @returns {{element, input, update: Function, setOptions: Function}}
 */
export function createChoice(field, { onInput, options, explain = () => "" }) {
  const input = h("select.select", {
    "aria-label": field.label, data: { path: field.path },
    on: { change },
  });
  const element = h("div.field", { data: { help: field.help } },
    h("div.field-head", {}, h("span.field-label", {}, field.label)),
    h("span.select-wrap", {}, input));
  let shown = "";

  function change() {
    showHelp();
    onInput(input.value);
  }

  /** The help is about the choice, and about what is chosen. */
  function showHelp() {
    element.dataset.help = [field.help, explain(input.value)].filter(Boolean).join("\n");
  }

  /** Replaces the options when they differ. */
  function setOptions(next) {
    const key = JSON.stringify(next);
    if (key === shown) return;
    shown = key;
    const value = input.value;
    input.replaceChildren(...next.map(([name, text]) => h("option", { value: name }, text)));
    input.value = value;
    showHelp();
  }

  function update(value) {
    if (input.value === value) return;
    input.value = value;
    showHelp();
  }

  setOptions(options);
  return { element, input, update, setOptions };
}
