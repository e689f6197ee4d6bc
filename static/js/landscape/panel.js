/** Loss landscape: a map or a surface with the path of the run, and what it shows in words. */

import { createChoice } from "controls/choice";
import { createToggle } from "controls/toggle";
import { canDrawSolid } from "images/solid-cloud";
import { mapFigure, solidFigure } from "landscape/figure";
import { createSharpness } from "landscape/sharpness";
import { KINDS, readLandscape } from "landscape/surface";
import { listWeights, nameWeight, readWeight, writeWeight } from "landscape/weights";
import { describeLandscape } from "landscape/words";
import { h, setLines } from "lib/dom";
import { explain } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { PLOT_CONFIG, nameChart, whenPlotly } from "plot/plotly";

/** Milliseconds from one drawing to the next, at least, and how many times as long as one took. */
const PERIOD = 250;
const REST = 12;

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store }) {
  const plot = h("div.landscape-plot", { on: { pointerdown: hold } });
  const hint = h("p.hint", {}, word("landscape.hint"));
  const kind = createChoice(
    { label: word("label.landscape.kind"), help: word("help.landscape.kind"), path: "landscape.kind" }, {
      options: KINDS.map((name) => [name, word(`landscape.kind.${name}`)]),
      explain: (name) => (name ? explain(word(`landscape.kind.${name}`), word(`help.landscape.kind.${name}`)) : ""),
      onInput: (name) => store.set({ landscape: { kind: name } }),
    });
  const axes = ["x", "y"].map((axis, i) => createChoice(
    { label: word(`label.landscape.${axis}`), help: word("help.landscape.weight"), path: `landscape.${axis}` },
    { options: [], onInput: (text) => chooseWeight(i, readWeight(text)) }));
  const again = h("button.button.small", {
    type: "button", data: { action: "drawDirections", help: word("help.landscape.draw") },
    on: { click: () => store.set({ landscape: { draw: store.get().landscape.draw + 1 } }) },
  }, word("action.drawDirections"));
  const solid = createToggle(
    { label: word("label.dimensions"), help: word("help.landscape.solid"), path: "landscape.solid" },
    { onInput: (on) => store.set({ landscape: { solid: on } }) });
  const words = h("div.landscape-words");
  const sharpness = createSharpness({ store });
  const chosen = h("div.landscape-axes", {}, ...axes.map((axis) => axis.element));
  element.classList.add("landscape");
  element.append(h("div.landscape-parts", {},
    h("div.landscape-picture", {}, plot, hint),
    h("div.landscape-side", {}, kind.element, chosen, again, solid.element, words, sharpness.element)));

  let plotly = null;
  let landscape = null;
  let spec = null;
  let outputs = 1;
  let camera = null;
  let drawn = null;
  let held = false;
  let gone = false;
  let cost = 0;
  let throttle = createThrottle(PERIOD, show);
  store.set({ landscape: { open: store.get().landscape.open + 1 } });

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) show();
  });

  function update(frame) {
    sharpness.update(frame);
    const read = readLandscape(frame.arrays);
    if (!read) return;
    landscape = read;
    spec = frame.spec;
    if (frame.arrays.boundary && frame.arrays.boundary.shape[0] !== outputs) {
      outputs = frame.arrays.boundary.shape[0];
      follow(store.get());
    }
    throttle.offer();
  }

  /** While a hand turns the surface it stands still: Plotly would put the camera back. */
  function hold() {
    held = store.get().landscape.solid;
  }

  function letGo() {
    held = false;
    throttle.offer();
  }

  function show() {
    const { appearance: { palette }, landscape: { solid: wanted } } = store.get();
    const { clientWidth: width, clientHeight: height } = plot;
    if (!landscape || !palette || gone) return;
    hint.hidden = true;
    setLines(words, describeLandscape(landscape, store.get().landscape.kind));
    sharpness.draw();
    if (!plotly || held || !width || !height) return;
    const begun = performance.now();
    const names = nameAxes();
    const inSpace = wanted && canDrawSolid();
    if (drawn !== null && drawn !== inSpace) plotly.purge(plot);
    const how = { palette, width, height, names };
    const { data, layout } = inSpace ? solidFigure(landscape, { ...how, camera }) : mapFigure(landscape, how);
    const ready = plotly.react(plot, data, layout, { ...PLOT_CONFIG, scrollZoom: false });
    if (drawn !== inSpace && inSpace) ready.then(keepCamera);
    drawn = inSpace;
    nameChart(plot, word("landscape.alt"));
    const spent = performance.now() - begun;
    if (Math.abs(spent - cost) > cost / 2) slowDown(spent);
  }

  /** Drawing takes no more than its share of the page's time, however slow it is. */
  function slowDown(spent) {
    cost = spent;
    throttle.cancel();
    throttle = createThrottle(Math.max(PERIOD, REST * cost), show);
  }

  function keepCamera() {
    plot.on("plotly_relayout", (change) => {
      camera = change["scene.camera"] ?? camera;
    });
  }

  function nameAxes() {
    const { kind: shown, weights } = landscape;
    if (shown === "weights") return weights.map((weight) => nameWeight(spec, weight));
    return [1, 2].map((n) => word(`landscape.axis.${shown}`, { n }));
  }

  function chooseWeight(i, weight) {
    const weights = [...(store.get().landscape.weights ?? firstWeights())];
    const other = weights[1 - i];
    // The same weight twice is no plane: the other axis takes what this one had.
    if (writeWeight(other) === writeWeight(weight)) weights[1 - i] = weights[i];
    weights[i] = weight;
    store.set({ landscape: { weights } });
  }

  function follow({ landscape: { kind: name, weights, solid: wanted }, run: { spec: now } }) {
    kind.update(name);
    solid.update(wanted);
    again.hidden = name !== "random";
    chosen.hidden = name !== "weights";
    if (!now || chosen.hidden) return;
    const options = listWeights(now, outputs);
    const there = (weight) => options.some(([value]) => value === writeWeight(weight));
    const shown = weights?.every(there) ? weights : firstWeights();
    axes.forEach((axis, i) => {
      axis.setOptions(options);
      axis.update(writeWeight(shown[i]));
    });
  }

  const unwatch = [
    store.watch(["landscape.kind", "landscape.weights", "landscape.solid", "run.spec"], follow),
    store.watch(["appearance.palette", "landscape.solid"], () => show()),
  ];
  window.addEventListener("pointerup", letGo);
  window.addEventListener("pointercancel", letGo);
  const observer = new ResizeObserver(() => show());
  observer.observe(plot);

  function destroy() {
    gone = true;
    observer.disconnect();
    throttle.cancel();
    unwatch.forEach((stop) => stop());
    window.removeEventListener("pointerup", letGo);
    window.removeEventListener("pointercancel", letGo);
    if (plotly && drawn !== null) plotly.purge(plot);
    element.replaceChildren();
    store.set({ landscape: { open: store.get().landscape.open - 1 } });
  }

  return { update, resize: show, destroy };
}

/** @returns {PageState["landscape"]["weights"]} */
function firstWeights() {
  return [{ layer: 0, from: 0, to: 0 }, { layer: 0, from: "bias", to: 0 }];
}
