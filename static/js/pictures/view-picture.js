/**
 * Picture of a view as it is seen, as one SVG document: its texts stay texts, its charts vectors, what is
 * painted on canvases becomes images. Controls are left out.
 */

import { createPathText, svg, svgImage, svgText } from "pictures/svg-text";
import { drawFigure } from "plot/plotly";

const MARGIN = 22;
const TITLE = 17;
const CAPTION = 12;
const LINE = 1.4;
/** Where letters stand in a line's box, as a share of its height from the top. */
const BASELINE = 0.79;
/** What is for hands or ears alone. */
const LEFT_OUT = "select, input, .step-table, fieldset, .select-wrap, .sr-only, .switch, .field, .transport, .step-way, .insert,"
  + " .stepper .icon-button, .button, .icon-button, .quiet-button, .model-buttons, .tile.idle, .remove, .map-preset, .search-more, .search-hand, .search-ends, .search-begin, .search-duel, .tab-list, svg[viewBox='0 0 16 16']";
/** What style sheets say of parts of an SVG. */
const INNER = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "color", "font-size",
  "font-weight", "text-anchor", "dominant-baseline",
];
/** Pixels of the picture's longer side. */
const LONGEST = 1920;

/**
 * Draws a view.
 *
 * @param {HTMLElement} root
 * @param {{title: string, caption: string, palette: Object}} words
 * @returns {Promise<{text: string, width: number, height: number}>} an SVG file and its size in pixels
 */
export async function drawView(root, { title, caption, palette }) {
  const extent = createExtent();
  const parts = await drawElement(root, extent);
  const box = extent.box();
  const top = MARGIN + TITLE * LINE;
  const [wide, high] = [box.width + 2 * MARGIN, box.height + top + CAPTION * LINE + 2 * MARGIN];
  const scale = LONGEST / Math.max(wide, high);
  const [width, height] = [Math.round(wide * scale), Math.round(high * scale)];
  const text = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink", width, height,
    viewBox: `0 0 ${wide} ${high}`, "font-family": getComputedStyle(document.body).fontFamily,
  },
    svg("rect", { width: "100%", height: "100%", fill: palette.card }),
    svgText(title, { x: MARGIN, y: MARGIN + TITLE * 0.8, fill: palette.ink, "font-size": TITLE, "font-weight": 650 }),
    svg("g", { transform: `translate(${MARGIN - box.left} ${top + MARGIN / 2 - box.top})` }, ...parts),
    svgText(caption, { x: MARGIN, y: high - MARGIN, fill: palette.muted, "font-size": CAPTION }));
  return { text, width, height };
}

/** How far what is drawn reaches. */
function createExtent() {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  return {
    add(box) {
      [left, top] = [Math.min(left, box.left), Math.min(top, box.top)];
      [right, bottom] = [Math.max(right, box.right), Math.max(bottom, box.bottom)];
    },
    box: () => (right > left ? { left, top, width: right - left, height: bottom - top } : { left: 0, top: 0, width: 1, height: 1 }),
  };
}

