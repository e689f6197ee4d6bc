/** Plotly figure of the plane: axes and points. */

import { rem } from "lib/dom";
import { pointColour } from "plot/palette";
import { axisLayout, axisTitle, chartLayout } from "plot/plotly";
import { TEST_LINE, TEST_MARK, TRAIN_LINE, TRAIN_MARK, VALIDATION_MARK } from "plot/point-marks";
import { PARTS, POINT_COLUMNS } from "plot/readout";
import { ticksOf } from "plot/table-axes";

/** The plane is [-EDGE, EDGE]^2. */
export const EDGE = 6;
const SMALL = 240;
const MARGIN = { l: 1.7, b: 1.45, t: 0.2, r: 0.2 };
/** Axes of a table have names, and longer numbers. */
const NAMED = { l: 3.4, b: 2.6, t: 0.2, r: 0.2 };
const TICKS = { most: 6, least: 4 };

/**
 * Room around the map for ticks and the names of axes, in CSS pixels.
 *
 * @param {?PlaneAxis[]} axes of a table; null for points
 * @returns {any}
 */
export function planeMargin(axes) {
  const unit = rem();
  return Object.fromEntries(Object.entries(axes ? NAMED : MARGIN).map(([k, v]) => [k, Math.round(v * unit)]));
}

/**
 * Where an axis of a plane so many pixels wide has numbers.
 *
 * @param {number} width
 * @param {?PlaneAxis} [axis] of a table
 * @returns {{at: number, text: string}[]}
 */
export function planeTicks(width, axis = null) {
  const small = width < SMALL;
  if (axis) return ticksOf(axis, small ? TICKS.least : TICKS.most);
  return (small ? [-4, 0, 4] : [-4, -2, 0, 2, 4]).map((at) => ({ at, text: String(at).replace("-", "−") }));
}

/**
 * Layout of the axes.
 *
 * @param {Object} palette
 * @param {{width: number, height: number, margin: any, axes?: ?PlaneAxis[]}} how
 */
export function planeLayout(palette, { width, height, margin, axes = null }) {
  const layOut = (axis) => {
    const ticks = planeTicks(width, axis);
    return axisLayout(palette, {
      range: [-EDGE, EDGE], fixedrange: true, showgrid: false, tickvals: ticks.map(({ at }) => at),
      ...(axis ? { ticktext: ticks.map(({ text }) => text), title: axisTitle(axis.title) } : {}),
    });
  };
  return chartLayout(palette, { width, height, margin, xaxis: layOut(axes?.[0]), yaxis: layOut(axes?.[1]) });
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
