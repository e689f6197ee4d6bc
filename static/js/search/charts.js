/** Pictures of a search, one at a time: history, parallel coordinates, importances, slices, Pareto front. */

import { h } from "lib/dom";
import { word } from "lib/words";
import { PLOT_CONFIG, nameChart, whenPlotly } from "plot/plotly";
import { frontFigure, heightOfSlices, historyFigure, importancesFigure, slicesFigure } from "search/figures";
import { createParallel } from "search/parallel";
import { createTabs } from "ui/tabs";

const NAMES = ["history", "parallel", "importances", "slices", "front"];
const FIGURES = { history: historyFigure, importances: importancesFigure, slices: slicesFigure, front: frontFigure };

/**
 * @param {{open: (number: number) => void, brush: (brushes: SearchBrush[]) => void, show: (chart: string) => void}} on
 * @returns {{element: HTMLElement, draw: Function, clear: () => void, destroy: () => void}}
 */
export function createSearchCharts({ open, brush, show }) {
  const element = h("div.search-charts");
  let ready = false;
  const tabs = createTabs(element, word("search.charts"), NAMES.map((name) => (
    { id: `search-${name}`, text: word(`search.chart.${name}`), help: word(`help.search.chart.${name}`) })), (id) => {
    shown = id.replace("search-", "");
    if (ready) show(shown);
  });
  const note = h("p.search-note");
  const parallel = createParallel({ brush, open });
  const plots = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, h("div.search-plot")]));
  for (const name of NAMES) tabs.panels[`search-${name}`].append(name === "parallel" ? parallel.element : plots[name]);
  element.append(note);
  let plotly = null;
  let shown = "history";
  let last = null;
  let gone = false;
  const listening = new Set();
  ready = true;

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone && last) draw(last);
  });

  /** @param {any} how as search/figures takes it, without sizes, and the `chart` that is shown */
  function draw(how) {
    last = how;
    const { chart, settings, importances, dimensions, trials } = how;
    const two = settings.objectives.length > 1;
    tabs.bar.querySelector("#tab-search-front").hidden = !two;
    const wanted = chart === "front" && !two ? "history" : chart;
    if (shown !== wanted || !tabs.bar.querySelector("[aria-selected='true']")) tabs.show(`search-${wanted}`);
    const empty = wanted === "importances" ? !Object.keys(importances).length : !trials.some(({ state }) => state !== "training");
    note.hidden = !empty;
    note.textContent = empty ? word(wanted === "importances" ? "search.importances.none" : "search.none") : "";
    const place = wanted === "parallel" ? parallel.element : plots[wanted];
    place.classList.toggle("empty", empty);
    if (wanted === "slices") place.style.height = `${heightOfSlices(dimensions.length, place.clientWidth)}px`;
    const { clientWidth: width, clientHeight: height } = place;
    if (!width || !height || empty) return;
    if (wanted === "parallel") parallel.draw({ ...how, width, height });
    else if (plotly) plot(wanted, place, { ...how, width, height });
  }

  function plot(name, place, how) {
    const { data, layout } = FIGURES[name](how);
    plotly.react(place, data, layout, PLOT_CONFIG);
    nameChart(place, word(`search.chart.${name}.alt`));
    if (listening.has(name)) return;
    listening.add(name);
    place.on("plotly_click", ({ points: [point] }) => point?.customdata !== undefined && open(point.customdata));
  }

  function destroy() {
    gone = true;
    for (const name of listening) plotly.purge(plots[name]);
  }

  return { element, draw, clear: parallel.clear, destroy };
}
