/** Asks the server for what is looked at, and for no more. */

import { CALM_FPS } from "run/pace";

/**
 * What frames hold whatever is looked at: of points of the plane, and of images. A frame has no
 * more of it than there is, so the first one after a change from points to images is whole.
 */
const ALWAYS = ["boundary", "units", "weights", "history", "digit"];
/** Frames a second while nobody paints them: as many as a screen would take. */
const UNSEEN_FPS = 60;
const KEYS = ["select", "pointsWanted", "tile", "page", "running", "calm", "connection", "images",
  "digit", "showSaliency", "showNearest", "imageTab", "space", "curveTab", "recording"];
/** What is looked at; a change of it may need nothing that has not come already. */
const LOOKED_AT = ["hovered", "pinned", "curveTab", "imageTab"];

/**
 * Keeps the views of a connection as the store says. Who begins to look at something is given the
 * last frame once more, at once: as long as the request stays the same, no other one may come.
 *
 * @param {object} connection
 * @param {object} store
 * @param {() => void} repaint has every view take the last frame again
 */
export function requestViews(connection, store, repaint) {
  store.watch(["pinned", "hovered"], ({ pinned, hovered }) => {
    const looked = hovered?.kind === "hidden" ? { layer: hovered.layer, unit: hovered.unit } : null;
    const select = pinned ?? looked;
    if (JSON.stringify(select) !== JSON.stringify(store.get().select)) store.set({ select });
  });
  let asked = "";
  store.watch(KEYS, (state) => {
    const { select, tile, images, digit, space } = state;
    const message = {
      type: "views",
      names: images ? nameImageViews(state) : namePlaneViews(state),
      tile,
      max_fps: mostFrames(state),
      ...(select ? { select } : {}),
      ...(images ? { digit, space } : {}),
    };
    const open = state.connection.name === "open";
    if (open && asked !== JSON.stringify(message)) connection.send(message);
    asked = open ? JSON.stringify(message) : "";
  });
  store.watch(LOOKED_AT, repaint);
}

/** Who looks at a recording may ask for any point's fate. */
function namePlaneViews({ pointsWanted, recording, select }) {
  return [...ALWAYS, ...(pointsWanted || recording ? ["points"] : []), ...(select ? ["selected"] : [])];
}

/** The hidden space and what excites a unit take time, so only while they are in sight. */
function nameImageViews({ select, imageTab, curveTab, showSaliency, showNearest }) {
  const names = [...ALWAYS, "predictions"];
  if (imageTab === "confusion") names.push("confusion");
  if (imageTab === "space") names.push("space");
  if (showSaliency) names.push("saliency");
  if (showNearest) names.push("nearest");
  if (curveTab === "unit" && select) names.push("input_weights", "exciting");
  return names;
}

/** Pictures a second; null for as many as are painted. */
function mostFrames({ page, running, calm }) {
  if (calm && running) return CALM_FPS;
  return page === "unseen" ? UNSEEN_FPS : null;
}
