/** Map of a recording: its cells, colours and numbers; it trains nothing, and opens no network. */

import { createMapPanel } from "map/panel";

/**
 * @param {HTMLElement|{network: HTMLElement, output: HTMLElement}} places see `createMapPanel`
 * @param {Context} context its `source` is the recording's
 * @returns {{update, resize, destroy}}
 */
export function create(places, context) {
  const { store, source } = context;

  /** Shows the map of this frame, or goes to the first one that has one. */
  function open() {
    if (store.get().map.sweep) store.set({ map: { open: true } });
    else source.seekMap();
  }

  return createMapPanel(places, context, { open, sharp: context.hasSharpness });
}

/**
 * Follows a recording with the store: the map of the frame that is shown, and its colours.
 *
 * @param {Object} source of recorded frames
 * @param {Store} store
 */
export function followRecordedMap(source, store) {
  source.on("sweep", ({ sweep, colour = store.get().map.colour }) => {
    store.set({ map: { sweep, colour, open: Boolean(sweep), axes: sweep?.axes ?? [], seeds: sweep?.seeds ?? 1 } });
  });
}
