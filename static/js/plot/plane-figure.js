/** Plotly figure of the plane: axes and points. */

import { rem } from "lib/dom";
import { pointColour } from "plot/palette";
import { axisLayout, chartLayout } from "plot/plotly";
import { TEST_LINE, TEST_MARK, TRAIN_LINE, TRAIN_MARK, VALIDATION_MARK } from "plot/point-marks";
import { PARTS, POINT_COLUMNS } from "plot/readout";

/** The plane is [-EDGE, EDGE]^2. */
export const EDGE = 6;
const SMALL = 240;
const MARGIN = { l: 1.7, b: 1.45, t: 0.2, r: 0.2 };

/**
 * Room around the map for ticks, in CSS pixels.
 *
 * @returns {any}
 */
export function planeMargin() {
  const unit = rem();
  return Object.fromEntries(Object.entries(MARGIN).map(([k, v]) => [k, Math.round(v * unit)]));
}

/** Where the axes of a plane so many pixels wide have numbers. */
export function planeTicks(width) {
  return width < SMALL ? [-4, 0, 4] : [-4, -2, 0, 2, 4];
}

/** Layout of the axes. */
export function planeLayout(palette, { width, height, margin }) {
  const axis = {
    range: [-EDGE, EDGE], fixedrange: true, showgrid: false, tickvals: planeTicks(width),
  };
  return chartLayout(palette, {
    width, height, margin,
    xaxis: axisLayout(palette, axis),
    yaxis: axisLayout(palette, axis),
  });
}

/**
 * The points.
 *
 * @param {?Float32Array} rows as frames have them
 * @param {{palette: Object, task: string, range: number[], showTest: boolean}} how `range` is
 *   what the map's colours span
 */
export function pointTraces(rows, { palette, task, range, showTest }) {
  const trace = (wanted, marker) => {
    const [x, y, color] = [[], [], []];
    for (let at = 0; at < (rows?.length ?? 0); at += POINT_COLUMNS) {
      if (PARTS[rows[at + 3]] !== wanted) continue;
      x.push(rows[at]);
      y.push(rows[at + 1]);
      color.push(pointColour(palette, task, rows[at + 2], range));
    }
    return { x, y, type: "scatter", mode: "markers", marker: marker(color) };
  };
  const train = trace("train", (color) => ({
    color, size: TRAIN_MARK * rem(), line: { width: TRAIN_LINE, color: color.map(palette.edge) },
  }));
  const apart = (part, symbol, size) => trace(part, (color) => ({
    color, size: size * rem(), symbol, line: { width: TEST_LINE, color: palette["test-edge"] },
  }));
  if (!showTest) return [train];
  const validation = apart("validation", "square", VALIDATION_MARK);
  return [train, apart("test", "diamond", TEST_MARK), ...(validation.x.length ? [validation] : [])];
}
