/** Output card: the places of its views, from top to bottom. */

import { h } from "lib/dom";

/**
 * @param {boolean} images whether the run is about images, and not about points
 * @returns {Object} the places by their names in `pages/views`, and the elements of the card as `cards`
 */
export function createOutputPlaces(images) {
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  if (images) {
    const predictions = h("div.predictions");
    return { cards: [predictions, metrics, curves], predictions, metrics, curves };
  }
  const plane = h("div.output-plane");
  const scale = h("div.output-scale");
  const tools = h("div.output-tools");
  return { cards: [plane, scale, tools, metrics, curves], plane: { plane, tools }, scale, metrics, curves };
}
