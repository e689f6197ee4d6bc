/** Shared parts of both network drawings: card header, edits of layers, the pinned unit. */

import { openLook } from "advice/looks";
import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";
import { openLayerMenu, openOutputMenu } from "network/editing/layer-menu";
import { createModelButtons, makeQuietButton } from "network/editing/model-buttons";
import { changeLayer, mapUnit, insertLayer, removeLayer } from "spec/layers";

/**
 * The head of the card: its title, the number of parameters, and the buttons for the model.
 *
 * @param {string} help key of what the title explains
 * @param {{model: ?Object, fixed: boolean, openStep?: ?Function}} what `model` is null where it cannot be saved
 * @returns {{element: HTMLElement, opener: ?HTMLElement, update: (meta: Object) => void}} `opener` opens
 *   one update
 */
export function createNetworkHead(help, { model, fixed, openStep = null }) {
  const count = h("span");
  const note = makeTerm("span.card-note", word("help.parameters"), count, fixed ? null : h("span", {}, word("network.note")));
  const title = h("h2.card-title.term", { id: "network-title", tabindex: 0, data: { help: word(help) } }, word("card.network"));
  const opener = openStep && makeQuietButton("openStep", openStep);
  const element = h("div.card-head", {}, title, note, h("span.spacer"), opener, model && createModelButtons(model));
  return { element, opener, update: ({ parameters }) => setText(count, word("network.parameters", { count: formatCount(parameters) })) };
}

/**
 * Edits of hidden layers, each with its `origin`.
 *
 * @param {Context} context its `may` says what can be changed in place; all, where it has none
 * @param {Object} newLayer what an inserted layer is
 * @param {(at: number) => void} [showSpace] opens the hidden space of a layer
 * @returns {{layers: () => Layer[], change: Function, activate: Function, openMenu: Function,
 *   openOutput: Function, insert: (at: number) => void}}
 */
export function createLayerEdits({ store, edits, actions, schema, may = everything, opensStep = false }, newLayer, showSpace) {
  const layers = () => store.get().run.draft.layers;

  function change({ layers: next, origin }) {
    if (!may("layers")) return;
    store.set({ view: { pinned: mapUnit(store.get().view.pinned, origin) } });
    edits.edit({ layers: next }, origin);
  }

  function activate(layer, activation) {
    edits.edit({ layers: changeLayer(layers(), layer, { activation }) });
  }

  function openMenu(button, layer) {
    openLayerMenu(button, layer, {
      store, edits, schema, showSpace,
      showGradients: opensStep ? () => openLook({ view: "gradients" }, { store, actions }) : undefined,
      removeLayer: (at) => change(removeLayer(layers(), at)),
    });
  }

  function openOutput(button) {
    openOutputMenu(button, { store, edits, schema });
  }

  function insert(at) {
    change(insertLayer(layers(), Math.min(at, layers().length), newLayer));
  }

  return { layers, change, activate, openMenu, openOutput, insert };
}

/** Where nobody says otherwise, all can be changed in place. */
export function everything() {
  return true;
}

/** Pins a unit, or lets it go when it is the pinned one. */
export function togglePin(store, layer, unit) {
  const { view: { pinned } } = store.get();
  const same = pinned && pinned.layer === layer && pinned.unit === unit;
  store.set({ view: { pinned: same ? null : { layer, unit } } });
}

/** Lets the pinned unit go when a network no longer has it. */
export function unpinWhatIsGone(store, { layers }) {
  const { view: { pinned } } = store.get();
  const count = pinned ? layers[pinned.layer]?.units ?? 0 : 0;
  if (pinned && pinned.unit >= count) store.set({ view: { pinned: null } });
}
