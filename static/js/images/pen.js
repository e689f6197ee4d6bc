/** Strokes of a pen: smooth, round, and as wide as those of MNIST. */

/** The pen's width as a share of the paper's side. */
const WIDTH = 0.085;

/**
 * Draws strokes anew.
 *
 * @param {CanvasRenderingContext2D} context of a square canvas
 * @param {[number, number][][]} strokes points in shares of the side, from the top left
 * @param {string} colour
 */
export function drawStrokes(context, strokes, colour) {
  const { width: side } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, side, side);
  context.scale(side, side);
  context.strokeStyle = colour;
  context.lineWidth = WIDTH;
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
  context.lineTo(...points.at(-1));
}
