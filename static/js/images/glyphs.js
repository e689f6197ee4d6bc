/** Icon of each image set, drawn without loading the set. */

/** Lines over a square of 28, as a pen would draw them. */
const LINES = {
  mnist: { width: 3.2, paths: ["M19 5.5H11L9.6 13c3.6-2.2 9.6-1.2 9.6 4.4c0 6-7.4 7.4-10.8 4"] },
  fashion_mnist: {
    fill: true, width: 1.2,
    paths: ["M10 5.5c1.6 2 6.4 2 8 0l6 3.4-2.4 5-2.6-1.2V23H9V12.7l-2.6 1.2L4 8.9z"],
  },
};
/** Eight rows of eight pixels, 0 to 9. */
const PIXELS = ["02899200", "08700860", "00000970", "00399400", "00147960", "00000590", "07400890", "02899400"];
const SIDE = 28;

/**
 * Paints the sign of a set.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {string} name of the set
 * @param {Object} palette
 * @param {number} size in pixels of the canvas
 */
export function paintGlyph(canvas, name, palette, size) {
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.fillStyle = context.strokeStyle = palette.ink;
  if (LINES[name]) paintLines(context, LINES[name], size / SIDE);
  else paintPixels(context, size);
}

function paintLines(context, { width, paths, fill = false }, scale) {
  context.scale(scale, scale);
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  for (const d of paths) {
    const path = new Path2D(d);
    context.stroke(path);
    if (fill) context.fill(path);
  }
}

function paintPixels(context, size) {
  const edge = Math.floor(size / (PIXELS.length + 1));
  const first = Math.round((size - edge * PIXELS.length) / 2);
  PIXELS.forEach((row, y) => [...row].forEach((level, x) => {
    context.globalAlpha = Number(level) / 9;
    context.fillRect(first + x * edge, first + y * edge, edge, edge);
  }));
}
