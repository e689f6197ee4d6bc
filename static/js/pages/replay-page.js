/** A recording that has a page to itself: laid out as the playground is. */

import { create as createAnnouncer } from "ui/announcer";
import { createCurveTabs } from "ui/curve-tabs";
import { h } from "lib/dom";
import { create as createScale } from "views/colour-scale";
import { create as createConfusion } from "views/images/confusion";
import { create as createCurve } from "views/curve-chart";
import { create as createFacts } from "views/facts";
import { create as createImageNetwork } from "views/images/network";
import { create as createImageUnit } from "views/images/unit-panel";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createOutput } from "views/output";
import { create as createBar } from "views/page/replay-bar";
import { create as createHeader } from "views/page/replay-header";
import { create as createUnitPanel } from "views/unit-panel";
import { word } from "lib/words";

const CARDS = ["data", "network", "output"];
const place = (id) => document.getElementById(id);

/**
 * @param {boolean} charts whether there are charts that only Plotly draws
 * @returns {{createViews: (part: Function, context: Object) => Object[][], 
 *   begin: (session: Object, context: Object) => void, panels?: Object}}
 */
export function createWholePage(charts) {
  function createViews(part, { store }) {
    return [
      part("header", createHeader, { about: place("about"), tools: place("tools") }),
      part("controls", createBar, place("strip")),
      part("data", createFacts, place("data")),
      ...(store.get().images.set ? createImageViews : createPlaneViews)(part, charts),
      part("announcer", createAnnouncer, place("announcer")),
    ];
  }

  function begin({ views }) {
    views.watchSize(CARDS.map(place));
  }

  return { createViews, begin };
}

function createPlaneViews(part) {
  const plane = h("div.output-plane");
  const scale = h("div.output-scale");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  place("output").replaceChildren(plane, scale, metrics, curves);
  return [
    part("network", createNetwork, place("network")),
    part("output", createOutput, { plane, tools: h("div.output-tools") }),
    part("scale", createScale, scale),
    part("metrics", createMetrics, metrics),
    part("curves", createCurveTabs, curves, { createCurve, createUnitPanel }),
  ];
}

/** Frames hold one image; what would show others is left out. */
function createImageViews(part, charts) {
  const title = h("h2.sr-only", { id: "output-title" }, word("card.output"));
  const answers = h("div.answers");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  place("output").replaceChildren(title, answers, metrics, curves);
  return [
    part("network", createImageNetwork, place("network")),
    ...(charts ? [part("output", createConfusion, answers)] : []),
    part("metrics", createMetrics, metrics),
    part("curves", createCurveTabs, curves, {
      createCurve, createUnitPanel: createImageUnit, aboutUnit: "help.tab.unit.images",
    }),
  ];
}
