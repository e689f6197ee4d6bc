/** Where the panels of an embed stand in a frame of any size: a pure function of both. */

/**
 * For each panel: width by height that suits it, how it may depart from that, the least of both
 * in rem, and how much a part of the frame counts.
 */
const SHAPES = {
  boundary: { aspect: 1, square: true, least: [8.5, 8.5], worth: 2.1 },
  network: { aspect: 1.7, least: [11.5, 6.5], worth: 1.3 },
  loss: { aspect: 1.9, least: [10.5, 6], worth: 0.75 },
  unit: { aspect: 2, least: [14, 7], worth: 0.9 },
  data: { aspect: 0.9, least: [12, 9], worth: 0.9 },
};
/** A network that can be changed in place needs room for what changes it. */
const CHANGEABLE = { ...SHAPES.network, least: [21, 16], worth: 1.6 };
const GAP = 0.7;
/** How fast a panel loses worth when its shape departs from what suits it. */
const STRETCH = 0.75;

/**
 * Arranges panels: all that fit, the earlier ones first; at least one.
 *
 * @param {string[]} panels in their order
 * @param {{width: number, height: number, rem: number, changeable?: boolean}} room in CSS pixels;
 *   `changeable` is whether the network can be changed in place
 * @returns {{name, x, y, width, height}[]} boxes in whole pixels, none over another
 */
export function arrange(panels, room) {
  for (let count = panels.length; count > 1; count -= 1) {
    const best = findBest(panels.slice(0, count), room);
    if (best) return best;
  }
  const [name] = panels;
  return [{ name, x: 0, y: 0, width: Math.floor(room.width), height: Math.floor(room.height) }];
}

function shapeOf(name, changeable) {
  return name === "network" && changeable ? CHANGEABLE : SHAPES[name];
}

/** The best of all ways in columns and in rows; null if none gives every panel its least. */
function findBest(panels, room) {
  let best = null;
  for (const parts of partition(panels)) {
    for (const upright of [true, false]) {
      const boxes = place(parts, room, upright);
      const worth = rate(boxes, room);
      if (worth > 0 && (!best || worth > best.worth + 1e-9)) best = { worth, boxes };
    }
  }
  return best?.boxes ?? null;
}

/** Every way to cut a list into runs. */
function partition(list) {
  if (list.length === 0) return [[]];
  return list.flatMap((_, i) =>
    partition(list.slice(i + 1)).map((rest) => [list.slice(0, i + 1), ...rest]));
}

/**
 * Places runs beside each other, the panels of a run below each other; or the other way round.
 * Along a run, and from run to run, room is shared as the shapes suggest.
 */
function place(parts, { width, height, rem, changeable }, upright) {
  const gap = GAP * rem;
  const [along, across] = upright ? [height, width] : [width, height];
  // What of the length of a run a panel takes for each pixel of the run's breadth.
  const needs = (name) => (upright ? 1 / shapeOf(name, changeable).aspect : shapeOf(name, changeable).aspect);
  const breadths = parts.map((run) =>
    (along - gap * (run.length - 1)) / run.reduce((sum, name) => sum + needs(name), 0));
  const shares = share(breadths, across - gap * (parts.length - 1));
  let start = 0;
  return parts.flatMap((run, i) => {
    const lengths = share(run.map(needs), along - gap * (run.length - 1));
    let at = 0;
    const boxes = run.map((name, j) => {
      const [x, y, w, h] = upright
        ? [start, at, shares[i], lengths[j]] : [at, start, lengths[j], shares[i]];
      at += lengths[j] + gap;
      return cut(name, x, y, w, h);
    });
    start += shares[i] + gap;
    return boxes;
  });
}

function share(wishes, room) {
  const sum = wishes.reduce((total, wish) => total + wish, 0);
  return wishes.map((wish) => (room * wish) / sum);
}

function cut(name, x, y, width, height) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  return { name, x: left, y: top, width: Math.floor(x + width) - left, height: Math.floor(y + height) - top };
}

/** What an arrangement is worth; 0 if a panel has less than its least. */
function rate(boxes, { width, height, rem, changeable }) {
  let worth = 0;
  for (const { name, width: w, height: h } of boxes) {
    const { aspect, square, least, worth: weight } = shapeOf(name, changeable);
    if (w < least[0] * rem || h < least[1] * rem) return 0;
    const used = square ? Math.min(w, h) ** 2 : w * h * departure(w / h, aspect);
    // Twice the room is not twice the worth.
    worth += weight * Math.sqrt(used / (width * height));
  }
  return worth;
}

function departure(aspect, wanted) {
  const ratio = aspect > wanted ? wanted / aspect : aspect / wanted;
  return ratio ** STRETCH;
}
