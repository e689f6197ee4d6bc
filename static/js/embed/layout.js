/** Layout of an embed's panels in a frame of any size. Pure. */

/**
 * For each panel: width by height that suits it, how it may depart from that, the least and the
 * most of both in rem, and how much a part of the frame counts.
 */
const SHAPES = {
  boundary: { aspect: 1, square: true, least: [8.5, 8.5], worth: 1.5 },
  legend: { aspect: 9, least: [8, 2.4], most: [Infinity, 2.6], worth: 0.1 },
  network: { aspect: 1.7, least: [11.5, 6.5], worth: 1.6 },
  loss: { aspect: 1.9, least: [10.5, 6], worth: 0.8 },
  metrics: { aspect: 3, least: [9, 3], most: [Infinity, 9], worth: 0.3 },
  unit: { aspect: 2, least: [14, 7], worth: 0.9 },
  spaces: { aspect: 0.95, least: [10, 11], worth: 1.3 },
  gradients: { aspect: 1.9, least: [13, 7], worth: 0.9 },
  landscape: { aspect: 1.3, least: [11, 12], worth: 1.3 },
  classes: { aspect: 1.4, least: [11, 12], worth: 1.3 },
  race: { aspect: 1.2, least: [11, 12], worth: 1.3 },
  map: { aspect: 1.2, least: [11, 12], worth: 1.4 },
  search: { aspect: 1.2, least: [12, 12], worth: 1.4 },
  goal: { aspect: 2.2, least: [12, 6], most: [Infinity, 16], worth: 0.6 },
  step: { aspect: 1.3, least: [16, 15], worth: 1.2 },
  data: { aspect: 1.1, least: [11, 9], worth: 0.8 },
};
/** A network that can be changed in place needs room for what changes it. */
const CHANGEABLE = { ...SHAPES.network, least: [21, 16], worth: 1.8 };
/**
 * Panels that stay with the one that they explain: whether before it, and in which ways: 0 beside
 * it, 1 above or below it, with the shape that they then have. Figures stand in a row of four, or
 * two by two.
 */
const COMPANIONS = {
  legend: { of: "boundary", before: false, ways: [{ axis: 1 }] },
  metrics: {
    of: "loss", before: true, ways: [
      { axis: 0, aspect: 1.6, least: [9, 6], most: [15, Infinity] },
      { axis: 1, aspect: 6, least: [16, 3], most: [Infinity, 3.6] },
      { axis: 1, aspect: 2.5, least: [9, 6], most: [Infinity, 7] },
    ],
  },
};
const GAP = 0.7;
/** How fast a panel loses worth when its shape departs from what suits it. */
const STRETCH = 0.75;
/** So many panels can be arranged in every way. */
const FEW = 6;
/** Of more of them the best ways of each shape are kept, and so many shapes are told apart for twice the width. */
const KEPT = 1;
const SHAPES_APART = 2;
/** Twice the room is not twice the worth. */
const GROWTH = 0.3;
const ANY = [Infinity, Infinity];

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

/** The best of all ways to cut the frame, again and again; null if none gives every panel its least. */
function findBest(panels, room) {
  const leaves = makeLeaves(panels, room);
  let best = null;
  for (const tree of leaves.length > FEW ? divideWell(leaves, room) : divide(leaves, room)) {
    const boxes = place(tree, 0, 0, room.width, room.height, GAP * room.rem);
    const worth = rate(boxes, room);
    if (worth > 0 && (!best || worth > best.worth + 1e-9)) best = { worth, boxes };
  }
  return best && best.boxes.map(({ shape, ...box }) => box);
}

