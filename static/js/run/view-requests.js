/** View requests: asks the server only for views that are visible. */

import { REDUCED_MOTION_FPS } from "run/pace";
import { isAblated } from "spec/ablation";
import { isThere } from "spec/views";

/**
 * Asked for whatever is looked at, of points of the plane and of images. A frame has no more of it
 * than there is, so the first one after a change from points to images is whole.
 */
const always = () => true;
/** When each view is looked at. */
const LOOKED = {
  boundary: always,
  units: always,
  weights: always,
  history: always,
  columns: always,
  validation_history: ({ run }) => (run.spec?.data.validation_fraction ?? 0) > 0,
  digit: always,
  predictions: always,
  // Who looks at a recording may ask for any point's fate.
  points: ({ view, recording }) => view.pointsWanted || recording.active,
  selected: ({ view }) => view.select,
  // What takes time, only while it is in sight.
  confusion: ({ images }) => images.imageTab === "confusion",
  space: ({ images }) => images.imageTab === "space",
  saliency: ({ images }) => images.showSaliency,
  nearest: ({ images }) => images.showNearest,
  input_weights: ({ view }) => view.curveTab === "unit",
  exciting: ({ view }) => view.curveTab === "unit",
  one_step: ({ step }) => step.open,
  ablation: ({ ablation }) => isAblated(ablation),
  landscape: ({ landscape }) => landscape.open > 0,
  sharpness: ({ landscape }) => landscape.open > 0,
  race: ({ race }) => race.open > 0,
  sweep: ({ map }) => map.open,
  sweep_sharpness: ({ map }) => map.open && map.colour === "sharpness",
  classification: ({ classes }) => classes.open > 0,
  layer_spaces: ({ view, page }) => view.space !== null || page.panels.includes("spaces"),
  gradient_flow: ({ view, page }) => view.curveTab === "flow" || page.panels.includes("gradients"),
};
/** Frames a second while nobody paints them: as many as a screen would take. */
const UNSEEN_FPS = 60;
/** @type {StoreKey[]} */
const KEYS = ["view.select", "view.pointsWanted", "view.tile", "view.curveTab", "view.space", "page.visibility", "page.panels", "page.reducedMotion",
  "run.running", "run.spec", "stream.connection", "recording.active", "images.set", "images.digit", "images.showSaliency",
  "images.showNearest", "images.imageTab", "images.space", "step.open", "step.point", "step.check",
  "race.open", "map.open", "map.colour", "classes.open", "landscape.open", "landscape.kind", "landscape.weights", "landscape.draw", "ablation.units", "ablation.links"];
/** What is looked at; a change of it may need nothing that has not come already. */
/** @type {StoreKey[]} */
const LOOKED_AT = ["view.hovered", "view.pinned", "view.curveTab", "images.imageTab"];

/**
 * Keeps the views of a connection as the store says. Who begins to look at something is given the
 * last frame once more, at once: as long as the request stays the same, no other one may come.
 *
 * @param {Object} connection
 * @param {Store} store
 * @param {() => void} repaint has every view take the last frame again
 */
export function requestViews(connection, store, repaint) {
  store.watch(["view.pinned", "view.hovered"], ({ view: { pinned, hovered } }) => {
    const looked = hovered?.role === "hidden" ? { layer: hovered.layer, unit: hovered.unit } : null;
    const select = pinned ?? looked;
    if (JSON.stringify(select) !== JSON.stringify(store.get().view.select)) store.set({ view: { select } });
  });
  let asked = "";
  store.watch(KEYS, (state) => {
    const { view: { select, tile }, images: { set: images, digit, space }, step, landscape } = state;
    const message = {
      type: "views",
      names: nameViews(state),
      tile,
      max_fps: mostFrames(state),
      ...(select ? { select } : {}),
      ...(images ? { digit, space } : {}),
      ...(landscape.open ? { landscape: planeOf(landscape) } : {}),
      ...(step.open ? { step: { point: step.point, check: step.check } } : {}),
    };
    const open = state.stream.connection.name === "open";
    if (open && asked !== JSON.stringify(message)) connection.send(message);
    asked = open ? JSON.stringify(message) : "";
  });
  store.watch(LOOKED_AT, repaint);
}

/**
 * The views that are looked at.
 *
 * @param {PageState} state
 */
export function nameViews(state) {
  const { images: { set: images }, view: { select } } = state;
  const kind = images ? "images" : "plane";
  return Object.keys(LOOKED).filter((name) =>
    LOOKED[name] === always || (LOOKED[name](state) && isThere(name, kind, select)));
}

/** What the server is told of the plane that is looked at. */
function planeOf({ kind, weights, draw }) {
  return { kind, draw, ...(kind === "weights" && weights ? { weights } : {}) };
}

/** Pictures a second; null for as many as are painted. */
function mostFrames({ page: { visibility: page, reducedMotion }, run: { running } }) {
  if (reducedMotion && running) return REDUCED_MOTION_FPS;
  return page === "unseen" ? UNSEEN_FPS : null;
}
