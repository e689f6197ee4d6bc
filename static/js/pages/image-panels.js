/** Tabs for views of images that share a place. */

import { h } from "lib/dom";
import { createTabs } from "ui/tabs";
import { word } from "lib/words";

/**
 * The tabs in the card of the data: an image of the set, or one's own drawing.
 *
 * @param {HTMLElement} element
 * @param {Context} context
 * @param {{createDigits: Function, createDrawing: Function}} makers the views in the tabs
 * @returns {Object[]} the views
 */
export function createDigitTabs(element, context, { createDigits, createDrawing }) {
  return createPanels(element, context, { key: "digitTab", label: "digits.tabs" }, {
    choose: createDigits, draw: createDrawing,
  });
}

/**
 * The tabs in the card of the output: confusion matrix, and the hidden space.
 *
 * @param {HTMLElement} element
 * @param {Context} context
 * @param {{createConfusion: Function, createSpace: Function}} makers the views in the tabs
 * @returns {Object[]} the views
 */
export function createPredictionTabs(element, context, { createConfusion, createSpace }) {
  element.append(h("h2.sr-only", { id: "output-title" }, word("card.output")));
  return createPanels(element, context, { key: "imageTab", label: "card.output" }, {
    confusion: createConfusion, space: createSpace,
  });
}

/** One view in each tab; the store knows under `key` which is seen. */
function createPanels(element, context, { key, label }, makers) {
  const { store } = context;
  const shown = {};
  const names = Object.keys(makers);
  const tabs = createTabs(element, word(label), names.map((id) =>
    ({ id, text: word(`tab.${id}`), help: word(`help.tab.${id}`) })), (id) => {
    store.set({ images: { [key]: id } });
    shown[id]?.resize();
  });
  for (const id of names) shown[id] = makers[id](tabs.panels[id], context);
  const unwatch = store.watch([/** @type {StoreKey} */ (`images.${key}`)], ({ images }) => tabs.show(images[key]));
  return [...Object.values(shown), { update() {}, resize() {}, destroy: unwatch }];
}
