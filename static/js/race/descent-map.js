/** One surface that optimizers go down: its map, their paths, and how each of them stands. */

import { h, setText } from "lib/dom";
import { formatCount, formatLoss } from "lib/format";
import { word } from "lib/words";
import { PLOT_CONFIG, nameChart, whenPlotly } from "plot/plotly";
import { rankArrivals, standOf } from "race/descent";
import { pathsFigure } from "race/paths-figure";

const ADDRESS = "api/surfaces";

/** Colours and lines go by powers of ten: where a surface reaches below 0, it is lifted to it. */
function aboveZero(heights) {
  const lowest = Math.min(0, ...heights.map((row) => Math.min(...row)));
  return lowest < 0 ? heights.map((row) => row.map((value) => value - lowest)) : heights;
}

/**
 * @param {{store: Store, read: (answer: Response) => Promise<any>, onStart: () => void, onResize: () => void}} parts
 *   `read` gives what the server answers, `onStart` is told when another start was chosen
 * @returns {{element: HTMLElement, load: Function, draw: Function, describe: Function, formula: () => string,
 *   entitle: Function, destroy: () => void}}
 */
export function createDescentMap({ store, read, onStart, onResize }) {
  const title = h("h3.race-map-title");
  const plot = h("div.race-surface");
  const list = h("ul.race-paths");
  const element = h("div.race-map", {}, title, plot, list);
  let plotly = null;
  let surface = null;
  let paths = [];
  let start = null;
  let gone = false;

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) onResize();
  });

  /**
   * Asks for a surface, unless it is there, and for the paths down it.
   *
   * @param {string} name
   * @param {Object[]} optimizers
   * @param {number} updates
   * @returns {Promise<() => void>} shows what came
   */
  async function load(name, optimizers, updates) {
    const address = `${ADDRESS}/${name}`;
    if (surface?.name !== name) start = null;
    const found = surface?.name === name ? surface : await fetch(address).then(read);
    const told = await fetch(address, { method: "POST", body: JSON.stringify({ optimizers, start, updates }) }).then(read);
    return () => {
      surface = found;
      paths = told.paths;
    };
  }

  /** Draws the paths up to an update. */
  function draw(at, names) {
    const { appearance: { palette } } = store.get();
    if (!surface || !palette || gone) return;
    writePaths(listStands(at), names, palette);
    const { clientWidth: width, clientHeight: height } = plot;
    if (!plotly || !width || !height) return;
    const { data, layout } = figure(at, palette, width, height);
    const ready = plotly.react(plot, data, layout, { ...PLOT_CONFIG, scrollZoom: false });
    if (!plot.dataset.listens) {
      plot.dataset.listens = "yes";
      ready.then(() => plot.on("plotly_click", ({ points: [{ x, y }] }) => { start = [x, y]; onStart(); }));
    }
    nameChart(plot, word("race.surface.alt", { name: nameOf() }));
  }

  const nameOf = () => word(`race.surface.${surface.name}`);
  const listStands = (at) => paths.map((path) => standOf(path, surface, at));

  function figure(at, palette, width, height) {
    const cut = (values) => values.slice(0, at + 1);
    const end = ({ x }) => (x.indexOf(null) < 0 ? at + 1 : Math.min(at + 1, x.indexOf(null)));
    return pathsFigure(
      { x: surface.x, y: surface.y, losses: aboveZero(surface.heights), minima: surface.minima },
      paths.map((path) => ({ x: cut(path.x).slice(0, end(path)), y: cut(path.y).slice(0, end(path)) })),
      { palette, colours: palette.classes, width, height, names: ["x", "y"] },
    );
  }

  /** What there is to say after an update, line by line; `titled` begins with the surface's name. */
  function describe(at, names, titled) {
    if (!surface) return [];
    const stands = listStands(at);
    const order = rankArrivals(stands);
    const lost = stands.flatMap(({ diverged }, i) => (diverged ? [names[i]] : []));
    const about = word(`race.surface.about.${surface.name}`);
    return [
      titled ? `${nameOf()}: ${about}` : about,
      order.length ? word("race.arrived", { name: names[order[0]], update: formatCount(stands[order[0]].arrived), count: order.length })
        : word("race.arrived.none", { update: formatCount(at) }),
      ...(lost.length ? [word("race.diverged", { names: lost.join(", ") })] : []),
    ];
  }

  function writePaths(stands, names, palette) {
    if (list.children.length !== paths.length) {
      list.replaceChildren(...paths.map(() => h("li", {}, h("span.race-key", { "aria-hidden": "true" }), h("span.race-name"), h("span.race-score"))));
    }
    stands.forEach(({ value, arrived, diverged }, i) => {
      const [key, name, score] = list.children[i].children;
      key.style.background = palette.classes[i];
      setText(name, names[i]);
      setText(score, diverged ? word("race.score.diverged") : formatLoss(value));
      list.children[i].classList.toggle("ahead", arrived !== null);
    });
  }

  /** Says which surface it is, where another one is beside it. */
  function entitle(wanted) {
    title.hidden = !wanted || !surface;
    if (surface) setText(title, nameOf());
  }

  const observer = new ResizeObserver(onResize);
  observer.observe(plot);

  function destroy() {
    gone = true;
    observer.disconnect();
    if (plotly && plot.dataset.listens) plotly.purge(plot);
  }

  return { element, load, draw, describe, formula: () => surface?.formula ?? "", entitle, destroy };
}
