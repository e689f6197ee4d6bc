/** Encodes a drawing for the server: ink bytes row by row, in base64. */

import { drawStrokes, PENS } from "images/pen";

/** Pixels along a side: fine enough for what is made of it, 28. */
const SIDE = 112;
const CHANNELS = 4;
const ALPHA = 3;
/** The medium pen's width as a share of a drawing's longer side: as thick as MNIST's digits. */
const FITTED_WIDTH = 0.12;
/** A drawing that is smaller than this share of the paper stays small: a dot is a dot. */
const SMALLEST = 0.03;

/** @returns {(strokes: [number, number][][], options: {pen: string, fitted: boolean}) =>
 *   {ink: string, width: number, height: number}} */
export function createDrawingEncoder() {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });

  return (strokes, { pen, fitted }) => {
    const width = PENS[pen];
    const [drawn, drawnWidth] = fitted ? fit(strokes, (FITTED_WIDTH * width) / PENS.medium) : [strokes, width];
    drawStrokes(/** @type {any} */ (context), drawn, { colour: "#000", width: drawnWidth });
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    let text = "";
    for (let at = ALPHA; at < data.length; at += CHANNELS) text += String.fromCharCode(data[at]);
    return { ink: btoa(text), width: SIDE, height: SIDE };
  };
}

/**
 * Moves and scales strokes so that they and their width fill the square. Preparation gives every
 * drawing the same size; with a pen of one width on the paper, a small one would come out bold.
 *
 * @returns {[[number, number][][], number]} the strokes, and the width of the pen
 */
function fit(strokes, width) {
  const points = strokes.flat();
  if (points.length === 0) return [strokes, width];
  const low = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const high = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const longest = Math.max(high[0] - low[0], high[1] - low[1], SMALLEST);
  const scale = (1 - width) / longest;
  const middle = [0, 1].map((axis) => (low[axis] + high[axis]) / 2);
  const move = (point) => point.map((value, axis) => (value - middle[axis]) * scale + 0.5);
  return [strokes.map((stroke) => stroke.map(move)), width];
}
