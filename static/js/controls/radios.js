/** Radio buttons. */

import { h } from "lib/dom";

/**
 * @param {{name: string, label: string, help?: string}} field
 * @param {{value: string, options: [string, string, Node?][], onInput: (value: string) => void}}
 *   options value, text and perhaps a picture of each
 * @returns {HTMLElement}
 */
export function createRadios({ name, label, help = "" }, { value, options, onInput }) {
  return h("fieldset.radios", { data: { help } },
    h("legend.field-label", {}, label),
    h("div.radio-row", {}, ...options.map(([option, text, picture]) => h("label.radio", {},
      h("input", {
        type: "radio", name, value: option, checked: option === value,
        data: { path: name }, on: { change: () => onInput(option) },
      }), picture, text))));
}