/** For each panel the ways in which it can stand by itself: alone, or with its companion. */
function makeLeaves(panels, room) {
  const companionOf = (name) => panels.find((other) => COMPANIONS[other]?.of === name);
  return panels.filter((name) => !panels.includes(COMPANIONS[name]?.of)).map((name) => {
    const leaf = makeLeaf(name, room);
    const other = companionOf(name);
    if (!other) return [leaf];
    const { before, ways } = COMPANIONS[other];
    return ways.map(({ axis, ...shape }) => {
      const parts = [leaf, makeLeaf(other, room, shape)];
      return makeNode(before ? parts.reverse() : parts, axis, GAP * room.rem);
    });
  });
}

function makeLeaf(name, { rem, changeable }, more) {
  const shape = { ...(name === "network" && changeable ? CHANGEABLE : SHAPES[name]), ...more };
  const [least, most] = [shape.least, shape.most ?? ANY].map((size) => size.map((side) => side * rem));
  return { name, shape, aspect: shape.aspect, least, most };
}

/**
 * Every way to cut a frame for panels in their order: in two or more parts beside or below each
 * other, and each of them again, the other way round.
 */
function divide(leaves, { width, height, rem }) {
  const made = new Map();
  const fits = ({ least }) => least[0] <= width && least[1] <= height;

  function trees(from, to, axis) {
    if (to - from === 1) return leaves[from].filter(fits);
    const key = `${from} ${to} ${axis}`;
    if (!made.has(key)) {
      made.set(key, cuts(from, to).flatMap((ends) =>
        combine(ends.map((end, i) => trees(ends[i - 1] ?? from, end, 1 - axis)))
          .map((parts) => makeNode(parts, axis, GAP * rem))).filter(fits));
    }
    return made.get(key);
  }

  return leaves.length === 1 ? leaves[0].filter(fits) : [0, 1].flatMap((axis) => trees(0, leaves.length, axis));
}

/**
 * Good ways to cut a frame for many panels, of which there are too many ways to try: of the ways for
 * each run of panels only the best few of each shape are gone on with.
 */
function divideWell(leaves, { width, height, rem }) {
  const made = new Map();
  const fits = ({ least }) => least[0] <= width && least[1] <= height;
  const gap = GAP * rem;

  /** Runs of panels along an axis, as one part each and what stands across the axis. */
  function trees(from, to, axis) {
    if (to - from === 1) return leaves[from].filter(fits);
    const key = `${from} ${to} ${axis}`;
    if (!made.has(key)) made.set(key, keepBest(listTrees(from, to, axis), (to - from) / leaves.length));
    return made.get(key);
  }

  function listTrees(from, to, axis) {
    const found = [];
    for (let mid = from + 1; mid < to; mid += 1) {
      const rests = [...trees(mid, to, 1 - axis).map((tree) => [tree]),
        ...(to - mid > 1 ? trees(mid, to, axis).map(({ parts }) => parts) : [])];
      for (const first of trees(from, mid, 1 - axis)) {
        for (const rest of rests) found.push(makeNode([first, ...rest], axis, gap));
      }
    }
    return found.filter(fits);
  }

  /** The best of each shape, each in a share of the frame that has its shape. */
  function keepBest(found, share) {
    const shapes = new Map();
    for (const tree of found) {
      const shape = Math.round(SHAPES_APART * Math.log2(tree.aspect));
      const high = Math.sqrt((share * width * height) / tree.aspect);
      const [wide, tall] = [Math.max(high * tree.aspect, tree.least[0]), Math.max(high, tree.least[1])];
      const worth = rate(place(tree, 0, 0, wide, tall, gap), { width: wide, height: tall, rem });
      const others = shapes.get(shape) ?? [];
      others.push({ tree, worth });
      others.sort((a, b) => b.worth - a.worth);
      shapes.set(shape, others.slice(0, KEPT));
    }
    return [...shapes.values()].flat().map(({ tree }) => tree);
  }

  return [0, 1].flatMap((axis) => trees(0, leaves.length, axis));
}

