/** Point markers on a canvas: discs for train points, diamonds for test points, squares for validation points. */

import { pixelRatio, rem } from "lib/dom";

export const TRAIN_MARK = 0.5;
export const TEST_MARK = 0.46;
export const VALIDATION_MARK = 0.4;
export const TRAIN_LINE = 1.1;
export const TEST_LINE = 1;
const MOST_STAMPS = 400;

/**
 * Keeps stamps: each kind of mark is drawn once, so that thousands are quick.
 *
 * @returns {() => Function} begins a painting; what it returns gives the stamp of a fill, an
 *   edge, and the number of a part in `readout.PARTS`: a canvas with its `side` in CSS pixels
 */
export function createStamps() {
  const stamps = new Map();
  let scale = 0;

  function stampOf(fill, edge, part) {
    const key = `${part} ${fill} ${edge}`;
    let stamp = stamps.get(key);
    if (!stamp) {
      if (stamps.size >= MOST_STAMPS) stamps.clear();
      stamp = DRAWERS[part](fill, edge, scale);
      stamps.set(key, stamp);
    }
    return stamp;
  }

  return () => {
    const now = rem() * pixelRatio();
    if (now !== scale) stamps.clear();
    scale = now;
    return stampOf;
  };
}

function drawDisc(fill, edge, scale) {
  return drawStamp(fill, edge, TRAIN_LINE, (TRAIN_MARK * scale) / 2, (context, radius) => {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
  });
}

function drawDiamond(fill, edge, scale) {
  // Plotly's diamonds reach further than its discs of the same size.
  return drawStamp(fill, edge, TEST_LINE, (1.3 * TEST_MARK * scale) / 2, (context, reach) => {
    context.moveTo(reach, 0);
    context.lineTo(0, reach);
    context.lineTo(-reach, 0);
    context.lineTo(0, -reach);
    context.closePath();
  });
}

function drawSquare(fill, edge, scale) {
  return drawStamp(fill, edge, TEST_LINE, (VALIDATION_MARK * scale) / 2, (context, reach) => {
    context.rect(-reach, -reach, 2 * reach, 2 * reach);
  });
}

/** By the number of a part. */
const DRAWERS = [drawDisc, drawDiamond, drawSquare];

function drawStamp(fill, edge, line, reach, trace) {
  const width = line * pixelRatio();
  const stamp = document.createElement("canvas");
  stamp.width = stamp.height = 2 * Math.ceil(reach + width);
  const context = stamp.getContext("2d");
  context.translate(stamp.width / 2, stamp.height / 2);
  context.beginPath();
  trace(context, reach);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = width;
  context.fill();
  context.stroke();
  return { stamp, side: stamp.width / pixelRatio() };
}
