/** Entry of a prediction that is drawn: the boundary, over the panel that shows it. */

import { createDrawingSurface } from "lessons/drawing-surface";
import { compare } from "lessons/drawn-boundary";
import { h, setText } from "lib/dom";
import { formatCoordinate, formatPercent } from "lib/format";
import { word } from "lib/words";

/** A share of the plane that counts as close. */
const CLOSE = 0.9;
const DIGITS = 0;

/**
 * @param {{name: string, onChange: (ready: boolean) => void, stage: (panel: string) => ?HTMLElement}} parts
 * @returns {Object} an entry, as `lessons/entries` says
 */
export function createBoundaryEntry({ name, onChange, stage }) {
  const pen = h("p.sr-only", { role: "status" });
  const undo = h("button.button.small", {
    type: "button", disabled: true, data: { action: "undoLine" }, on: { click: () => surface.undo() },
  }, word("lesson.draw.undo"));
  const how = h("p.lesson-how", { id: `${name}-how` }, word("lesson.draw.how"));
  const legend = h("ul.lesson-legend", { hidden: true },
    h("li", {}, h("span.drawn-sample.yours", { "aria-hidden": "true" }), word("lesson.draw.yours")),
    h("li", {}, h("span.drawn-sample", { "aria-hidden": "true" }), word("lesson.draw.network")));
  const surface = createDrawingSurface({
    label: word("lesson.draw.surface"), description: `${name}-how`,
    onChange(next) {
      lines = next;
      undo.disabled = !lines.length;
      onChange(isDrawn(lines));
    },
    onPen: ({ x, y, places }) =>
      setText(pen, word("lesson.draw.pen", { x1: formatCoordinate(x), x2: formatCoordinate(y), points: places })),
  });
  let lines = [];

  function show(given, { locked, found }) {
    lines = given;
    surface.show(given, { locked, contour: found?.contour ?? [] });
    for (const element of [how, undo]) element.hidden = locked;
    undo.disabled = !lines.length;
    legend.hidden = !found?.contour.length;
  }

  function describe(_, { share, own, network, contour }) {
    if (!contour.length) return { right: false, text: word("lesson.draw.noBoundary") };
    const said = [word("lesson.draw.share", { share: formatPercent(share, DIGITS) })];
    if (own !== null) said.push(word("lesson.draw.accuracy", { own: formatPercent(own, DIGITS), network: formatPercent(network, DIGITS) }));
    return { right: share >= CLOSE, text: said.join(" "), verdict: share >= CLOSE ? "lesson.close" : null };
  }

  return {
    element: h("div.lesson-drawing", {}, how, undo, legend, pen),
    none: "lesson.draw.none",
    read: () => (isDrawn(lines) ? lines.filter((line) => line.length > 1) : null),
    accepts: (given) => Array.isArray(given) && isDrawn(given) && given.every(isLine),
    show, describe,
    judge: (given, frame) => compare(given, frame),
    attach: () => surface.attach(stage("boundary")?.querySelector(".plane-box")),
    destroy: surface.destroy,
  };
}

function isDrawn(lines) {
  return lines.some((line) => line.length > 1);
}

function isLine(line) {
  return Array.isArray(line) && line.every((place) => Array.isArray(place) && place.length === 2 && place.every(Number.isFinite));
}
