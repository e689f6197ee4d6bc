/** Paints all cells of a map on one canvas: their boundaries, or the colour of a number. */

import { DIVERGING } from "plot/palette";
import { createPixels } from "plot/maps";
import { isAtEdge, measureOf } from "map/model/colours";
import { readCell } from "map/model/reading";

const MIDDLE = (DIVERGING - 1) / 2;
/** Of a cell's side, that of the mark in its corner. */
const MARK = 0.36;
/** Device pixels from one stripe of a diverged cell to the next, and of a stripe. */
const STRIPE = { apart: 6, wide: 2 };

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {{paint: Function}}
 */
export function createWall(canvas) {
  let pixels = null;
  let made = "";
  let weights = null;
  let across = new Float32Array(0);

  /**
   * @param {MapFrame} map
   * @param {WallSize} size
   * @param {{palette: any, discretize: boolean, scale: MapScale|null}} how `scale` of a number, or
   *   null for boundaries
   */
  function paint(map, size, { palette, discretize, scale }) {
    const { columns, rows, cell, pitch } = size;
    const width = columns * pitch - (pitch - cell);
    const height = rows * pitch - (pitch - cell);
    if (pixels?.width !== width || pixels.height !== height) pixels = createPixels(width, height, canvas);
    const key = `${width} ${height} ${cell} ${map.side} ${palette.card}`;
    if (key !== made) {
      made = key;
      pixels.words.fill(wordOf(palette.card));
      weights = map.side ? makeWeights(cell, map.side) : null;
      across = new Float32Array(map.outputs * map.side * cell);
    }
    const colours = { ink: wordOf(palette.ink), well: wordOf(palette.well), stripe: wordOf(palette["line-strong"]), diverging: palette.diverging };
    for (let at = 0; at < rows * columns; at += 1) {
      const left = (at % columns) * pitch;
      const top = (rows - 1 - Math.floor(at / columns)) * pitch;
      if (at >= map.count) fill(left, top, cell, wordOf(palette.card));
      else {
        const numbers = readCell(map, at);
        if (numbers.diverged) hatch(left, top, cell, colours);
        else if (scale) {
          fill(left, top, cell, colourOfCell(numbers, scale, palette));
          if (scale.measure === "sharpness" && isAtEdge(numbers)) corner(left, top, cell, colours.ink);
        }
        else if (map.outputs > 1) paintClasses(map, at, left, top, cell, palette.classLevels, discretize);
        else if (map.outputs === 1) paintOutput(map, at, left, top, cell, palette.diverging, discretize);
      }
    }
    pixels.commit();
  }

  function fill(left, top, cell, word) {
    const { words, width } = pixels;
    for (let y = top; y < top + cell; y += 1) words.fill(word, y * width + left, y * width + left + cell);
  }

  /** Marks a cell at its top right corner. */
  function corner(left, top, cell, word) {
    const { words, width } = pixels;
    const size = Math.max(2, Math.round(MARK * cell));
    for (let y = 0; y < size; y += 1) words.fill(word, (top + y) * width + left + cell - size + y, (top + y) * width + left + cell);
  }

  function hatch(left, top, cell, { well, stripe }) {
    const { words, width } = pixels;
    for (let y = top; y < top + cell; y += 1) {
      for (let x = left; x < left + cell; x += 1) words[y * width + x] = (x + y) % STRIPE.apart < STRIPE.wide ? stripe : well;
    }
  }

  /** Widens each row of a small map to the cell; the rows in between are mixed while they are painted. */
  function widen(bytes, first, target, side, cell) {
    const { low, share } = weights;
    for (let row = 0; row < side; row += 1) {
      const from = first + row * side;
      const to = target + row * cell;
      for (let x = 0; x < cell; x += 1) {
        const value = bytes[from + low[x]];
        across[to + x] = value + share[x] * (bytes[from + low[x] + 1] - value);
      }
    }
  }

  function paintOutput({ maps, ranges, side }, at, left, top, cell, diverging, discretize) {
    const { words, width } = pixels;
    const { low, share } = weights;
    const table = tableOf([ranges[2 * at], ranges[2 * at + 1]], diverging, discretize);
    widen(maps, at * side * side, 0, side, cell);
    for (let y = 0; y < cell; y += 1) {
      const from = low[y] * cell;
      const part = share[y];
      let to = (top + cell - 1 - y) * width + left;
      for (let x = 0; x < cell; x += 1) {
        const value = across[from + x];
        words[to++] = table[(value + part * (across[from + cell + x] - value) + 0.5) | 0];
      }
    }
  }

  function paintClasses({ maps, side, outputs }, at, left, top, cell, levels, discretize) {
    const { words, width } = pixels;
    const { low, share } = weights;
    const least = 255 / outputs;
    const stride = 255 / (255 - least);
    for (let k = 0; k < outputs; k += 1) widen(maps, (at * outputs + k) * side * side, k * side * cell, side, cell);
    for (let y = 0; y < cell; y += 1) {
      let to = (top + cell - 1 - y) * width + left;
      for (let x = 0; x < cell; x += 1) {
        let [best, likely] = [0, -1];
        for (let k = 0; k < outputs; k += 1) {
          const place = (k * side + low[y]) * cell + x;
          const value = across[place] + share[y] * (across[place + cell] - across[place]);
          if (value > likely) [best, likely] = [k, value];
        }
        words[to++] = levels[best][discretize ? 255 : Math.max(0, (likely - least) * stride) | 0];
      }
    }
  }

  return { paint };
}

/** For each pixel of a cell the place of the small map before it, and how far it is to the next. */
function makeWeights(cell, side) {
  const low = new Uint8Array(cell);
  const share = new Float32Array(cell);
  for (let x = 0; x < cell; x += 1) {
    const place = cell > 1 ? (x * (side - 1)) / (cell - 1) : 0;
    low[x] = Math.min(side - 2, Math.floor(place));
    share[x] = place - low[x];
  }
  return { low, share };
}

/** The colour of each byte of an output: 0 to 1 decides at one half, everything else at 0. */
function tableOf([low, high], diverging, discretize) {
  const [from, to] = low === 0 ? [-high / 2, high / 2] : [low, high];
  const largest = Math.max(Math.abs(from), Math.abs(to)) || 1;
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const index = (MIDDLE + 0.5 + (MIDDLE * (from + ((to - from) * byte) / 255)) / largest) | 0;
    table[byte] = discretize ? diverging[index > MIDDLE ? DIVERGING - 1 : 0] : diverging[index];
  }
  return table;
}

/** What has not been measured yet has no colour. */
function colourOfCell(cell, { measure, share }, palette) {
  const value = measureOf(cell, measure);
  return Number.isFinite(value) ? colourOf(share(value), palette) : wordOf(palette.well);
}

/** The colour of a share of a scale: 0 is the best one, as blue as a map gets. */
export function colourOf(share, { diverging }) {
  return diverging[Math.round((1 - share) * (DIVERGING - 1))];
}

function wordOf(css) {
  const [red, green, blue] = css.match(/[\d.]+/g).map(Number);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
