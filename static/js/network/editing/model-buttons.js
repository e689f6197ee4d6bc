/** Buttons that save and open the model. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

const ICONS = {
  saveModel: ["M8 2.5v7.5M4.8 7L8 10.2 11.2 7", "M3 13.2h10"],
  openStep: ["M2.5 3.5v9l5-4.5z", "M10 3.5v9", "M13.2 3.5v9"],
  openModel: ["M8 10.2V2.7M4.8 5.7L8 2.5l3.2 3.2", "M3 13.2h10"],
};
const SUFFIX = ".safetensors";

/**
 * @param {{save: Function, open: Function}} model
 * @returns {HTMLElement}
 */
export function createModelButtons({ save, open }) {
  const file = h("input", { type: "file", accept: SUFFIX, hidden: true, data: { path: "model" } });
  file.addEventListener("change", () => {
    if (file.files.length) open(file.files[0]);
    // The same file may be chosen again.
    file.value = "";
  });
  return h("div.model-buttons", {},
    makeQuietButton("saveModel", save), makeQuietButton("openModel", () => file.click()), file);
}

/** A button in the head of a card, without a frame; in a narrow card its icon alone. */
export function makeQuietButton(name, call) {
  return h("button.quiet-button", {
    type: "button", "aria-label": word(`action.${name}`), on: { click: () => call() },
    data: { action: name, help: word(`help.${name}`) },
  }, icon(...ICONS[name]), h("span.quiet-text", {}, word(`action.${name}`)));
}
