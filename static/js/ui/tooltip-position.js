/** Position of a tooltip: beside its anchor, over as few buttons as possible. */

const GAP = 6;
const EDGE = 6;

/**
 * Places a tooltip, and makes it wide and low where that covers less.
 *
 * @param {HTMLElement} element the tooltip, shown
 * @param {{left, top, right, bottom}} box of what it explains
 * @param {{left, top, right, bottom}[]} others what it had better not cover
 */
export function placeTooltip(element, box, others = []) {
  let best = null;
  for (const wide of others.length ? [false, true] : [false]) {
    element.classList.toggle("wide", wide);
    const size = { width: element.offsetWidth, height: element.offsetHeight };
    for (const place of placesAround(box, size)) {
      const covered = others.reduce((sum, other) => sum + overlap({ ...place, ...size }, other), 0);
      if (!best || covered < best.covered) best = { ...place, wide, covered };
    }
    if (best.covered === 0) break;
  }
  element.classList.toggle("wide", best.wide);
  element.style.left = `${best.left}px`;
  element.style.top = `${best.top}px`;
}

/** Below, above, right, left, as far as there is room; at least one. */
function placesAround(box, { width, height }) {
  const { innerWidth, innerHeight } = window;
  const most = innerWidth - width - EDGE;
  const inside = (left) => Math.max(EDGE, Math.min(left, most));
  const lefts = [box.left, (box.left + box.right - width) / 2, box.right - width].map(inside);
  const middle = Math.max(EDGE, Math.min((box.top + box.bottom - height) / 2, innerHeight - height - EDGE));
  const below = { fits: box.bottom + GAP + height <= innerHeight - EDGE, top: box.bottom + GAP };
  const above = { fits: box.top - GAP - height >= EDGE, top: box.top - GAP - height };
  const places = [below, above].filter(({ fits }) => fits)
    .flatMap(({ top }) => lefts.map((left) => ({ left, top })));
  if (box.right + GAP <= most) places.push({ left: box.right + GAP, top: middle });
  if (box.left - GAP - width >= EDGE) places.push({ left: box.left - GAP - width, top: middle });
  return places.length ? places : [{ left: lefts[0], top: Math.max(EDGE, above.top) }];
}

function overlap({ left, top, width, height }, other) {
  const across = Math.min(left + width, other.right) - Math.max(left, other.left);
  const down = Math.min(top + height, other.bottom) - Math.max(top, other.top);
  return Math.max(0, across) * Math.max(0, down);
}
