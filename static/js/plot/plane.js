/**
 * The plane [-6, 6]^2 on a page: a map on a canvas, and Plotly's axes and
 * points over it. The map stands at its place before Plotly has come. Points can be drawn
 * by hand, too: until then, and where Plotly would be too slow.
 */

import { h, pixelRatio } from "lib/dom";
import { EDGE, planeLayout, planeMargin, planeTicks } from "plot/plane-figure";
import { PLOT_CONFIG, whenPlotly } from "plot/plotly";

/**
 * @param {HTMLElement} element a square box
 * @param {{palette: () => Object, onReady?: () => void, axes?: () => ?PlaneAxis[]}} parts `onReady`
 *   is told when Plotly has come; `axes` are those of a table, null for points
 * @returns {{canvas, draw, drawByHand, hideHand, isReady, placeOf, showRing, destroy}}
 */
export function createPlane(element, { palette, onReady, axes: namedAxes = () => null }) {
  const canvas = h("canvas.plane-map", { "aria-hidden": "true" });
  const hand = h("canvas.plane-hand", { "aria-hidden": "true", hidden: true });
  const axes = h("div.plane-axes", { "aria-hidden": "true" });
  const ring = h("div.plane-ring", { "aria-hidden": "true", hidden: true });
  element.classList.add("plane");
  element.append(canvas, axes, hand, ring);
  let plotly = null;
  let gone = false;
  let margin = { l: 0, r: 0, t: 0, b: 0 };
  let side = 0;

  whenPlotly().then((loaded) => {
    if (gone) return;
    plotly = loaded;
    axes.replaceChildren();
    (onReady ?? draw)();
  });

  function measure() {
    margin = planeMargin(namedAxes());
    side = element.clientWidth;
    const width = side - margin.l - margin.r;
    const height = element.clientHeight - margin.t - margin.b;
    for (const layer of [canvas, hand]) {
      Object.assign(layer.style, {
        left: `${margin.l}px`, top: `${margin.t}px`, width: `${width}px`, height: `${height}px`,
      });
    }
    return { width, height };
  }

  /** The numbers along the axes, for as long as Plotly does not write them. */
  function writeTicks({ width, height }) {
    const share = (tick) => (tick + EDGE) / (2 * EDGE);
    const named = namedAxes();
    const below = planeTicks(side, named?.[0]).map(({ at, text }) => {
      const tick = h("span.plane-tick.below", {}, text);
      tick.style.left = `${margin.l + share(at) * width}px`;
      tick.style.top = `${margin.t + height}px`;
      return tick;
    });
    const beside = planeTicks(side, named?.[1]).map(({ at, text }) => {
      const tick = h("span.plane-tick.beside", {}, text);
      tick.style.left = `${margin.l}px`;
      tick.style.top = `${margin.t + (1 - share(at)) * height}px`;
      return tick;
    });
    const titles = (named ?? []).map(({ title }, k) => h(`span.plane-title${k ? ".beside" : ".below"}`, {}, title));
    axes.replaceChildren(...below, ...beside, ...titles);
  }

  function layout() {
    const { clientWidth: width, clientHeight: height } = element;
    return planeLayout(palette(), { width, height, margin, axes: namedAxes() });
  }

  /** Lays everything out again: size, theme, and Plotly's points. */
  async function draw(traces = []) {
    const size = measure();
    if (side === 0) return;
    if (!plotly) {
      writeTicks(size);
      return;
    }
    await plotly.react(axes, traces, layout(), { ...PLOT_CONFIG, staticPlot: true });
  }

  function isReady() {
    return plotly !== null;
  }

  /** Points under the pointer's place, as coordinates of the plane, or null outside. */
  function placeOf({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const x1 = -EDGE + (2 * EDGE * (clientX - box.left)) / box.width;
    const x2 = EDGE - (2 * EDGE * (clientY - box.top)) / box.height;
    if (Math.abs(x1) > EDGE || Math.abs(x2) > EDGE) return null;
    return { x1, x2, scale: box.width / (2 * EDGE) };
  }

  /**
   * Draws points by hand, in place of Plotly's.
   *
   * @param {(context: Object, at: Function) => void} paint `at` tells the pixels of a place
   * @param {boolean} more whether what was drawn by hand stays
   */
  function drawByHand(paint, more = false) {
    const ratio = pixelRatio();
    const context = hand.getContext("2d");
    if (!more || hand.hidden) {
      const { width, height } = measure();
      hand.width = Math.round(width * ratio);
      hand.height = Math.round(height * ratio);
    }
    showHand(true);
    const [width, height] = [hand.width / ratio, hand.height / ratio];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(context, (x1, x2) =>
      [((x1 + EDGE) / (2 * EDGE)) * width, ((EDGE - x2) / (2 * EDGE)) * height]);
  }

  /** Shows Plotly's points again. */
  function hideHand() {
    showHand(false);
  }

  function showHand(yes) {
    hand.hidden = !yes;
    element.classList.toggle("by-hand", yes);
  }

  /** Shows a circle around a place, as large as a brush, or none. */
  function showRing(place, radius) {
    ring.hidden = !place;
    if (!place) return;
    const box = canvas.getBoundingClientRect();
    const outer = element.getBoundingClientRect();
    const size = 2 * radius * place.scale;
    const left = box.left - outer.left + (place.x1 + EDGE) * place.scale;
    const top = box.top - outer.top + (EDGE - place.x2) * place.scale;
    Object.assign(ring.style, {
      width: `${size}px`, height: `${size}px`,
      transform: `translate(${left - size / 2}px, ${top - size / 2}px)`,
    });
  }

  function destroy() {
    gone = true;
    if (plotly) plotly.purge(axes);
    element.replaceChildren();
  }

  return { canvas, draw, drawByHand, hideHand, isReady, placeOf, showRing, destroy };
}
