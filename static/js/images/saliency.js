/** Draws the selected image, with its saliency map if it is switched on. */

import { beginPicture, draw } from "images/library";
import { DIVERGING } from "plot/palette";

const MIDDLE = (DIVERGING - 1) / 2;
/** How much of the ink is seen through the map. */
const INK = 0.55;

/**
 * Draws a frame's image; while `showSaliency` is on, and the frame has it, the saliency is laid
 * over it: how the log-probability of the prediction changes with each pixel.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Object} arrays of a frame
 * @param {PageState} state of the store
 */
export function drawSelectedImage(canvas, { image, saliency }, { appearance: { palette }, images: { showSaliency } }) {
  if (showSaliency && saliency) drawSaliency(canvas, image.data, saliency.data, image.shape, palette);
  else draw(canvas, image.data, image.shape, palette);
}

function drawSaliency(canvas, pixels, saliency, shape, palette) {
  const { context, image } = beginPicture(canvas, shape);
  const ink = palette.ink.match(/\d+/g).map(Number);
  let largest = 0;
  for (const value of saliency) largest = Math.max(largest, Math.abs(value));
  const stride = MIDDLE / (largest || 1);
  for (let i = 0; i < pixels.length; i += 1) {
    const colour = palette.diverging[(MIDDLE + 0.5 + saliency[i] * stride) | 0];
    const share = (INK * pixels[i]) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const map = (colour >> (8 * channel)) & 255;
      image.data[4 * i + channel] = map + (ink[channel] - map) * share;
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
