/** Views that show why an observation is so: how each is opened. */

/** @type {Object<string, {help: string, open: (parts: {store: Store, actions: any}, look: any) => void}>} */
const LOOKS = {
  gradients: { help: "help.tab.flow", open: ({ store }) => openTab(store, "flow") },
  unitUpdate: {
    help: "help.followUpdate",
    open: ({ actions }, { layer, unit }) =>
      actions.openStep({ chosen: { kind: "unit", column: layer + 1, row: unit }, stage: layer + 1 }),
  },
  withoutUnit: {
    help: "help.switchUnit",
    open: ({ actions }, { layer, unit }) => actions.ablate({ units: [{ layer, unit }], links: [] }),
  },
  spaces: { help: "help.showSpace", open: ({ store }, { layer }) => store.set({ view: { space: layer } }) },
  landscape: { help: "help.landscape", open: ({ store }) => store.set({ view: { dialog: "landscape" } }) },
  race: {
    help: "help.race",
    open: ({ store }, { kind }) => store.set({ race: { place: "data", kind }, view: { dialog: "race" } }),
  },
  classes: { help: "help.classes", open: ({ store }) => store.set({ view: { dialog: "classes" } }) },
  earlyStopping: {
    help: "help.earlyStopping",
    open: ({ store }) => {
      openTab(store, "loss");
      store.set({ view: { dialog: "earlyStopping" } });
    },
  },
};

/** All of them, of a network on points. */
export const LOOK_NAMES = Object.keys(LOOKS);

/** What each of them is. */
export function helpOfLook({ view }) {
  return LOOKS[view].help;
}

/**
 * Opens a view.
 *
 * @param {{view: string, layer?: number, unit?: number, kind?: string}} look of an observation; `layer` counts
 *   hidden layers from 0, those of `spaces` from the inputs
 * @param {{store: Store, actions: Object}} parts
 */
export function openLook(look, parts) {
  LOOKS[look.view].open(parts, look);
}

/** The focus goes along, and so does the window where the tab is out of sight. */
function openTab(store, id) {
  store.set({ view: { curveTab: id } });
  document.getElementById(`tab-${id}`)?.focus();
}