/** What an element shows, in the window's pixels. */
async function drawElement(element, extent, room = null) {
  if (element.matches(LEFT_OUT) || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return [];
  const box = element.getBoundingClientRect();
  if (room && !isInside(box, room)) return [];
  const isChart = element.matches(".js-plotly-plot");
  if (isChart || element instanceof HTMLCanvasElement || element instanceof SVGElement) {
    if (!box.width || !box.height) return [];
    extent.add(box);
    if (isChart) return [await drawChart(element, box)];
    return [element instanceof HTMLCanvasElement ? svgImage(element, box) : drawInner(element, box)];
  }
  const ground = drawGround(element, box);
  if (ground && box.width) extent.add(box);
  const parts = [ground];
  const scrolls = element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY !== "visible";
  const seen = scrolls ? box : room;
  for (const child of element.childNodes) {
    if (child instanceof Element) parts.push(...await drawElement(child, extent, seen));
    else if (child instanceof Text) parts.push(...drawText(child, extent, seen));
  }
  const { opacity } = getComputedStyle(element);
  return opacity === "1" ? parts : [svg("g", { opacity }, ...parts)];
}

/** Whether something is in sight in a box that scrolls. */
function isInside({ top, bottom }, room) {
  return bottom > room.top + 1 && top < room.bottom - 1;
}

/** A chart by Plotly itself, in the size that it has. */
async function drawChart(element, { x, y, width, height }) {
  return svg("svg", { x, y, width, height }, await drawFigure(element.data, { ...element.layout, width, height }));
}

/** An SVG that the page holds already. */
function drawInner(element, { x, y, width, height }) {
  const copy = /** @type {SVGElement} */ (element.cloneNode(true));
  const [seen, copied] = [element, copy].map((one) => [one, ...one.querySelectorAll("*")]);
  seen.forEach((one, i) => {
    const style = getComputedStyle(one);
    for (const name of INNER) copied[i].setAttribute(name, style.getPropertyValue(name));
  });
  for (const [key, value] of Object.entries({ x, y, width, height })) copy.setAttribute(key, String(value));
  return new XMLSerializer().serializeToString(copy);
}

/** The ground of an element with its frame, or the line below it. */
function drawGround(element, { x, y, width, height }) {
  const {
    backgroundColor: fill, borderTopWidth, borderBottomWidth, borderBottomColor, borderRadius,
  } = getComputedStyle(element);
  const parts = [];
  const thick = isClear(borderBottomColor) ? 0 : parseFloat(borderBottomWidth);
  const isFramed = thick > 0 && parseFloat(borderTopWidth) > 0;
  const round = Math.min((parseFloat(borderRadius) || 0) * (borderRadius.endsWith("%") ? width / 100 : 1), width / 2, height / 2);
  if (!isClear(fill) || isFramed) {
    parts.push(svg("rect", {
      x: x + thick / 2, y: y + thick / 2, width: Math.max(0, width - thick), height: Math.max(0, height - thick), rx: round,
      fill: isClear(fill) ? "none" : fill, ...(isFramed ? { stroke: borderBottomColor, "stroke-width": thick } : {}),
    }));
  }
  if (thick > 0 && !isFramed) {
    const path = createPathText();
    path.moveTo(x, y + height);
    parts.push(svg("path", { d: `${path}H${x + width}`, stroke: borderBottomColor, "stroke-width": thick, fill: "none" }));
  }
  return parts.join("");
}

function isClear(colour) {
  return colour === "transparent" || /^rgba\(.*, ?0\)$|\/ ?0\)$/.test(colour);
}

/** A text in the lines that the page has broken it into. */
function drawText(node, extent, room) {
  const range = document.createRange();
  const { color, fontSize, fontWeight, textTransform, writingMode } = getComputedStyle(node.parentElement);
  if (writingMode.startsWith("vertical")) return drawUpright(node, extent);
  const write = (text) => (textTransform === "uppercase" ? text.toUpperCase() : text);
  const lines = [];
  for (const { 0: piece, index } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + piece.trimEnd().length);
    const box = range.getBoundingClientRect();
    if (!box.width || (room && !(box.top >= room.top - 1 && box.bottom <= room.bottom + 1))) continue;
    extent.add(box);
    const line = lines.at(-1);
    if (line && Math.abs(line.box.top - box.top) < 2) {
      line.text += ` ${piece.trim()}`;
      line.right = box.right;
    } else lines.push({ text: piece.trim(), box, right: box.right });
  }
  const style = { fill: color, "font-size": fontSize, "font-weight": fontWeight === "400" ? null : fontWeight };
  return lines.map(({ text, box, right }) => svgText(write(text), {
    x: box.left, y: box.top + BASELINE * box.height, textLength: right - box.left, lengthAdjust: "spacingAndGlyphs", ...style,
  }));
}

/** A text that reads from bottom to top. */
function drawUpright(node, extent) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  if (!box.width) return [];
  extent.add(box);
  const { color, fontSize, fontWeight } = getComputedStyle(node.parentElement);
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  return [svgText(node.data.trim(), {
    x, y, transform: `rotate(-90 ${x} ${y})`, "text-anchor": "middle", "dominant-baseline": "central", fill: color,
    "font-size": fontSize, "font-weight": fontWeight === "400" ? null : fontWeight,
  })];
}
