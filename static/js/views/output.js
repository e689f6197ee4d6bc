/** What comes out: the boundary under the points, or the unit under the pointer, large. */

import { createToggle } from "controls/toggle";
import { h, rem, setText } from "dom";
import { sampleFeature } from "features";
import { showsUnit } from "frames";
import {
  createPixels, paintClass, paintClasses, paintOutput, paintTile, paintValues, refine,
} from "maps";
import { labelColour } from "palette";
import { createPlane } from "plane";
import { POINT_COLUMNS, findPoint, tellPlace, tellPoint } from "readout";
import { unitIndex } from "weights";
import { word } from "words";

const SIDE = 100;
const TRAIN_MARK = 0.5;
const TEST_MARK = 0.46;
const FINE = 2 * SIDE - 1;
const READOUT_PERIOD = 100;

/** @returns {{update, resize, destroy}} */
export function create(element, { store, tooltip, repaint, taskOf }) {
  const title = h("h2.card-title", { id: "output-title" }, word("card.output"));
  const makeSwitch = (path) => createToggle(
    { label: word(`label.${path}`), help: word(`help.${path}`), path },
    { onInput: (on) => store.set({ [path]: on }) });
  const test = makeSwitch("showTest");
  const discrete = makeSwitch("discretize");
  const box = h("div", { role: "img", "aria-label": word("card.output.alt") });
  element.append(h("div.card-head", {}, title, h("div.spacer"), test.element, discrete.element), box);
  const plane = createPlane(box, { palette: () => store.get().palette, traces });
  const pixels = createPixels(FINE, FINE, plane.canvas);
  const fineValues = new Float32Array(FINE * FINE);
  let fine = new Uint8Array(0);
  let points = null;
  let frame = null;
  let pointer = null;
  let told = 0;

  /** Rows of the points of one part, as columns. */
  function part(isTest) {
    const chosen = { x: [], y: [], label: [] };
    if (!points) return chosen;
    for (let at = 0; at < points.length; at += POINT_COLUMNS) {
      if ((points[at + 3] > 0) !== isTest) continue;
      chosen.x.push(points[at]);
      chosen.y.push(points[at + 1]);
      chosen.label.push(points[at + 2]);
    }
    return chosen;
  }

  function colours(labels) {
    const { palette } = store.get();
    const task = frame ? taskOf(frame.spec) : "binary";
    const largest = Math.max(1e-9, ...labels.map(Math.abs));
    return labels.map((label) => labelColour(palette, task, label, largest));
  }

  function traces() {
    const { palette, showTest } = store.get();
    const trace = (isTest, marker) => {
      const { x, y, label } = part(isTest);
      return { x, y, type: "scatter", mode: "markers", marker: { color: colours(label), ...marker } };
    };
    const train = trace(false, {
      size: TRAIN_MARK * rem(), line: { width: 1.1, color: palette["point-edge"] },
    });
    const test = () => trace(true, {
      size: TEST_MARK * rem(), symbol: "diamond", line: { width: 1, color: palette["test-edge"] },
    });
    return showTest ? [train, test()] : [train];
  }

  function drawPoints() {
    plane.draw();
    plane.drawEarly((context, at) => {
      const { x, y, label } = part(false);
      const fill = colours(label);
      context.strokeStyle = store.get().palette["point-edge"];
      context.lineWidth = 1.1;
      x.forEach((x1, i) => {
        context.beginPath();
        context.arc(...at(x1, y[i]), (TRAIN_MARK * rem()) / 2, 0, 2 * Math.PI);
        context.fillStyle = fill[i];
        context.fill();
        context.stroke();
      });
    });
  }

  function update(next) {
    frame = next;
    paint();
    if (next.arrays.points) {
      const before = points;
      points = next.arrays.points.data;
      if (!samePlaces(before, points)) drawPoints();
    }
    if (pointer && performance.now() - told > READOUT_PERIOD) tell();
  }

  function paint() {
    const { palette, discretize, hovered } = store.get();
    if (!frame || !palette) return;
    if (hovered) paintHovered(hovered, palette);
    else paintBoundary(palette, discretize);
  }

  function paintBoundary(palette, discretize) {
    const { boundary } = frame.arrays;
    if (!boundary) return;
    const [outputs] = boundary.shape;
    for (let k = 0; k < outputs; k += 1) refineOutput(k);
    if (outputs > 1) paintClasses(pixels, fine, outputs, palette.classLevels, discretize);
    else paintOutput(pixels, fine, frame.meta.boundary_range, palette.diverging, discretize);
  }

  function refineOutput(k) {
    const { data, shape } = frame.arrays.boundary;
    if (fine.length !== shape[0] * FINE * FINE) fine = new Uint8Array(shape[0] * FINE * FINE);
    const target = fine.subarray(k * FINE * FINE, (k + 1) * FINE * FINE);
    return refine(data.subarray(k * SIDE * SIDE, (k + 1) * SIDE * SIDE), SIDE, target);
  }

  function paintHovered({ kind, layer, unit, name }, palette) {
    const { boundary, units, selected } = frame.arrays;
    if (kind === "input") paintValues(pixels, sampleFeature(name, FINE), palette.diverging);
    else if (kind === "output") {
      if (boundary.shape[0] === 1) paintBoundary(palette, false);
      else if (unit < boundary.shape[0]) {
        paintClass(pixels, refineOutput(unit), palette.classLevels[unit]);
      }
    } else if (showsUnit(frame, { layer, unit })) {
      paintValues(pixels, refine(selected.data, SIDE, fineValues), palette.diverging);
    } else {
      const index = layer < frame.spec.layers.length ? unitIndex(frame.spec, layer, unit) : Infinity;
      if (index >= units.shape[0]) return;
      paintTile(pixels, units.data, frame.meta.units_range[index], units.shape[1], index, palette.diverging);
    }
  }

  /** Says what is under the pointer. */
  function tell() {
    told = performance.now();
    const place = pointer && plane.placeOf(pointer);
    if (!place || !frame?.arrays.boundary) {
      tooltip.hide();
      return;
    }
    const near = points && findPoint(points, place, store.get().showTest);
    const text = near === null ? tellPlace(frame, place) : tellPoint(points, near, taskOf(frame.spec));
    tooltip.showAt(text, pointer.clientX, pointer.clientY);
  }

  function follow(event) {
    pointer = { clientX: event.clientX, clientY: event.clientY };
    store.set({ pointsWanted: true });
    tell();
  }

  function leave() {
    pointer = null;
    store.set({ pointsWanted: false });
    tooltip.hide();
  }

  box.addEventListener("pointermove", follow);
  box.addEventListener("pointerdown", follow);
  box.addEventListener("pointerleave", leave);

  const unwatch = [
    store.watch(["discretize"], (state) => {
      discrete.update(state.discretize);
      paint();
    }),
    store.watch(["showTest"], (state) => {
      test.update(state.showTest);
      if (state.palette) plane.draw();
    }),
    store.watch(["hovered"], ({ hovered }) => {
      setText(title, hovered ? nameUnit(hovered) : word("card.output"));
      box.classList.toggle("single", Boolean(hovered));
      repaint();
    }),
    store.watch(["palette"], ({ palette }) => {
      if (!palette) return;
      paint();
      drawPoints();
    }),
  ];

  function destroy() {
    unwatch.forEach((stop) => stop());
    plane.destroy();
    element.replaceChildren();
  }

  return { update, resize: drawPoints, destroy };
}

function nameUnit({ kind, layer, unit, name, outputs }) {
  if (kind === "input") return word(`feature.${name}`);
  if (kind === "hidden") return word("unit.name", { layer: layer + 1, unit: unit + 1 });
  return outputs > 1 ? word("unit.class", { name: unit }) : word("card.output");
}

/** Whether two arrays of points stand at the same places with the same labels. */
function samePlaces(before, after) {
  if (!before || before.length !== after.length) return false;
  for (let at = 0; at < after.length; at += POINT_COLUMNS) {
    for (let i = 0; i < 4; i += 1) if (before[at + i] !== after[at + i]) return false;
  }
  return true;
}
