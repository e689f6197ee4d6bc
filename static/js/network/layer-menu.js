/** Menu of a layer's further settings: slope, dropout, batch normalization. */

import { createControl } from "controls/field";
import { h } from "lib/dom";
import { changeLayer } from "spec/layers";
import { openPopover } from "ui/popover";
import { word } from "lib/words";

/**
 * Opens the settings of hidden layer `at` below `anchor`.
 *
 * @param {HTMLElement} anchor
 * @param {number} at
 * @param {{store: Store, edits: any, schema: any, removeLayer: (at: number) => void,
 *   showSpace?: (at: number) => void}} parts `showSpace` opens the layer's hidden space, where there is one
 */
export function openLayerMenu(anchor, at, { store, edits, schema, removeLayer, showSpace }) {
  const layerNow = () => store.get().run.draft.layers[at];
  const change = (key) => (value) =>
    edits.edit({ layers: changeLayer(store.get().run.draft.layers, at, { [key]: value }) });
  const controls = schema.layerOptions(layerNow()).map((key) => {
    const control = createControl(schema.field(`layers.${key}`), { onInput: change(key) });
    return { key, control };
  });
  const remove = h("button.button.small", {
    type: "button", data: { action: "removeLayer", help: word("help.removeLayer") }, on: { click: () => {
      popover.close();
      removeLayer(at);
    } },
  }, word("action.removeLayer"));
  const space = showSpace && h("button.button.small", {
    type: "button", data: { action: "showSpace", help: word("help.showSpace") }, on: { click: () => {
      popover.close();
      showSpace(at);
    } },
  }, word("action.showSpace"));
  const unwatch = store.watch(["run.draft"], ({ run: { draft } }) => {
    const layer = draft.layers[at];
    if (layer) for (const { key, control } of controls) control.update(layer[key]);
  });
  const box = anchor.getBoundingClientRect();
  const popover = openPopover(
    { x: box.left, y: box.bottom + 6 },
    word("layer.name", { layer: at + 1 }),
    [...controls.map(({ control }) => control.element), h("div.menu-actions", {}, space, remove)],
    unwatch);
  controls[0].control.input.focus();
}
