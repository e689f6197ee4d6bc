/** Hover card of an image: its label and its prediction. */

import { h, setText } from "lib/dom";
import { draw } from "images/library";
import { className } from "spec/data-sets";
import { word } from "lib/words";

const GAP = 14;

/**
 * @param {HTMLElement} parent in which it is placed
 * @param {{store: Store, library}} context
 * @returns {{show: Function, hide: Function}}
 */
export function createDigitCard(parent, { store, library }) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const label = h("span");
  const predicted = h("span");
  const element = h("div.digit-card", { hidden: true }, canvas,
    h("div.digit-card-words", {}, label, predicted));
  parent.append(element);
  let shown = null;

  /**
   * Shows a test image.
   *
   * @param {number} row
   * @param {number|null} guess the network's prediction, if it is known
   * @param {{clientX: number, clientY: number}} pointer
   */
  async function show(row, guess, pointer) {
    shown = row;
    const { images: { set: images }, appearance: { palette } } = store.get();
    let found;
    try {
      found = await library.get("test", [row]);
    } catch {
      return; // Without the picture there is nothing to show; the next one may come.
    }
    if (shown !== row || store.get().images.set !== images) return;
    const name = (k) => className(images, k);
    const [right] = found.labels;
    draw(canvas, found.pixels, images.shape, palette);
    setText(label, word("space.label", { label: name(right) }));
    setText(predicted, guess === null ? "" : word("space.predicted", { predicted: name(guess) }));
    predicted.classList.toggle("wrong", guess !== null && guess !== right);
    element.hidden = false;
    place(pointer);
  }

  /** Beside the pointer, inside the parent. */
  function place({ clientX, clientY }) {
    const box = parent.getBoundingClientRect();
    const left = clientX - box.left + GAP;
    const top = clientY - box.top + GAP;
    const over = left + element.offsetWidth > box.width;
    const below = top + element.offsetHeight > box.height;
    element.style.left = `${over ? left - 2 * GAP - element.offsetWidth : left}px`;
    element.style.top = `${below ? top - 2 * GAP - element.offsetHeight : top}px`;
  }

  function hide() {
    shown = null;
    element.hidden = true;
  }

  return { show, hide };
}
