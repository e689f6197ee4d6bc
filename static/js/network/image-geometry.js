/** Layout of an image network: the image, a block for each layer, the prediction. */

const INPUT = [5.2, 9.5];
const HIDDEN = [6.4, 15];
const OUTPUT = [8, 14];
const GAP = [1.75, 5];
const TOP = 2.4;
const BOTTOM = 0.6;
/** Pixels of a cell. */
const PITCH_LEAST = 3;
const PITCH_MOST = 1.6;
/** Cells that would be smaller than this make a block narrower than a square, up to so much. */
const PITCH_FINE = 14;
const TALL = 1.4;

/**
 * Lays a network out.
 *
 * @param {number[]} units of each hidden layer
 * @param {{width: number, height: number, rem: number, fixed?: boolean}} room in CSS pixels;
 *   `fixed` where nothing can be changed, and all becomes as narrow as it must
 * @returns {{width, height, middle, apart, columns: {x, width}[], inserts: number[],
 *   blocks: {columns, rows, pitch, width, height}[]}} `x` and `inserts` are centres; `apart` is
 *   the room of a head
 */
export function layOutImages(units, { width, height, rem, fixed = false }) {
  const count = units.length;
  const least = (INPUT[0] + OUTPUT[0] + HIDDEN[0] * count + GAP[0] * (count + 1)) * rem;
  const most = (INPUT[1] + OUTPUT[1] + HIDDEN[1] * count + GAP[1] * (count + 1)) * rem;
  const share = Math.max(0, Math.min(1, (width - least) / (most - least)));
  const narrower = fixed ? Math.min(1, width / least) : 1;
  /** @param {number[]} range */
  const size = ([low, high]) => (low + (high - low) * share) * rem * narrower;
  const widths = [INPUT, ...units.map(() => HIDDEN), OUTPUT].map(size);
  const gap = size(GAP);
  const used = widths.reduce((sum, one) => sum + one, 0) + gap * (count + 1);
  const wide = Math.max(width, used);

  let left = (wide - used) / 2;
  const inserts = [];
  const columns = widths.map((one, i) => {
    const column = { x: left + one / 2, width: one };
    left += one + gap;
    if (i <= count) inserts.push(left - gap / 2);
    return column;
  });
  const top = (fixed ? BOTTOM : TOP) * rem;
  const room = { width: widths[1], height: height - top - BOTTOM * rem };
  return {
    width: wide,
    height,
    middle: top + room.height / 2,
    apart: (count ? widths[1] : widths[0]) + gap,
    columns,
    inserts,
    blocks: units.map((n) => arrange(n, room, PITCH_MOST * rem)),
  };
}

/** So many cells, as large as they can be, in a block near to a square. */
function arrange(count, room, largest) {
  const square = Math.ceil(Math.sqrt(count));
  let best = null;
  for (let columns = square; columns >= Math.max(1, square / TALL); columns -= 1) {
    const rows = Math.ceil(count / columns);
    const fitting = Math.floor(Math.min(room.width / columns, room.height / rows, largest));
    const pitch = Math.max(PITCH_LEAST, fitting);
    if (!best || pitch > best.pitch) {
      best = { columns, rows, pitch, width: columns * pitch, height: rows * pitch };
    }
    if (best.pitch >= PITCH_FINE) break;
  }
  return best;
}
