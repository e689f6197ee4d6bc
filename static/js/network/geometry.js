/** Layout of the network drawing: columns, tiles, and its size. */

const TILE_SHARE = 0.69;
/**
 * In rem, but for the least pitch and tile, which are pixels. A network of few units has tiles up
 * to `pitchMost` apart from each other, as long as their columns are far enough apart for the links.
 */
const CHANGEABLE = {
  pitch: 4.57, pitchMost: 9.94, pitchLeast: 26, tileLeast: 20, columnLeast: 4.8, columnMost: 30,
  left: 4.6, right: 2.4, top: 2.1, bottom: 0.8,
};
/** What is only looked at has no heads, no buttons at its tiles, and is as large as its frame. */
const FIXED = {
  pitch: 9, pitchMost: 9, pitchLeast: 4, tileLeast: 3, columnLeast: 0, columnMost: 17,
  left: 2.3, right: 0.4, top: 0.3, bottom: 0.6,
};
/** How much of the way to the next column tiles and the room between them may take. */
const ACROSS = 0.8;
const ACROSS_LARGE = 0.7;
/** Beside a tile of the inputs, and of the output. */
const LABEL = 2.1;
const ASIDE = 0.15;
/** How far a tile reaches from its middle while it is pointed at. */
const LENS = 0.58;
const IDLE_PITCH = 2;
const HEAD_WIDE = 9.4;
const IDLE_TILE = 1.72;
const IDLE_SHARE = 0.88;
const IDLE_GAP = 0.9;

/**
 * Lays a network out.
 *
 * @param {{inputs: number, idle: number, hidden: number[], outputs: number, label?: number}} shape
 *   `idle` counts the inputs that are left out, `label` is how wide the names of inputs are, in rem
 * @param {{width: number, height: number, rem: number, fixed?: boolean}} room in CSS pixels;
 *   `fixed` where nothing can be changed
 * @returns {{width, height, least, tile, apart, narrow, idleTile, columns: {x, ys}[], idle: {x, y}[]}}
 *   `columns` are centres of the tiles; `least` is the height with the smallest tiles
 */
export function layOut({ inputs, idle, hidden, outputs, label = LABEL }, { width, height, rem, fixed = false }) {
  const sizes = fixed ? FIXED : CHANGEABLE;
  const counts = [inputs, ...hidden, outputs];
  const gaps = counts.length - 1;
  const room = height - (sizes.top + sizes.bottom) * rem;
  // Beside the middles of the first and last tiles; those of a fixed network grow with its frame.
  const half = fixed ? (TILE_SHARE / 2) * Math.min(sizes.pitch * rem, room / Math.max(...counts)) : 0;
  const leftLeast = sizes.left * rem + half;
  const rightLeast = sizes.right * rem + half;
  const spread = (left, right) => Math.min(sizes.columnMost * rem,
    Math.max(sizes.columnLeast * rem, (width - left - right) / gaps));
  const usual = spread(leftLeast, rightLeast);

  // In a small frame the inputs that there are have half of the height.
  const idlePitch = fixed && idle ? Math.min(IDLE_PITCH * rem, room / 2 / idle) : IDLE_PITCH * rem;
  const idleHeight = idle ? IDLE_GAP * rem + idle * idlePitch : 0;
  const fitting = Math.min(
    room / Math.max(...hidden, outputs),
    inputs ? Math.max((room - idleHeight) / inputs, sizes.pitchLeast) : Infinity,
    Math.max(
      Math.min(sizes.pitch * rem, usual * ACROSS),
      Math.min(sizes.pitchMost * rem, usual * ACROSS_LARGE)));
  const pitch = Math.max(sizes.pitchLeast, fitting);
  const tile = Math.max(sizes.tileLeast, Math.round(pitch * TILE_SHARE));
  // Large tiles need more room at the sides: for their half, and for a label.
  const named = tile / 2 + label * rem;
  const left = fixed && label === LABEL ? leftLeast : Math.max(leftLeast, named);
  const right = fixed ? rightLeast : Math.max(rightLeast, LENS * tile + ASIDE * rem);
  const apart = spread(left, right);
  const wide = Math.max(width, left + right + apart * gaps);
  const start = left + Math.max(0, (wide - left - right - apart * gaps) / 2);
  const tallest = Math.max(Math.max(...counts) * pitch, inputs * pitch + idleHeight);
  const high = Math.max(height, tallest + (sizes.top + sizes.bottom) * rem);
  const smallest = Math.max(Math.max(...counts) * sizes.pitchLeast, inputs * sizes.pitchLeast + idleHeight);
  const middle = (sizes.top * rem + high - sizes.bottom * rem) / 2;

  const columns = counts.map((count, i) => {
    const centred = middle - (count * pitch) / 2;
    const lowest = high - sizes.bottom * rem - idleHeight - count * pitch;
    const first = (i === 0 ? Math.min(centred, lowest) : centred) + pitch / 2;
    return { x: start + apart * i, ys: Array.from({ length: count }, (_, j) => first + pitch * j) };
  });
  const [{ x, ys }] = columns;
  const below = (ys.at(-1) ?? middle) + pitch / 2 + IDLE_GAP * rem + idlePitch / 2;
  const places = Array.from({ length: idle }, (_, j) => ({ x, y: below + idlePitch * j }));
  return {
    width: wide,
    height: high,
    least: smallest + (sizes.top + sizes.bottom) * rem,
    tile,
    apart,
    narrow: apart < HEAD_WIDE * rem,
    idleTile: Math.min(tile, IDLE_TILE * rem, IDLE_SHARE * idlePitch),
    columns,
    idle: places,
  };
}

/** The layout a share of the way from one to another; new columns start at their place. */
export function between(from, to, share) {
  if (!from || share >= 1) return to;
  const mix = (a, b) => (a === undefined ? b : a + (b - a) * share);
  return {
    ...to,
    tile: mix(from.tile, to.tile),
    columns: to.columns.map((column, i) => {
      const old = from.columns[i];
      return old
        ? { x: mix(old.x, column.x), ys: column.ys.map((y, j) => mix(old.ys[j], y)) }
        : column;
    }),
  };
}

/**
 * The old layout with its columns renumbered as the new one's, so that a
 * layer slides from where it was when another one came or went.
 *
 * @param {Object} layout the old one
 * @param {string[]} before what each old column is, `after` each new one
 */
export function matchColumns(layout, before, after) {
  let front = 0;
  while (front < Math.min(before.length, after.length) && before[front] === after[front]) front += 1;
  let back = 0;
  const most = Math.min(before.length, after.length) - front;
  while (back < most && before.at(-1 - back) === after.at(-1 - back)) back += 1;
  const columns = after.map((_, i) => {
    if (i < front) return layout.columns[i];
    if (i >= after.length - back) return layout.columns[i - after.length + before.length];
    return after.length === before.length ? layout.columns[i] : undefined;
  });
  return { ...layout, columns };
}
