/** Strokes as the server takes them: bytes of ink, row by row, in base64. */

import { drawStrokes } from "images/pen";

/** Pixels along a side: fine enough for what is made of it, 28. */
const SIDE = 112;
const CHANNELS = 4;
const ALPHA = 3;

/** @returns {(strokes: [number, number][][]) => {ink: string, width: number, height: number}} */
export function createInk() {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });

  return (strokes) => {
    drawStrokes(context, strokes, "#000");
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    let text = "";
    for (let at = ALPHA; at < data.length; at += CHANNELS) text += String.fromCharCode(data[at]);
    return { ink: btoa(text), width: SIDE, height: SIDE };
  };
}
