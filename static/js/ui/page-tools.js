/** Buttons for language and settings of the page. */

import { h, icon } from "lib/dom";
import { openPageSettings } from "ui/page-settings";
import { spokenLanguage, word } from "lib/words";

const GEAR = [
  "M6.5 3.1l.3-1.7h2.4l.3 1.7.9.4 1.5-1 1.6 1.6-1 1.5.4.9 1.7.3v2.4l-1.7.3-.4.9 1 1.5-1.6 1.6"
  + "-1.5-1-.9.4-.3 1.7H6.8l-.3-1.7-.9-.4-1.5 1-1.6-1.6 1-1.5-.4-.9-1.7-.3V6.8l1.7-.3.4-.9"
  + "-1-1.5 1.6-1.6 1.5 1z",
  "M8 6a2 2 0 1 0 0 4a2 2 0 0 0 0-4",
];

/**
 * Names the other language, in that language.
 *
 * @param {{languages: string[], changeLanguage: Function}} context
 */
export function createLanguageButton({ languages, changeLanguage }) {
  const other = languages.find((name) => name !== spokenLanguage());
  return h("button.button.small.tool", {
    type: "button", lang: other,
    data: { help: word("help.language"), action: "language" },
    on: { click: () => changeLanguage(other) },
  }, h("span.tool-text", {}, word(`language.${other}`)),
  h("span.tool-short", { "aria-hidden": "true" }, word(`language.short.${other}`)));
}

/** Opens the settings of the page. */
export function createSettingsButton(store) {
  let wasOpen = false;
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const button = h("button.icon-button.settings-open", {
    type: "button", "aria-label": word("action.settings"), "aria-haspopup": "dialog",
    "aria-expanded": "false", data: { help: word("help.settings"), action: "settings" },
    on: {
      // A press outside the panel closes it, and this button lies outside.
      pointerdown: () => {
        wasOpen = isOpen();
      },
      click: () => {
        if (!wasOpen) open();
        wasOpen = false;
      },
    },
  }, icon(...GEAR));

  function open() {
    button.setAttribute("aria-expanded", "true");
    openPageSettings(button, store, () => button.setAttribute("aria-expanded", "false"));
  }

  return button;
}
