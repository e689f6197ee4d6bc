/** The prepared drawing and its prediction. */

import { h, setText } from "lib/dom";
import { formatPercent } from "lib/format";
import { drawSelectedImage } from "images/saliency";
import { className } from "spec/data-sets";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const PERIOD = 100;
/** Names longer than this are set smaller. */
const SHORT = 2;
/** A second prediction less likely than this is not told. */
const LEAST = 0.0005;

/** @returns {{element: HTMLElement, update: Function, paint: Function, destroy: Function}} */
export function createPrediction({ store }) {
  const canvas = h("canvas.prediction-picture", {
    role: "img", "aria-label": word("prediction.alt"), width: 1, height: 1,
  });
  const name = h("span.prediction-name");
  const share = h("span.prediction-share");
  const second = h("p.prediction-second");
  const element = h("div.prediction", {}, canvas,
    h("div.prediction-words", {}, h("p.prediction-line", {}, name, share), second));
  const throttle = createThrottle(PERIOD, describe);
  let frame = null;

  function update(next) {
    if (!next.arrays.image || !next.arrays.probabilities) return;
    frame = next;
    paint();
    throttle.offer();
  }

  function paint() {
    if (frame && store.get().appearance.palette) drawSelectedImage(canvas, frame.arrays, store.get());
  }

  function describe() {
    const { images: { set: images } } = store.get();
    if (!images) return;
    const { image, probabilities } = frame.arrays;
    const blank = image.data.every((ink) => ink === 0);
    const [best, next] = rank(probabilities.data);
    const nameOf = (k) => className(images, k);
    const percent = (k) => formatPercent(probabilities.data[k]);
    name.classList.toggle("long", nameOf(best).length > SHORT);
    setText(name, blank ? "" : nameOf(best));
    setText(share, blank ? word("prediction.none") : percent(best));
    const told = !blank && probabilities.data[next] >= LEAST;
    setText(second, told ? word("prediction.second", { predicted: nameOf(next), share: percent(next) }) : "");
  }

  const unwatch = store.watch(["appearance.palette", "images.showSaliency"], paint);

  function destroy() {
    throttle.cancel();
    unwatch();
  }

  return { element, update, paint, destroy };
}

/** Classes, the likeliest first. */
function rank(probabilities) {
  return Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
}
