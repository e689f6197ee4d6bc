/** SVG elements as text, for self-contained files. */

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" };
/** What XML has no place for. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as it may stand in XML. */
function escapeText(text) {
  return String(text).replace(UNWRITABLE, "").replace(/[&<>"]/g, (one) => ENTITIES[one]);
}

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {Object} attributes those that are null are left out
 * @param {...string} children SVG already
 */
export function svg(tag, attributes, ...children) {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeText(value)}"`).join("");
  return `<${tag}${written}>${children.join("")}</${tag}>`;
}

/** A line of text. */
export function svgText(text, attributes) {
  return svg("text", attributes, escapeText(text));
}

/** A canvas as an image of a place. */
export function svgImage(canvas, { x, y, width, height }, attributes = {}) {
  return svg("image", {
    x, y, width, height, preserveAspectRatio: "none", href: canvas.toDataURL("image/png"), ...attributes,
  });
}

/** What a Path2D is on a canvas: takes the same calls, and tells the path as text. */
export function createPathText() {
  const parts = [];
  const round = (value) => Math.round(value * 100) / 100;
  return {
    moveTo: (...place) => parts.push(`M${place.map(round).join(" ")}`),
    bezierCurveTo: (...places) => parts.push(`C${places.map(round).join(" ")}`),
    toString: () => parts.join(""),
  };
}
