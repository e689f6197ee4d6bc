/** Embedded replay of a recording: panels and a play bar. */

import { create as createAnnouncer } from "spoken/announcer";
import { h } from "lib/dom";
import { forwardKeys } from "embed/keys";
import { createPanels } from "pages/embed-panels";
import { create as createMap } from "map/recorded-panel";
import { createParent } from "embed/parent";
import { createRemote } from "embed/remote";
import { trackVisibility } from "embed/visibility";
import { createStart } from "embed/start-button";
import { create as createFacts } from "views/facts";
import { create as createBar } from "views/page/replay-bar";
import { word } from "lib/words";

const root = document.documentElement;

/**
 * @param {Object} options as `embed/options` reads them
 * @returns {{createViews: (part: Function, context: Object) => Object[][], 
 *   begin: (session: Object, context: Object) => void}}
 */
export function createReplayEmbed({ panels, background, text, start, origin }) {
  const place = h("div.embed-panels");
  const bar = h("section.embed-bar");
  const first = h("div");
  const spoken = h("div");
  const main = h("main.embed-main", {}, h("h1.sr-only", {}, word("page.title")), place);
  document.body.className = "embed";
  document.body.replaceChildren(main, bar, first, spoken, document.getElementById("fault"));
  if (background) root.dataset.background = background;
  root.style.setProperty("--text", text);
  const frames = createPanels(place, "replayEmbed", { facts: createFacts, map: createMap });
  let shown = panels;

  function createViews(part, context) {
    const { store } = context;
    const images = Boolean(store.get().images.set);
    store.set({ view: { curveTab: shown.includes("unit") ? "unit" : "loss" }, images: { imageTab: "confusion" } });
    root.dataset.about = images ? "images" : "plane";
    return [
      ...frames.show(shown, context, part),
      part("controls", createBar, bar),
      part("start", createStart, first, start === "click"),
      part("announcer", createAnnouncer, spoken),
    ];
  }

  /** The page around it drives a recording as it does a live embed. */
  function begin({ connection, views, painter }, context) {
    const showPanels = (names) => {
      shown = names;
      views.show();
      painter.repaintAll();
    };
    const remote = createRemote({
      parent: createParent(origin), connection, context, showPanels,
      visibility: trackVisibility(context.store, document.body), startsWithSlide: start === "pause",
    });
    forwardKeys(remote.key);
    views.watchSize([place]);
    new ResizeObserver(frames.fit).observe(place);
    remote.ready();
    if (start === "auto") context.actions.run();
  }

  return { createViews, begin };
}
