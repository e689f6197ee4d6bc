/** 3D scatter plot by Plotly and WebGL, which keeps its camera. */

import { h } from "lib/dom";
import { fitAxis } from "images/cloud";
import { PLOT_CONFIG, chartLayout, nameChart } from "plot/plotly";
import { word } from "lib/words";

const MARK = 1.9;
const RING = 7;
const CAMERA = { eye: { x: 0.95, y: 0.95, z: 0.6 } };

/** Whether this browser can draw it at all. */
export function canDrawSolid() {
  return Boolean(document.createElement("canvas").getContext("webgl"));
}

/**
 * @param {HTMLElement} element
 * @param {Object} plotly
 * @param {() => Object} look what to draw: `cloud`, `palette`, `names`, `hidden` (a set of
 *   classes), `chosen` (a row or null), `camera` (or null)
 * @param {{onPoint: Function, onCamera: Function}} parts `onPoint` is told the row of the image
 *   under the pointer, or null
 * @returns {{show: Function, destroy: Function}}
 */
export function createSolidCloud(element, plotly, look, { onPoint, onCamera }) {
  const axes = h("div.cloud-axes", { on: { pointerdown: hold } });
  element.append(axes);
  let half = 0;
  let held = false;
  let late = false;
  let begun = false;

  /** While a hand turns it, it stands still otherwise: Plotly would put the camera back. */
  function hold() {
    held = true;
  }

  function letGo() {
    held = false;
    if (late) show();
  }

  function show() {
    late = held;
    if (held) return;
    const { palette, cloud, camera } = look();
    half = fitAxis(half, Math.max(...cloud.reach));
    const axis = {
      range: [-half, half], title: { text: "" }, showticklabels: false, showspikes: false, ticks: "",
      showbackground: false, gridcolor: palette.line, zerolinecolor: palette["line-strong"],
      linecolor: palette.line, nticks: 5,
    };
    const ready = plotly.react(axes, makeTraces(), chartLayout(palette, {
      width: element.clientWidth,
      height: element.clientHeight,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      uirevision: "cloud",
      scene: {
        uirevision: "cloud", aspectmode: "cube", dragmode: "orbit",
        camera: camera ?? CAMERA,
        xaxis: axis, yaxis: axis, zaxis: axis,
      },
    }), PLOT_CONFIG);
    if (!begun) ready.then(listen);
    begun = true;
    nameChart(axes, word("space.alt"));
  }

  function listen() {
    axes.on("plotly_hover", ({ points: [point] }) => {
      const { rows } = look().cloud.groups[point.curveNumber] ?? {};
      onPoint(rows ? rows[point.pointNumber] : null);
    });
    axes.on("plotly_unhover", () => onPoint(null));
    axes.on("plotly_relayout", (change) => {
      const camera = change["scene.camera"];
      if (camera) onCamera(camera);
    });
  }

  function makeTraces() {
    const { cloud, palette, names, hidden, chosen } = look();
    const make = ([x, y, z], marker, more) => ({
      type: "scatter3d", mode: "markers", hoverinfo: "none", x, y, z, marker, ...more,
    });
    const traces = cloud.groups.map(({ axes: places }, k) => make(places,
      { size: MARK, color: palette.classes[k], opacity: 1, line: { width: 0 } },
      { name: names[k], visible: !hidden.has(k) }));
    const at = chosen === null ? null : cloud.find(chosen);
    const place = at ? cloud.groups[at.k].axes.map((values) => [values[at.i]]) : [[], [], []];
    traces.push(make(place, { symbol: "circle-open", size: RING, color: palette.ink }, { hoverinfo: "skip" }));
    return traces;
  }

  window.addEventListener("pointerup", letGo);
  window.addEventListener("pointercancel", letGo);

  function destroy() {
    window.removeEventListener("pointerup", letGo);
    window.removeEventListener("pointercancel", letGo);
    plotly.purge(axes);
    element.replaceChildren();
  }

  return { show, destroy };
}
