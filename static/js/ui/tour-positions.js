/** Position of the tour's callout: beside the ringed part, never on it. */

const AROUND = 6;
const GAP = 12;
const EDGE = 10;

/**
 * @param {{left, top, right, bottom}} box of the part
 * @param {{width, height, docked, top}} callout its size, whether it lies at the foot of the
 *   window, and how much of the window's top is covered
 * @returns {{ringed: {left, top, width, height}, left: number, top: number}}
 */
export function placeBeside(box, callout) {
  const { innerWidth, innerHeight } = window;
  const foot = innerHeight - callout.height - EDGE;
  const ringed = clip(box, {
    top: callout.top, right: innerWidth, bottom: callout.docked ? foot - GAP : innerHeight,
  });
  if (callout.docked) return { ringed, left: EDGE, top: foot };
  return { ringed, ...findPlace(ringed, callout, innerWidth, innerHeight) };
}

/** The box with some room around it, in whole pixels, as far as it is in sight. */
function clip(box, { top, right, bottom }) {
  const edges = {
    left: Math.max(0, Math.floor(box.left - AROUND)),
    top: Math.max(Math.ceil(top), Math.floor(box.top - AROUND)),
    right: Math.min(right, Math.ceil(box.right + AROUND)),
    bottom: Math.min(Math.floor(bottom), Math.ceil(box.bottom + AROUND)),
  };
  const width = Math.max(0, edges.right - edges.left);
  const height = Math.max(0, edges.bottom - edges.top);
  return { left: edges.left, top: edges.top, width, height };
}

/** Right of it, left of it, below, above: the first that has room; else in the corner. */
function findPlace({ left, top, width, height }, callout, wide, high) {
  const right = left + width;
  const bottom = top + height;
  const alongside = bound(top + (height - callout.height) / 2, high - callout.height);
  const centred = bound(left + (width - callout.width) / 2, wide - callout.width);
  if (right + GAP + callout.width <= wide - EDGE) return { left: right + GAP, top: alongside };
  if (left - GAP - callout.width >= EDGE) return { left: left - GAP - callout.width, top: alongside };
  if (bottom + GAP + callout.height <= high - EDGE) return { left: centred, top: bottom + GAP };
  if (top - GAP - callout.height >= EDGE) return { left: centred, top: top - GAP - callout.height };
  return { left: wide - callout.width - EDGE, top: high - callout.height - EDGE };
}

function bound(value, most) {
  return Math.max(EDGE, Math.min(value, most - EDGE));
}
