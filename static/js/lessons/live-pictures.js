/** Live pictures in the list of lessons: the one that is looked at trains, all others stand still. */

import { createLiveRun } from "lessons/live-run";
import { followLook } from "lessons/looked-at";
import { h } from "lib/dom";
import { createBoundaryMap, FINE } from "plot/boundary-map";
import { createPixels } from "plot/maps";
import { readPalette } from "plot/palette";

/**
 * @param {HTMLElement[]} items each with its network as `data-network`
 * @param {(on: Object) => any} open opens a transport
 */
export function showLivePictures(items, open) {
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const canvas = h("canvas.lessons-live", { "aria-hidden": "true" });
  const pixels = createPixels(FINE, FINE, canvas);
  const map = createBoundaryMap();
  const run = createLiveRun({ open, paint });
  let item = null;
  let palette = null;

  /** The still picture stays below until its network has a first frame. */
  function paint(frame) {
    map.paint(pixels, frame, palette, false);
    canvas.dataset.step = frame.meta.step;
    if (canvas.parentElement !== item) item.append(canvas);
  }

  function look(next) {
    item = next;
    show();
  }

  function show() {
    canvas.remove();
    // The colours of the still pictures, which are those of the light theme.
    palette = readPalette("light");
    if (document.hidden || motion.matches) run.stop();
    else if (item) run.show(JSON.parse(item.dataset.network));
    else run.pause();
  }

  followLook(items, look);
  motion.addEventListener("change", show);
  // A page that the browser keeps to come back to holds no connection.
  window.addEventListener("pagehide", run.stop);
}
