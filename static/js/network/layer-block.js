/** A layer as a block of cells: each is a unit's activation for the selected image. */

import { h } from "lib/dom";
import { DIVERGING } from "plot/palette";
import { word } from "lib/words";

const MIDDLE = (DIVERGING - 1) / 2;
/** Cells of so many pixels are told apart by lines. */
const LINED = 5;
/** How fast the scale follows when a layer grows calmer, so that nothing flickers. */
const CALMING = 0.92;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {number} layer
 * @param {Object} on `hover(unit|null, box)`, `press(unit)`, `describe(unit)` gives a unit's value
 *   in words
 * @returns {{element, place, paint, mark}}
 */
export function createLayerBlock(layer, on) {
  const canvas = h("canvas");
  const lines = h("div.block-lines");
  const cursor = h("div.block-cell.block-cursor", { hidden: true });
  const chosen = h("div.block-cell.block-chosen", { hidden: true });
  const element = h("div.block", {
    role: "slider", tabindex: 0, "aria-label": word("network.block", { layer: layer + 1 }),
    "aria-valuemin": 1, data: { block: layer },
  }, canvas, lines, chosen, cursor);
  const context = canvas.getContext("2d");
  let shape = null;
  let count = 0;
  let image = null;
  let words = null;
  let largest = 0;
  let at = null;
  let marked = null;

  /** Takes its place and size. */
  function place({ columns, rows, pitch, width, height }, units, { x, y }) {
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
      image = context.createImageData(columns, rows);
      words = new Uint32Array(image.data.buffer);
    }
    words ??= new Uint32Array(0);
    shape = { columns, rows, pitch };
    count = units;
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    element.style.transform = `translate(${x - width / 2}px, ${y - height / 2}px)`;
    lines.hidden = pitch < LINED;
    lines.style.backgroundSize = `${pitch}px ${pitch}px`;
    element.setAttribute("aria-valuemax", units);
    mark(marked);
    point(at !== null && at < units ? at : null);
  }

  /** Paints the layer's activations. */
  function paint(values, { diverging }) {
    let most = 1e-6;
    for (const value of values) most = Math.max(most, Math.abs(value));
    largest = Math.max(most, largest * CALMING);
    const stride = MIDDLE / largest;
    for (let unit = 0; unit < values.length; unit += 1) {
      words[unit] = diverging[(MIDDLE + 0.5 + values[unit] * stride) | 0];
    }
    context.putImageData(image, 0, 0);
  }

  function put(ring, unit) {
    ring.hidden = unit === null;
    if (unit === null) return;
    const { columns, pitch } = shape;
    ring.style.width = ring.style.height = `${pitch}px`;
    ring.style.transform = `translate(${(unit % columns) * pitch}px, ${Math.floor(unit / columns) * pitch}px)`;
  }

  /** Marks the unit that was chosen; null for none of this layer. */
  function mark(unit) {
    marked = unit !== null && unit < count ? unit : null;
    put(chosen, marked);
    if (at === null) say(marked ?? 0);
  }

  function say(unit) {
    element.setAttribute("aria-valuenow", unit + 1);
    element.setAttribute("aria-valuetext", on.describe(unit));
  }

  function point(unit) {
    at = unit;
    put(cursor, unit);
    if (unit === null) {
      on.hover(null);
      return;
    }
    say(unit);
    const box = element.getBoundingClientRect();
    const { columns, pitch } = shape;
    on.hover(unit, {
      x: box.left + (unit % columns + 0.5) * pitch, y: box.top + (Math.floor(unit / columns) + 1) * pitch,
    });
  }

  function unitAt({ clientX, clientY }) {
    const box = element.getBoundingClientRect();
    const { columns, rows, pitch } = shape;
    const [column, row] = [Math.floor((clientX - box.left) / pitch), Math.floor((clientY - box.top) / pitch)];
    const unit = row * columns + column;
    return column >= 0 && column < columns && row >= 0 && row < rows && unit < count ? unit : null;
  }

  element.addEventListener("pointermove", (event) => {
    const unit = unitAt(event);
    if (unit !== at) point(unit);
  });
  element.addEventListener("pointerleave", () => point(null));
  element.addEventListener("click", (event) => {
    const unit = unitAt(event);
    if (unit !== null) on.press(unit);
  });
  element.addEventListener("focus", () => element.matches(":focus-visible") && point(marked ?? 0));
  element.addEventListener("blur", () => point(null));
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") on.press(at ?? marked ?? 0);
    else if (KEYS[event.key]) {
      const [dx, dy] = KEYS[event.key];
      const next = (at ?? marked ?? 0) + dx + dy * shape.columns;
      if (next >= 0 && next < count) point(next);
    } else if (event.key === "Home") point(0);
    else if (event.key === "End") point(count - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return { element, place, paint, mark };
}
