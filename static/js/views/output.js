/** Output panel: the decision boundary under the points, or the hovered unit. */

import { FINE, createBoundaryMap } from "plot/boundary-map";
import { createToggle } from "controls/toggle";
import { h, icon, setText } from "lib/dom";
import { showsUnit } from "lib/frames";
import { labelOf } from "network/units";
import { createPixels, paintTile, paintValues, refine } from "plot/maps";
import { createPlane } from "plot/plane";
import { createPlaneReadout } from "plot/plane-readout";
import { POINT_COLUMNS, findPoint } from "plot/readout";
import { axesOf } from "plot/table-axes";
import { createBrush } from "points/brush";
import { createPlanePoints } from "points/plane-points";
import { createToolbar } from "points/toolbar";
import { sampleInput } from "spec/inputs";
import { unitIndex } from "spec/weights";
import { word } from "lib/words";

const SIDE = 100;
const PENCIL = ["M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z", "M9.6 4.1l2.3 2.3"];

/**
 * @param {{plane: HTMLElement, tools: HTMLElement}} places
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create({ plane: element, tools: toolPlace }, context) {
  const { store, customPoints, actions } = context;
  const title = h("h2.card-title.term", {
    id: "output-title", tabindex: 0, data: { help: word("help.card.output") },
  }, word("card.output"));
  const makeSwitch = (path) => createToggle(
    { label: word(`label.${path}`), help: word(`help.${path}`), path },
    { onInput: (on) => store.set({ view: { [path]: on } }) });
  const test = makeSwitch("showTest");
  const discrete = makeSwitch("discretize");
  const pencil = h("button.icon-button.pencil", {
    type: "button", "aria-label": word("action.paint"), hidden: true,
    data: { help: word("help.paint"), action: "paint" },
    on: { click: () => store.set({ points: { painting: !store.get().points.painting } }) },
  }, icon(...PENCIL));
  const picture = h("div", {
    role: "img", "aria-label": word("card.output.alt"), "aria-describedby": "state",
  });
  const said = h("span");
  const takeBack = h("button.button.small", { type: "button", on: { click: customPoints.restore } },
    word("action.restorePoints"));
  const note = h("div.plane-note", { role: "status", hidden: true }, said, takeBack);
  const box = h("div.plane-box", {}, picture, note);
  const tools = createToolbar(context);
  element.append(
    h("div.card-head", {}, title, h("div.spacer"), pencil, test.element, discrete.element),
    box);
  toolPlace.append(tools.element);
  let frame = null;
  /** Of the last frame: numbers of the table's columns. */
  let drawnAxes;
  const plane = createPlane(picture, {
    palette: () => store.get().appearance.palette, onReady: drawPoints, axes: () => axesOf(frame),
  });
  const points = createPlanePoints(plane, context);
  const brush = createBrush(picture, plane, context);
  const readout = createPlaneReadout(picture, plane, points, context);
  const pixels = createPixels(FINE, FINE, plane.canvas);
  const fineValues = new Float32Array(FINE * FINE);
  const map = createBoundaryMap();

  /** A train point that is clicked is followed through one step. */
  function followPoint(event) {
    const place = plane.placeOf(event);
    const rows = points.rows();
    if (!place || !rows || store.get().points.painting || event.pointerType === "touch") return;
    const at = findPoint(rows, place, false);
    if (at === null) return;
    const point = at / POINT_COLUMNS;
    if (store.get().step.open) store.set({ step: { point, row: 0, back: 0 } });
    else actions.openStep({ point });
  }

  if (context.opensStep) picture.addEventListener("click", followPoint);

  function drawPoints() {
    points.draw();
  }

  function update(next) {
    const axes = next.arrays.columns?.data.join();
    frame = next;
    paint();
    points.update(next);
    if (axes !== drawnAxes) {
      drawnAxes = axes;
      drawPoints();
    }
    readout.update(next);
  }

  function paint() {
    const { appearance: { palette }, view: { discretize, hovered } } = store.get();
    if (!frame || !palette) return;
    if (hovered) paintHovered(hovered, palette);
    else paintBoundary(palette, discretize);
  }

  function paintBoundary(palette, discretize) {
    if (frame.arrays.boundary) map.paint(pixels, frame, palette, discretize);
  }

  function paintHovered({ role, layer, unit, name }, palette) {
    const { boundary, units, selected } = frame.arrays;
    if (role === "input") paintValues(pixels, sampleInput(frame, name, FINE), palette.diverging);
    else if (role === "output") {
      if (boundary.shape[0] === 1) paintBoundary(palette, false);
      else if (unit < boundary.shape[0]) map.paintOne(pixels, frame, palette, unit);
    } else if (showsUnit(frame, { layer, unit })) {
      paintValues(pixels, refine(selected.data, SIDE, fineValues), palette.diverging);
    } else {
      const index = layer < frame.spec.layers.length ? unitIndex(frame.spec, layer, unit) : Infinity;
      if (index >= units.shape[0]) return;
      paintTile(pixels, units.data, frame.meta.units_range[index], units.shape[1], index, palette.diverging);
    }
  }

  const unwatch = [
    store.watch(["view.discretize"], (state) => {
      discrete.update(state.view.discretize);
      paint();
    }),
    store.watch(["view.showTest"], (state) => {
      test.update(state.view.showTest);
    }),
    store.watch(["view.hovered"], ({ view: { hovered } }) => {
      setText(title, hovered ? labelOf(hovered) : word("card.output"));
      picture.classList.toggle("single", Boolean(hovered));
    }),
    store.watch(["appearance.palette"], paint),
    store.watch(["points.painting"], ({ points: { painting } }) => {
      pencil.setAttribute("aria-pressed", painting);
    }),
    store.watch(["run.draft", "points.custom", "points.label"], ({ run: { draft }, points: { label: pointsLabel } }) => {
      const isCustom = draft?.data.name === "points";
      pencil.hidden = !isCustom;
      note.hidden = !isCustom || !pointsLabel;
      if (note.hidden) return;
      setText(said, word(pointsLabel));
      takeBack.hidden = !customPoints.canRestore();
    }),
  ];

  function destroy() {
    unwatch.forEach((stop) => stop());
    brush.destroy();
    readout.destroy();
    tools.destroy();
    points.destroy();
    plane.destroy();
    element.replaceChildren();
    toolPlace.replaceChildren();
  }

  return { update, resize: drawPoints, destroy };
}
