/** Buttons that save and open the model. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

const ICONS = {
  saveModel: ["M8 2.5v7.5M4.8 7L8 10.2 11.2 7", "M3 13.2h10"],
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
    makeButton("saveModel", save), makeButton("openModel", () => file.click()), file);
}

function makeButton(name, call) {
  return h("button.quiet-button", {
    type: "button", "aria-label": word(`action.${name}`), on: { click: () => call() },
    data: { action: name, help: word(`help.${name}`) },
  }, icon(...ICONS[name]), h("span.quiet-text", {}, word(`action.${name}`)));
}
