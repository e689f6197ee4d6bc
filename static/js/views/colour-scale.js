/** Colour scale of the plane: its values or classes. */

import { h, setText } from "lib/dom";
import { formatScale } from "lib/format";
import { className, nameClass } from "spec/data-sets";
import { targetOf } from "plot/table-axes";
import { scaleOf } from "plot/scale-values";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const PERIOD = 200;

/** @returns {{update, resize, destroy}} */
export function create(element, { store }) {
  const ends = [h("span.scale-end"), h("span.scale-middle"), h("span.scale-end")];
  const halves = [h("canvas.scale-half", { height: 1 }), h("canvas.scale-half", { height: 1 })];
  const bar = h("div.scale-bar", {}, ends[0], halves[0], ends[1], halves[1], ends[2]);
  const classes = h("div.scale-classes");
  const box = h("div.scale.term", {
    role: "group", "aria-label": word("scale.name"), tabindex: 0, data: { help: word("help.scale") },
  }, bar, classes);
  element.append(box);
  let frame = null;
  let shownClasses = "";
  let filled = null;

  function paint() {
    const { appearance: { palette }, view: { hovered }, images: { set: images } } = store.get();
    if (!frame || !palette) return;
    /** @type {{values?: number[], classes?: number, levels?: number}} */
    const scale = images ? { classes: images.classes.length } : scaleOf(frame, hovered);
    bar.hidden = scale.classes > 1;
    classes.hidden = !bar.hidden;
    if (scale.classes > 1) paintClasses(scale.classes, palette, images);
    else paintBar(scale, palette, !hovered || hovered.role === "output");
  }

  /** @param {{values?: number[], levels?: number}} scale */
  function paintBar({ values, levels }, palette, isOutput) {
    // Units are shown as they compute; the output of a table in the unit of what it predicts.
    const target = isOutput ? targetOf(frame) : null;
    const told = target ? values.map(target.toValue) : values;
    const format = formatScale(Math.max(...told.map(Math.abs)));
    told.forEach((value, i) => setText(ends[i], format(value)));
    const colours = levels === undefined ? palette.diverging : palette.classLevels[levels];
    if (colours === filled) return;
    filled = colours;
    const middle = colours.length >> 1;
    fill(halves[0], colours.subarray(0, middle));
    fill(halves[1], colours.subarray(middle));
  }

  function paintClasses(count, palette, set) {
    const key = `${count} ${palette.classes} ${set?.name ?? frame.spec.data.name}`;
    if (key === shownClasses) return;
    shownClasses = key;
    classes.replaceChildren(...Array.from({ length: count }, (_, k) => {
      const swatch = h("span.scale-swatch");
      swatch.style.background = palette.classes[k];
      return h("span.scale-class", {}, swatch, set ? className(set, k) : nameClass(frame.spec, k));
    }));
  }

  const throttle = createThrottle(PERIOD, paint);
  const unwatch = store.watch(["appearance.palette", "view.hovered"], paint);

  function update(next) {
    frame = next;
    throttle.offer();
  }

  function destroy() {
    unwatch();
    throttle.cancel();
    box.remove();
  }

  return { update, resize() {}, destroy };
}

function fill(canvas, colours) {
  canvas.width = colours.length;
  const context = canvas.getContext("2d", { alpha: false });
  const image = context.createImageData(colours.length, 1);
  new Uint32Array(image.data.buffer).set(colours);
  context.putImageData(image, 0, 0);
}
