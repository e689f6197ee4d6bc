/** Copy to clipboard, with selected text as a fallback. */

import { h, icon, setText } from "lib/dom";
import { word } from "lib/words";

const SHEETS = ["M6 5.5h7.5V14H6z", "M3 10.5V2h7.5"];
const CHECK = ["M3 8.5l3.2 3.2L13 4.8"];
/** How long the button says that it is done (milliseconds). */
const SAID = 2000;

/**
 * Copies the text of a field; where that is forbidden, the text is selected.
 *
 * @param {HTMLInputElement|HTMLTextAreaElement} field
 * @returns {Promise<boolean>} whether it is copied
 */
async function copyField(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Pages without https, as in most class rooms, have no clipboard of the new kind.
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

/**
 * Makes the button that copies a field; what came of it is said beside it.
 *
 * @param {HTMLInputElement|HTMLTextAreaElement} field
 * @param {string} [name] of what is copied, for the ear
 */
export function createCopyButton(field, name) {
  let timer = 0;
  const text = h("span", {}, word("action.copy"));
  const mark = h("span", {}, icon(...SHEETS));
  const said = h("span.copy-said", { role: "status" });
  const button = h("button.button.copy", {
    type: "button", data: { action: "copy" }, "aria-label": name && `${word("action.copy")}: ${name}`,
    on: { click: copy },
  }, mark, text);

  async function copy() {
    const done = await copyField(field);
    setText(text, word(done ? "share.copied" : "action.copy"));
    setText(said, done ? "" : word("share.selected"));
    mark.replaceChildren(icon(...(done ? CHECK : SHEETS)));
    clearTimeout(timer);
    timer = setTimeout(() => {
      setText(text, word("action.copy"));
      mark.replaceChildren(icon(...SHEETS));
    }, SAID);
  }

  return h("span.copy-box", {}, button, said);
}
