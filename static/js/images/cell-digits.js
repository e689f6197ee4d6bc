/** Test images of a cell of the confusion matrix. */

import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { createGallery } from "images/gallery";
import { className } from "spec/data-sets";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

/** Pictures that are shown of those behind a cell. */
const MOST = 60;
/** The pictures are not exchanged more often than a hand can point at one. */
const PERIOD = 1000;

/** @returns {{element: HTMLElement, update: Function, destroy: Function}} */
export function createCellDigits({ store, library }) {
  const title = h("p.cell-title");
  const gallery = createGallery({ store, library }, word("confusion.digits"));
  const element = h("div.cell-digits", {}, title, gallery.element);
  const pictures = createThrottle(PERIOD, (entries) => gallery.show("test", entries));
  let predictions = null;
  let labels = null;
  let asked = null;
  let shown = null;

  /** Takes the predictions of all test images. */
  function update(next) {
    predictions = next;
    if (store.get().images.cell) show();
  }

  async function show() {
    const { images: { cell, set: images } } = store.get();
    if (!cell || !images || !predictions) {
      setText(title, word("confusion.hint"));
      showPictures([]);
      return;
    }
    if (asked !== images.name) {
      asked = images.name;
      labels = null;
      labels = await library.labels("test").catch(() => null);
      if (!labels) asked = null;
    }
    if (!labels || store.get().images.cell !== cell) return;
    const rows = findRows(cell);
    const [label, predicted] = [cell.label, cell.predicted].map((k) => className(images, k));
    setText(title, word(cell.label === cell.predicted ? "confusion.right" : "confusion.wrong",
      { label, predicted, count: formatCount(rows.length) }));
    const entries = rows.slice(0, MOST).map((row) => ({
      row, name: () => word("confusion.digit", { row: formatCount(row + 1), label, predicted }),
    }));
    if (shown === cell) pictures.offer(entries);
    else showPictures(entries);
    shown = cell;
  }

  /** Shows those of another cell, at once. */
  function showPictures(entries) {
    pictures.cancel();
    gallery.show("test", entries);
  }

  function findRows({ label, predicted }) {
    const rows = [];
    const count = Math.min(labels.length, predictions.length);
    for (let row = 0; row < count; row += 1) {
      if (labels[row] === label && predictions[row] === predicted) rows.push(row);
    }
    return rows;
  }

  const unwatch = store.watch(["images.cell", "images.set"], show);

  function destroy() {
    pictures.cancel();
    unwatch();
    gallery.destroy();
  }

  return { element, update, destroy };
}
