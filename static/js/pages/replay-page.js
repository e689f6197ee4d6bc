/** Full-page replay of a recording, laid out as the playground. */

import { create as createAnnouncer } from "spoken/announcer";
import { h } from "lib/dom";
import { create as createMap } from "map/recorded-panel";
import { createOutputPlaces } from "pages/output-card";
import { makeViews } from "pages/views";
import { create as createFacts } from "views/facts";
import { create as createBar } from "views/page/replay-bar";
import { create as createHeader } from "views/page/replay-header";
import { word } from "lib/words";

const CARDS = ["data", "network", "output"];
const place = (id) => document.getElementById(id);

/**
 * @param {boolean} charts whether there are charts that only Plotly draws
 * @returns {{createViews: (part: Function, context: Object) => Object[][],
 *   begin: (session: Object, context: Object) => void}}
 */
export function createReplayPage(charts) {
  function createViews(part, context) {
    return [
      part("header", createHeader, { about: place("about"), tools: place("tools") }),
      part("controls", createBar, place("strip")),
      ...createCards(part, context),
      part("announcer", createAnnouncer, place("announcer")),
    ];
  }

  /** Frames hold one image; what would show others is left out. Nothing can be painted. */
  function createCards(part, context) {
    const images = Boolean(context.store.get().images.set);
    const { cards, predictions, ...output } = createOutputPlaces(images);
    const title = h("h2.sr-only", { id: "output-title" }, word("card.output"));
    const shown = cards.filter((element) => element !== output.plane?.tools);
    const step = h("div");
    const ablation = h("div");
    place("network").append(ablation, step);
    place("output").replaceChildren(...(images ? [title] : []), ...shown);
    return makeViews("replay", part, context, {
      data: place("data"), network: place("network"), ablation, step, charts: charts && predictions, ...output,
      map: context.hasMap && { network: place("network"), output: place("output") },
    }, { facts: createFacts, map: createMap });
  }

  function begin({ views }, { store }) {
    views.watchSize(CARDS.map(place));
    store.watch(["map.open"], views.resize);
  }

  return { createViews, begin };
}
