/** A recording in a frame of another page, such as a slide: panels, and one line that plays it. */

import { create as createAnnouncer } from "announcer";
import { h } from "dom";
import { forwardKeys } from "embed/keys";
import { createPanels } from "embed/panels";
import { createParent } from "embed/parent";
import { createRemote } from "embed/remote";
import { keepSight } from "embed/sight";
import { createStart } from "embed/start";
import { create as createFacts } from "views/facts";
import { create as createBar } from "views/replay-bar";
import { word } from "words";

const root = document.documentElement;

/**
 * @param {object} options as `embed/options` reads them
 * @returns {{createViews: (context: object) => object[], begin: (session: object) => void}}
 */
export function createFramed({ panels, background, text, start, origin }) {
  const place = h("div.embed-panels");
  const bar = h("section.embed-bar");
  const first = h("div");
  const spoken = h("div");
  document.body.className = "embed";
  document.body.replaceChildren(h("main.embed-main", {}, h("h1.sr-only", {}, word("page.title")), place), bar, first, spoken);
  if (background) root.dataset.background = background;
  root.style.setProperty("--text", text);
  const frames = createPanels(place);
  let shown = panels;

  function createViews(context) {
    const { store } = context;
    const images = Boolean(store.get().images);
    store.set({ curveTab: shown.includes("unit") ? "unit" : "loss", imageTab: "confusion" });
    root.dataset.about = images ? "images" : "plane";
    return [
      ...frames.show(shown, images, context),
      createBar(bar, context),
      createStart(first, context, start === "click"),
      createAnnouncer(spoken, context),
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
      sight: keepSight(context.store, document.body), startsWithSlide: start === "pause",
    });
    forwardKeys(remote.key);
    views.watchSize([place]);
    new ResizeObserver(frames.fit).observe(place);
    remote.ready();
    if (start === "auto") context.actions.run();
  }

  return { createViews, begin, panels: { data: (element, context) => [createFacts(element, context)] } };
}
