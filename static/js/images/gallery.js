/** Gallery of images; pressing one selects it. */

import { h, setText } from "lib/dom";
import { areaOf, draw } from "images/library";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * @param {{store: Store, library}} context
 * @param {string} label of all of them together
 * @returns {{element: HTMLElement, show: Function, destroy: Function}}
 */
export function createGallery({ store, library }, label) {
  const element = h("div.gallery", { role: "group", "aria-label": label, on: { keydown: move } });
  const buttons = [];
  let part = "test";
  let entries = [];
  let pixels = null;
  let asked = "";

  /**
   * Shows images; those that are there stay until the new ones have come.
   *
   * @param {"test"|"train"} newPart
   * @param {{row: number, name: Function, caption?: Function}[]} newEntries `name` and `caption`
   *   tell of the right label what a picture is, and what stands below it
   */
  async function show(newPart, newEntries) {
    const rows = newEntries.map(({ row }) => row);
    const { images: { set: images } } = store.get();
    const key = `${images?.name} ${newPart} ${rows}`;
    asked = key;
    let found = null;
    try {
      found = rows.length ? await library.get(newPart, rows) : { labels: [], pixels: [] };
    } catch {
      return; // The set or the server is gone for now; what comes next asks again.
    }
    if (asked !== key) return;
    [part, entries, pixels] = [newPart, newEntries, found.pixels];
    while (buttons.length < rows.length) buttons.push(makeButton(buttons.length));
    element.replaceChildren(...buttons.slice(0, rows.length));
    entries.forEach((entry, i) => name(buttons[i], entry, found.labels[i]));
    paint();
  }

  function makeButton(i) {
    const choose = () => store.set({ images: { digit: { part, row: entries[i].row } } });
    return h("button.picture", { type: "button", tabindex: i === 0 ? 0 : -1, on: { click: choose } },
      h("canvas", { "aria-hidden": "true" }), h("span.picture-caption", { "aria-hidden": "true" }));
  }

  function name(button, entry, label) {
    const text = entry.name(label);
    button.setAttribute("aria-label", text);
    button.dataset.help = text;
    const caption = button.lastChild;
    caption.hidden = !entry.caption;
    if (entry.caption) setText(caption, entry.caption(label));
  }

  function paint() {
    const { appearance: { palette }, images: { set: images } } = store.get();
    if (!palette || !images || !pixels) return;
    const area = areaOf(images.shape);
    entries.forEach((_, i) => {
      const own = pixels.subarray(i * area, (i + 1) * area);
      draw(buttons[i].firstChild, own, images.shape, palette);
    });
  }

  /** One stop of the Tab key; arrows go on from there. */
  function move(event) {
    const step = STEPS[event.key];
    const at = buttons.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = (at + step + entries.length) % entries.length;
    buttons.forEach((button, i) => {
      button.tabIndex = i === next ? 0 : -1;
    });
    buttons[next].focus();
  }

  const unwatch = store.watch(["appearance.palette"], paint);

  return { element, show, destroy: unwatch };
}
