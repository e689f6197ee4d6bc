/** Menu of a layer: its further settings, such as dropout, and the views that look into it; and of the output layer. */

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
 *   showSpace?: (at: number) => void, showGradients?: () => void}} parts `showSpace` opens the layer's hidden space,
 *   `showGradients` the gradients of all layers, where there are such views
 */
export function openLayerMenu(anchor, at, { store, edits, schema, removeLayer, showSpace, showGradients }) {
  const layerNow = () => store.get().run.draft.layers[at];
  const change = (key) => (value) =>
    edits.edit({ layers: changeLayer(store.get().run.draft.layers, at, { [key]: value }) });
  const controls = schema.layerOptions(layerNow()).map((key) => {
    const control = createControl(schema.field(`layers.${key}`), { onInput: change(key) });
    return { key, control };
  });
  const makeButton = (action, text, help, call) => h("button.button.small", {
    type: "button", data: { action, help }, on: { click: () => {
      popover.close();
      call(at);
    } },
  }, text);
  const remove = makeButton("removeLayer", word("action.removeLayer"), word("help.removeLayer"), removeLayer);
  const space = showSpace && makeButton("showSpace", word("action.showSpace"), word("help.showSpace"), showSpace);
  const gradients = showGradients
    && makeButton("showGradients", word("tab.flow"), word("help.tab.flow"), showGradients);
  const unwatch = store.watch(["run.draft"], ({ run: { draft } }) => {
    const layer = draft.layers[at];
    if (layer) for (const { key, control } of controls) control.update(layer[key]);
  });
  const box = anchor.getBoundingClientRect();
  const popover = openPopover(
    { x: box.left, y: box.bottom + 6 },
    word("layer.name", { layer: at + 1 }),
    [...controls.map(({ control }) => control.element), h("div.menu-actions", {}, space, gradients, remove)],
    unwatch);
  controls[0].control.input.focus();
}

/**
 * Opens the settings of the output layer below `anchor`: whether it is frozen.
 *
 * @param {HTMLElement} anchor
 * @param {{store: Store, edits: any, schema: any}} parts
 */
export function openOutputMenu(anchor, { store, edits, schema }) {
  const control = createControl(schema.field("output.trainable"), { onInput: (trainable) => edits.edit({ output: { trainable } }) });
  const unwatch = store.watch(["run.draft"], ({ run: { draft } }) => control.update(draft.output.trainable));
  const box = anchor.getBoundingClientRect();
  openPopover({ x: box.left, y: box.bottom + 6 }, word("network.output"), [control.element], unwatch);
  control.input.focus();
}
