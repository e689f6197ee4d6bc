/** Buttons that save the picture of a view, where a page can. */

import { h } from "lib/dom";
import { word } from "lib/words";

/**
 * @param {Context} context its `savePicture` saves the picture of an element
 * @param {string} title key of the view's title
 * @param {() => HTMLElement} find the element that is drawn
 * @returns {HTMLElement|null} null where the page saves no pictures
 */
export function makePictureButtons({ savePicture }, title, find) {
  if (!savePicture) return null;
  const button = (type) => h("button.quiet-button", {
    type: "button", "aria-label": word("action.savePictureOf", { view: word(title), type: type.toUpperCase() }),
    data: { action: `savePicture-${type}`, help: word(type === "png" ? "help.savePng" : "help.saveSvg") },
    on: { click: () => savePicture(find(), word(title), type) },
  }, type.toUpperCase());
  return h("span.picture-buttons", {}, button("png"), button("svg"));
}
