/**
 * 2D scatter plot. While it moves its points are painted on a canvas (4 ms for
 * 2,000, of which Plotly makes as many elements in 60 ms or more); Plotly draws the axes, and
 * the points once they rest.
 */

import { h, pixelRatio, rem } from "lib/dom";
import { fitAxis } from "images/cloud";
import { PLOT_CONFIG, axisLayout, axisTitle, chartLayout, nameChart } from "plot/plotly";
import { word } from "lib/words";

/** Points that have not moved for so long are Plotly's. */
const REST = 500;
const MARGIN = { l: 1.5, r: 0.2, t: 0.2, b: 1.5 };
const MARK = 0.38;
const RING = 1.05;
const LINE = 0.6;
/** How near the pointer must be to a point. */
const REACH = 14;

/**
 * @param {HTMLElement} element
 * @param {Object} plotly
 * @param {() => Object} look what to draw: `cloud`, `palette`, `names`, `hidden` (a set of
 *   classes), `chosen` (a row or null)
 * @returns {{show: Function, find: Function, destroy: Function}}
 */
export function createFlatCloud(element, plotly, look) {
  const canvas = h("canvas.cloud-canvas", { "aria-hidden": "true" });
  const axes = h("div.cloud-axes");
  element.append(axes, canvas);
  let drawn = "";
  let coloured = null;
  let timer = 0;
  let box = null;
  let half = 0;

  /** Shows what is to be looked at, at once on the canvas; by Plotly once it rests. */
  function show() {
    if (drawn !== fitFrame() || coloured !== look().palette) drawAxes([]);
    paint();
    clearTimeout(timer);
    timer = setTimeout(rest, REST);
  }

  function rest() {
    if (element.clientWidth === 0) return;
    drawAxes(makeTraces());
    canvas.hidden = true;
  }

  /** Measures the box and how much of the plane it shows; a unit is as long on both axes. */
  function fitFrame() {
    const margin = Object.fromEntries(Object.entries(MARGIN).map(([side, rems]) =>
      [side, Math.round(rems * rem())]));
    const width = Math.max(1, element.clientWidth - margin.l - margin.r);
    const height = Math.max(1, element.clientHeight - margin.t - margin.b);
    box = { ...margin, width, height };
    const [across, up] = look().cloud.reach;
    half = fitAxis(half, Math.max((across * height) / width, up));
    return `${half} ${width} ${height}`;
  }

  const spans = () => ({ x: (half * box.width) / box.height, y: half });

  function drawAxes(traces) {
    const { palette } = look();
    const { l, r, t, b } = box;
    drawn = fitFrame();
    coloured = palette;
    const { x, y } = spans();
    const axis = (range, title) => axisLayout(palette, {
      range, fixedrange: true, zeroline: true, showgrid: false, showticklabels: false,
      title: axisTitle(word(title)),
    });
    plotly.react(axes, traces, chartLayout(palette, {
      width: element.clientWidth,
      height: element.clientHeight,
      margin: { l, r, t, b },
      xaxis: axis([-x, x], "space.first"),
      yaxis: axis([-y, y], "space.second"),
    }), { ...PLOT_CONFIG, staticPlot: true });
    nameChart(axes, word("space.alt"));
  }

  function makeTraces() {
    const { cloud, palette, names, hidden, chosen } = look();
    const traces = cloud.groups.map(({ axes: [x, y] }, k) => ({
      type: "scatter", mode: "markers", name: names[k], x, y, visible: !hidden.has(k),
      marker: {
        size: MARK * rem(), color: palette.classes[k],
        line: { width: LINE, color: palette.edge(palette.classes[k]) },
      },
    }));
    const at = chosen === null ? null : cloud.find(chosen);
    if (at) {
      const [x, y] = cloud.groups[at.k].axes;
      traces.push({
        type: "scatter", mode: "markers", x: [x[at.i]], y: [y[at.i]],
        marker: {
          symbol: "circle-open", size: RING * rem(), color: palette.ink, line: { width: 2 },
        },
      });
    }
    return traces;
  }

  function paint() {
    const { cloud, palette, hidden, chosen } = look();
    const ratio = pixelRatio();
    Object.assign(canvas.style, { left: `${box.l}px`, top: `${box.t}px`, width: `${box.width}px`, height: `${box.height}px` });
    canvas.hidden = false;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const context = canvas.getContext("2d");
    context.fillStyle = palette.card;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.scale(ratio, ratio);
    paintCross(context, palette.line);
    cloud.groups.forEach((_, k) => {
      if (hidden.has(k)) return;
      const stamp = makeStamp(palette.classes[k], palette.edge(palette.classes[k]), ratio);
      const side = stamp.width / ratio;
      eachPlace(k, (x, y) => context.drawImage(stamp, x - side / 2, y - side / 2, side, side));
    });
    const at = chosen === null ? null : cloud.find(chosen);
    if (!at) return;
    eachPlace(at.k, (x, y, i) => {
      if (i !== at.i) return;
      context.beginPath();
      context.strokeStyle = palette.ink;
      context.lineWidth = 2;
      context.arc(x, y, (RING * rem()) / 2, 0, 2 * Math.PI);
      context.stroke();
    });
  }

  /** The zero lines, as Plotly draws them. */
  function paintCross(context, colour) {
    context.fillStyle = colour;
    context.fillRect(box.width / 2 - 0.5, 0, 1, box.height);
    context.fillRect(0, box.height / 2 - 0.5, box.width, 1);
  }

  /** Calls with the pixels of each point of a class, from the corner of the axes. */
  function eachPlace(k, call) {
    const { cloud } = look();
    const { x, y } = spans();
    const [across, up] = cloud.groups[k].axes;
    for (let i = 0; i < across.length; i += 1) {
      call(((across[i] / x + 1) / 2) * box.width, ((1 - up[i] / y) / 2) * box.height, i);
    }
  }

  /** The row of the image under a pointer, or null. */
  function find({ clientX, clientY }) {
    if (!box) return null;
    const { cloud, hidden } = look();
    const outer = element.getBoundingClientRect();
    const [left, top] = [clientX - outer.left - box.l, clientY - outer.top - box.t];
    let best = REACH ** 2;
    let found = null;
    cloud.groups.forEach(({ rows }, k) => {
      if (hidden.has(k)) return;
      eachPlace(k, (x, y, i) => {
        const distance = (x - left) ** 2 + (y - top) ** 2;
        if (distance > best) return;
        best = distance;
        found = rows[i];
      });
    });
    return found;
  }

  function destroy() {
    clearTimeout(timer);
    plotly.purge(axes);
    element.replaceChildren();
  }

  return { show, find, destroy };
}

/** One point, to be painted many times. */
function makeStamp(fill, edge, ratio) {
  const radius = ((MARK * rem()) / 2) * ratio;
  const stamp = document.createElement("canvas");
  stamp.width = stamp.height = 2 * Math.ceil(radius + LINE * ratio);
  const context = stamp.getContext("2d");
  context.arc(stamp.width / 2, stamp.width / 2, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = LINE * ratio;
  context.fill();
  context.stroke();
  return stamp;
}