/** The ends of the parts in every way to cut a run in two or more. */
function cuts(from, to) {
  const inner = Array.from({ length: to - from - 1 }, (_, i) => from + 1 + i);
  const chosen = inner.reduce((sets, at) => [...sets, ...sets.map((set) => [...set, at])], [[]]);
  return chosen.filter((set) => set.length).map((set) => [...set, to]);
}

/** One of each list, in every way. */
function combine(lists) {
  return lists.reduce((sets, list) => sets.flatMap((set) => list.map((one) => [...set, one])), [[]]);
}

/** Parts along an axis: 0 beside each other, 1 below each other. */
function makeNode(parts, axis, gap) {
  const gaps = gap * (parts.length - 1);
  const along = (key) => parts.reduce((sum, part) => sum + part[key][axis], gaps);
  const across = (key) => parts.reduce((most, part) => Math.max(most, part[key][1 - axis]), 0);
  const aspects = parts.map(({ aspect }) => (axis ? 1 / aspect : aspect)).reduce((sum, one) => sum + one, 0);
  const both = (key) => (axis ? [across(key), along(key)] : [along(key), across(key)]);
  return { parts, axis, aspect: axis ? 1 / aspects : aspects, least: both("least"), most: both("most") };
}

/** The boxes of a tree's panels in a part of the frame. */
function place(tree, x, y, width, height, gap) {
  if (!tree.parts) return [cut(tree, x, y, width, height)];
  const { parts, axis } = tree;
  const lengths = share(parts.map(({ aspect, least, most }) => ({
    wish: axis ? 1 / aspect : aspect, least: least[axis], most: most[axis],
  })), [width, height][axis] - gap * (parts.length - 1));
  let at = axis ? y : x;
  return parts.flatMap((part, i) => {
    const boxes = axis ? place(part, x, at, width, lengths[i], gap) : place(part, at, y, lengths[i], height, gap);
    at += lengths[i] + gap;
    return boxes;
  });
}

/** Shares a length as is wished, but gives nobody less than the least or more than the most. */
function share(wishes, room) {
  const lengths = wishes.map(() => null);
  for (;;) {
    const open = wishes.filter((_, i) => lengths[i] === null);
    const left = room - lengths.reduce((sum, length) => sum + (length ?? 0), 0);
    const scale = left / open.reduce((sum, { wish }) => sum + wish, 0);
    const bound = wishes.map(({ wish, least, most }) => Math.min(most, Math.max(least, wish * scale)));
    // First who would have too little, since there is no more than there is.
    const off = (i, by) => lengths[i] === null && by * (bound[i] - wishes[i].wish * scale) > 1e-9;
    const short = wishes.findIndex((_, i) => off(i, 1));
    const fixed = short >= 0 ? short : wishes.findIndex((_, i) => off(i, -1));
    if (fixed < 0) return wishes.map(({ wish }, i) => lengths[i] ?? wish * scale);
    lengths[fixed] = bound[fixed];
  }
}

function cut({ name, shape }, x, y, width, height) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  return { name, shape, x: left, y: top, width: Math.floor(x + width) - left, height: Math.floor(y + height) - top };
}

/** What an arrangement is worth; 0 if a panel has less than its least. */
function rate(boxes, { width, height, rem }) {
  let worth = 0;
  for (const { shape, width: w, height: h } of boxes) {
    const { aspect, square, least, most = ANY, worth: weight } = shape;
    // What was cut to whole pixels may miss a part of one.
    if (w < least[0] * rem - 1 || h < least[1] * rem - 1) return 0;
    const [wide, high] = [Math.min(w, most[0] * rem), Math.min(h, most[1] * rem)];
    const used = square ? Math.min(w, h) ** 2 : wide * high * departure(wide / high, aspect);
    worth += weight * (used / (width * height)) ** GROWTH;
  }
  return worth;
}

function departure(aspect, wanted) {
  const ratio = aspect > wanted ? wanted / aspect : aspect / wanted;
  return ratio ** STRETCH;
}
