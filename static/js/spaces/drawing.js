/** Draws a layer space on a canvas: the warped grid, the points, and the lines of the output. */

import { pixelRatio, rem } from "lib/dom";
import { pointColour } from "plot/palette";
import { POINT_COLUMNS } from "plot/readout";
import { CELLS, MESH } from "spaces/reading";

/** Every how many places of the mesh there is a line, in a small picture and in a large one. */
const STRIDE = { small: 4, large: 2 };
const POINT = { small: 0.11, large: 0.26 };
const GRID_SHARE = 0.75;
/** Half the height of the ticks of a space with one axis. */
const TICK = 0.08;

/**
 * @typedef {Object} Picture
 * @property {Space} space
 * @property {Float32Array} flat two numbers a place
 * @property {SpaceWindow} window
 * @property {number[][]} lines
 * @property {boolean} exact whether the lines are the output's own, and no cut with a plane
 * @property {Uint8Array} answers at each place of the mesh
 * @property {Float32Array|null} points rows as frames have them
 * @property {{palette: any, task: string, range: number[]}} colours
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {"small"|"large"} size
 * @param {Picture} picture
 */
export function drawSpace(canvas, size, { space, flat, window: { x, y, half }, lines, exact, answers, points, colours }) {
  const ratio = pixelRatio();
  const side = Math.round(canvas.clientWidth * ratio);
  if (!side) return;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const { palette } = colours;
  const context = canvas.getContext("2d");
  const scale = side / (2 * half);
  const toX = (value) => (value - x + half) * scale;
  const toY = (value) => side - (value - y + half) * scale;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, side, side);
  if (space.axes === space.units && space.kind !== "output") drawAxes(context, side, toX(0), space.axes > 1 ? toY(0) : null, palette);
  context.lineWidth = ratio;
  context.globalAlpha = GRID_SHARE;
  const answerColours = listAnswerColours(colours, answers);
  for (const [answer, colour] of answerColours) {
    context.strokeStyle = colour;
    context.beginPath();
    if (space.axes === 1) traceTicks(context, flat, answers, answer, toX, toY(y), TICK * side);
    else traceGrid(context, flat, answers, answer, STRIDE[size], toX, toY);
    context.stroke();
  }
  context.globalAlpha = 1;
  drawLines(context, lines, exact, palette, ratio, toX, toY);
  if (points) drawPoints(context, size, space, flat, points, colours, toX, toY, ratio);
}

function drawAxes(context, side, left, up, palette) {
  context.strokeStyle = palette.line;
  context.lineWidth = pixelRatio();
  context.beginPath();
  context.moveTo(left, 0);
  context.lineTo(left, side);
  if (up !== null) {
    context.moveTo(0, up);
    context.lineTo(side, up);
  }
  context.stroke();
}

/** The colour of each answer that there is. */
function listAnswerColours({ palette, task }, answers) {
  const colourOf = (answer) => {
    if (task === "multiclass") return palette.classes[answer];
    return answer ? palette.positive : palette.negative;
  };
  return [...new Set(answers)].map((answer) => [answer, colourOf(answer)]);
}

/** The parts of all lines that begin where the network answers so. */
function traceGrid(context, flat, answers, answer, stride, toX, toY) {
  const trace = (from, to) => {
    if (answers[from] !== answer) return;
    context.moveTo(toX(flat[2 * from]), toY(flat[2 * from + 1]));
    context.lineTo(toX(flat[2 * to]), toY(flat[2 * to + 1]));
  };
  for (let line = 0; line < MESH; line += stride) {
    for (let i = 0; i + 1 < MESH; i += 1) {
      trace(line * MESH + i, line * MESH + i + 1);
      trace(i * MESH + line, (i + 1) * MESH + line);
    }
  }
}

/** A plane that is folded onto a line: a tick for every place of the mesh. */
function traceTicks(context, flat, answers, answer, toX, middle, height) {
  for (let cell = 0; cell < CELLS; cell += 1) {
    if (answers[cell] !== answer) continue;
    const at = toX(flat[2 * cell]);
    context.moveTo(at, middle - height);
    context.lineTo(at, middle + height);
  }
}

function drawLines(context, lines, exact, palette, ratio, toX, toY) {
  context.strokeStyle = palette.ink;
  context.lineWidth = 2 * ratio;
  context.setLineDash(exact ? [] : [6 * ratio, 5 * ratio]);
  context.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    context.moveTo(toX(x1), toY(y1));
    context.lineTo(toX(x2), toY(y2));
  }
  context.stroke();
  context.setLineDash([]);
}

function drawPoints(context, size, space, flat, rows, { palette, task, range }, toX, toY, ratio) {
  const radius = Math.max(1, POINT[size] * rem()) * ratio;
  context.lineWidth = ratio;
  for (let i = 0; i < space.points; i += 1) {
    const fill = pointColour(palette, task, rows[POINT_COLUMNS * i + 2], range);
    context.beginPath();
    context.arc(toX(flat[2 * (CELLS + i)]), toY(flat[2 * (CELLS + i) + 1]), radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    if (size === "small") continue;
    context.strokeStyle = palette.edge(fill);
    context.stroke();
  }
}
