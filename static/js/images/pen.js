/** Draws the strokes of a pen, smooth and round. */

/** The pens: widths as a share of the paper's longer side. */
export const PENS = { thin: 0.055, medium: 0.085, thick: 0.125 };

/** Too short to be seen, in shares of the longer side. */
const NUDGE = 1e-4;

/**
 * Width and height of the paper for images of a shape, as shares of the longer side.
 *
 * @param {Shape} shape
 */
export function sidesOf([rows, columns]) {
  const longest = Math.max(rows, columns);
  return [columns / longest, rows / longest];
}

/**
 * Draws strokes anew.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number][][]} strokes points in shares of the longer side, from the top left
 * @param {{colour: string, width: number}} pen width in shares of the longer side
 */
export function drawStrokes(context, strokes, { colour, width }) {
  const { width: columns, height: rows } = context.canvas;
  const side = Math.max(columns, rows);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, columns, rows);
  context.scale(side, side);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    trace(context, stroke);
    context.stroke();
  }
}

/** Goes through the middles between the points, so that there are no corners. */
function trace(context, points) {
  context.moveTo(...points[0]);
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [x, y] = points.at(-1);
  // A line of no length is not drawn, and a dot is one.
  context.lineTo(x + NUDGE, y);
}
