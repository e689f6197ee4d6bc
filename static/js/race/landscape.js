/** Paths of all networks of a race over the train loss, where they share one landscape. */

import { h, setText } from "lib/dom";
import { formatList, formatPercent } from "lib/format";
import { word } from "lib/words";
import { PLOT_CONFIG, nameChart, whenPlotly } from "plot/plotly";
import { pathsFigure } from "race/paths-figure";

/** @returns {{element: HTMLElement, draw: Function, destroy: () => void}} */
export function createRaceLandscape() {
  const plot = h("div.race-landscape-plot");
  const text = h("p");
  const element = h("section.race-landscape", { hidden: true },
    h("h3.dialog-part", {}, word("race.landscape")), plot, text);
  let plotly = null;
  let again = null;
  let gone = false;

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) again?.();
  });

  /**
   * @param {Race} race
   * @param {{names: string[], colours: string[], palette: any, strong: number[]}} how
   */
  function draw(race, how) {
    const { landscape } = race;
    const { names, colours, palette, strong } = how;
    element.hidden = !landscape;
    again = () => draw(race, how);
    if (!landscape) return;
    setText(text, describe(landscape, names));
    const { clientWidth: width, clientHeight: height } = plot;
    if (!plotly || !width || !height) return;
    const { data, layout } = pathsFigure(landscape, landscape.paths, {
      palette, colours, width, height, strong, names: [1, 2].map((n) => word("race.landscape.axis", { n })),
    });
    plotly.react(plot, data, layout, { ...PLOT_CONFIG, scrollZoom: false });
    nameChart(plot, word("race.landscape.alt"));
  }

  function describe({ share, x, y, paths }, names) {
    const beyond = names.filter((_, i) => leaves(paths[i].x.at(-1), x) || leaves(paths[i].y.at(-1), y));
    return [
      word("race.landscape.about", { share: formatPercent(share, 0) }),
      ...(beyond.length ? [word("race.landscape.beyond", { names: formatList(beyond, "conjunction") })] : []),
    ].join(" ");
  }

  function destroy() {
    gone = true;
    plotly?.purge(plot);
  }

  return { element, draw, destroy };
}

/** Whether a place is beyond the ends of an axis. */
function leaves(place, axis) {
  return place < axis[0] || place > axis.at(-1);
}
