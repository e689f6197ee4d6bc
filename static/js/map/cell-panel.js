/** One cell of a map, large: its boundary with the points, its numbers, its curve, and the way into it. */

import { h, setText } from "lib/dom";
import { formatLoss, formatPercent } from "lib/format";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";
import { readCell } from "map/model/reading";
import { createWall } from "map/wall";
import { createPlainCurve } from "plot/canvas-curve";
import { createPlane } from "plot/plane";
import { axesOf } from "plot/table-axes";
import { createPlanePoints } from "points/plane-points";

const SIDE = 240;

/**
 * @param {Context} context
 * @param {{open: (() => void)|null}} on null where no network can be opened
 * @returns {{element: HTMLElement, update: (frame: Frame) => void, draw: Function, resize: () => void, destroy: () => void}}
 */
export function createCellPanel(context, { open }) {
  const { store } = context;
  const title = h("p.card-title");
  const name = h("p.map-name");
  const picture = h("div.map-picture", { role: "img", "aria-label": word("map.picture"), "aria-describedby": "map-cell" });
  const cards = Array.from({ length: 4 }, () => {
    const [label, value] = [h("span.metric-label"), h("span.metric-value")];
    return { card: makeTerm("div.metric", "", label, value), label, value };
  });
  const metrics = h("div.metrics", {}, ...cards.map(({ card }) => card));
  const chartPlace = h("div.map-chart");
  const chart = createPlainCurve(chartPlace, word("map.chart"));
  const note = h("p.map-note");
  const button = h("button.button.primary", { type: "button", hidden: !open, data: { action: "openCell", help: word("help.map.open") }, on: { click: open } }, word("action.map.open"));
  const element = h("div.map-cell", {},
    h("div.map-cell-head", {}, h("div.map-cell-names", {}, title, name), button), picture, metrics, note, chartPlace);
  let frame = null;
  const plane = createPlane(picture, { palette: () => store.get().appearance.palette, onReady: () => points.draw(), axes: () => axesOf(frame) });
  const points = createPlanePoints(plane, context);
  const wall = createWall(plane.canvas);

  /** Takes the points of a frame, which come only when they have changed. */
  function update(next) {
    const first = !frame;
    frame = next;
    points.update(next);
    if (first) resize();
  }

  function resize() {
    if (frame && picture.clientWidth) points.draw();
  }

  /**
   * @param {MapFrame} map
   * @param {number} at
   * @param {{title: string, name: string, note: string, curve: {epochs: number[], train: number[], test: number[]},
   *   palette: any, discretize: boolean, logLoss: boolean, task: Task}} how
   */
  function draw(map, at, { title: called, name: values, note: said, curve, palette, discretize, logLoss, task }) {
    setText(title, called);
    setText(name, values);
    setText(note, said);
    const cell = readCell(map, at);
    button.disabled = cell.diverged;
    showNumbers(cell, task);
    if (map.side && element.clientWidth) {
      wall.paint(cutOut(map, at), { columns: 1, rows: 1, cell: SIDE, pitch: SIDE, apart: SIDE, side: SIDE, width: SIDE, height: SIDE }, { palette, discretize, scale: null });
    }
    picture.classList.toggle("diverged", cell.diverged);
    if (chartPlace.clientWidth) {
      chart.draw({
        x: curve.epochs, from: 0, marks: [], breaks: [], logarithmic: logLoss, title: word("map.epoch"), palette,
        lines: [{ y: curve.train, color: palette.press, width: 2 }, { y: curve.test, color: palette.ink, width: 2, dash: [6, 4] }],
      });
    }
  }

  function showNumbers({ trainLoss, testLoss, trainScore, testScore }, task) {
    const isNumber = task === "regression";
    const score = (value) => (!Number.isFinite(value) ? "–" : isNumber ? formatLoss(value) : formatPercent(value));
    const loss = (value) => (Number.isFinite(value) ? formatLoss(value) : "–");
    const keys = isNumber ? ["train_loss", "test_loss", "train_rmse", "test_rmse"] : ["train_loss", "test_loss", "train_accuracy", "test_accuracy"];
    const texts = [loss(trainLoss), loss(testLoss), score(trainScore), score(testScore)];
    cards.forEach(({ card, label, value }, i) => {
      setText(label, word(`metric.${keys[i]}`));
      setText(value, texts[i]);
      card.dataset.help = word(`help.metric.${keys[i]}`);
    });
  }

  function destroy() {
    chart.destroy();
    points.destroy();
    plane.destroy();
  }

  return { element, update, draw, resize, destroy };
}

/** A map of one cell. */
function cutOut({ cells, maps, ranges, outputs, side, epoch, state, ready }, at) {
  const area = outputs * side * side;
  return {
    epoch, state, ready, rows: 1, columns: 1, count: 1, outputs, side, places: 1, mean: null, sharpness: null,
    cells: cells.subarray(6 * at, 6 * (at + 1)), maps: maps.subarray(at * area, (at + 1) * area), ranges: ranges.subarray(2 * at, 2 * (at + 1)),
  };
}
