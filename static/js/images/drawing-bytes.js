/** Encodes a drawing for the server: ink bytes row by row, in base64. */

import { drawStrokes, PENS, sidesOf } from "images/pen";

/** Pixels along the longer side: fine enough for what is made of it, such as 28. */
const LONGEST = 112;
const CHANNELS = 4;
const ALPHA = 3;
/** The medium pen's width as a share of a drawing's longer side: as thick as MNIST's digits. */
const FITTED_WIDTH = 0.12;
/** A drawing that is smaller than this share of the paper stays small: a dot is a dot. */
const SMALLEST = 0.03;

/** @returns {(strokes: [number, number][][], options: {pen: string, fitted: boolean, shape: Shape}) =>
 *   {ink: string, width: number, height: number}} `shape` is that of what is made of it */
export function createDrawingEncoder() {
  const canvas = new OffscreenCanvas(LONGEST, LONGEST);
  const context = canvas.getContext("2d", { willReadFrequently: true });

  return (strokes, { pen, fitted, shape }) => {
    const sides = sidesOf(shape);
    const [columns, rows] = sides.map((side) => Math.round(side * LONGEST));
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== rows) canvas.height = rows;
    const width = PENS[pen];
    const [drawn, drawnWidth] = fitted ? fit(strokes, (FITTED_WIDTH * width) / PENS.medium, sides) : [strokes, width];
    drawStrokes(/** @type {any} */ (context), drawn, { colour: "#000", width: drawnWidth });
    const { data } = context.getImageData(0, 0, columns, rows);
    let text = "";
    for (let at = ALPHA; at < data.length; at += CHANNELS) text += String.fromCharCode(data[at]);
    return { ink: btoa(text), width: columns, height: rows };
  };
}

/**
 * Moves and scales strokes so that they and their width fill the paper. Preparation gives every
 * drawing the same size; with a pen of one width on the paper, a small one would come out bold.
 *
 * @returns {[[number, number][][], number]} the strokes, and the width of the pen
 */
function fit(strokes, width, sides) {
  const points = strokes.flat();
  if (points.length === 0) return [strokes, width];
  const low = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const high = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const scale = Math.min(...sides.map((side, axis) =>
    (side - width) / Math.max(high[axis] - low[axis], SMALLEST)));
  const middle = [0, 1].map((axis) => (low[axis] + high[axis]) / 2);
  const move = (point) => point.map((value, axis) => (value - middle[axis]) * scale + sides[axis] / 2);
  return [strokes.map((stroke) => stroke.map(move)), width];
}
