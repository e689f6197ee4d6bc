/** Asks the server for what is looked at, and for no more. */

import { CALM_FPS } from "pace";

const ALWAYS = ["boundary", "units", "weights", "history"];
/** Frames a second while nobody paints them: as many as a screen would take. */
const UNSEEN_FPS = 60;

/**
 * Keeps the views of a connection as the store says.
 *
 * @param {object} connection
 * @param {object} store
 */
export function requestViews(connection, store) {
  store.watch(["pinned", "hovered"], ({ pinned, hovered }) => {
    const looked = hovered?.kind === "hidden" ? { layer: hovered.layer, unit: hovered.unit } : null;
    const select = pinned ?? looked;
    if (JSON.stringify(select) !== JSON.stringify(store.get().select)) store.set({ select });
  });
  let asked = "";
  store.watch(["select", "pointsWanted", "tile", "page", "running", "calm", "connection"], (state) => {
    const { select, pointsWanted, tile } = state;
    const message = {
      type: "views",
      names: [...ALWAYS, ...(pointsWanted ? ["points"] : []), ...(select ? ["selected"] : [])],
      tile,
      max_fps: mostFrames(state),
      ...(select ? { select } : {}),
    };
    const open = state.connection.name === "open";
    if (open && asked !== JSON.stringify(message)) connection.send(message);
    asked = open ? JSON.stringify(message) : "";
  });
}

/** Pictures a second; null for as many as are painted. */
function mostFrames({ page, running, calm }) {
  if (calm && running) return CALM_FPS;
  return page === "unseen" ? UNSEEN_FPS : null;
}
