/** Explanation of a prediction: saliency map and nearest train images. */

import { createToggle } from "controls/toggle";
import { h } from "lib/dom";
import { createGallery } from "images/gallery";
import { className } from "spec/data-sets";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

/** The nearest images are not exchanged more often than a hand can point at one. */
const PERIOD = 250;

/** @returns {{update, resize, destroy}} */
export function create(place, context) {
  const { store } = context;
  const makeSwitch = (path) => createToggle(
    { label: word(`label.${path}`), help: word(`help.${path}`), path },
    { onInput: (on) => store.set({ images: { [path]: on } }) });
  const saliency = makeSwitch("showSaliency");
  const nearest = makeSwitch("showNearest");
  const key = h("p.saliency-key", {},
    h("span.key-positive", { "aria-hidden": "true" }), h("span", {}, word("prediction.for")),
    h("span.key-negative", { "aria-hidden": "true" }), h("span", {}, word("prediction.against")));
  const gallery = createGallery(context, word("label.showNearest"));
  const element = h("div.explanation", {},
    h("div.explanation-part", {}, saliency.element, key),
    h("div.explanation-part", {}, nearest.element, gallery.element));
  place.append(element);
  const throttle = createThrottle(PERIOD, show);
  let found = null;

  function update({ arrays }) {
    if (!arrays.nearest) return;
    found = arrays.nearest;
    throttle.offer();
  }

  function show() {
    const { images: { set: images, showNearest } } = store.get();
    if (!images || !showNearest) return;
    const { data, shape: [count] } = found;
    const nameOf = (k) => className(images, k);
    gallery.show("train", Array.from({ length: count }, (_, i) => ({
      row: data[2 * i],
      name: (k) => word("prediction.nearest", { label: nameOf(k), distance: data[2 * i + 1].toFixed(1) }),
      caption: nameOf,
    })));
  }

  const unwatch = [
    store.watch(["images.showSaliency"], ({ images: { showSaliency } }) => {
      saliency.update(showSaliency);
      key.classList.toggle("off", !showSaliency);
    }),
    store.watch(["images.showNearest"], ({ images: { showNearest } }) => {
      nearest.update(showNearest);
      gallery.element.hidden = !showNearest;
    }),
  ];

  function destroy() {
    throttle.cancel();
    unwatch.forEach((stop) => stop());
    gallery.destroy();
    element.remove();
  }

  return { update, resize() {}, destroy };
}
