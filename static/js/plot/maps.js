/** Painting of maps: from arrays to pixels. */

import { DIVERGING } from "plot/palette";

const MIDDLE = (DIVERGING - 1) / 2;

/** A canvas with its pixels as 32-bit words. */
export function createPixels(width, height, canvas = document.createElement("canvas")) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  const image = context.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  return { canvas, width, height, words, commit: () => context.putImageData(image, 0, 0) };
}

/**
 * Where bytes of the range `[low, high]` start in the diverging palette, and their stride.
 *
 * @param {number[]} range
 */
function placeRange([low, high]) {
  const largest = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const stride = (MIDDLE * (high - low)) / largest / 255;
  return { start: MIDDLE + 0.5 + (MIDDLE * low) / largest, stride };
}

/** Paints `count` unit maps, one below the other; row 0 of a map is its bottom. */
export function paintUnits(pixels, bytes, ranges, size, count, diverging) {
  const { words } = pixels;
  for (let unit = 0; unit < count; unit += 1) {
    const { start, stride } = placeRange(ranges[unit]);
    const first = unit * size * size;
    for (let row = 0; row < size; row += 1) {
      let from = first + row * size;
      let to = first + (size - 1 - row) * size;
      for (let column = 0; column < size; column += 1) {
        words[to++] = diverging[(start + bytes[from++] * stride) | 0];
      }
    }
  }
  pixels.commit();
}

/** Paints values given as floats, scaled by their largest size. */
export function paintValues(pixels, values, diverging) {
  const { words, width, height } = pixels;
  let largest = 1e-6;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const stride = MIDDLE / largest;
  for (let row = 0; row < height; row += 1) {
    let from = row * width;
    let to = (height - 1 - row) * width;
    for (let column = 0; column < width; column += 1) {
      words[to++] = diverging[(MIDDLE + 0.5 + values[from++] * stride) | 0];
    }
  }
  pixels.commit();
  return largest;
}

/**
 * Doubles the detail of a square map by averaging neighbours, so that its
 * edges come out smooth; the corners stay where they were.
 */
export function refine(values, size, target) {
  const wide = 2 * size - 1;
  for (let row = 0; row < size; row += 1) {
    let to = 2 * row * wide;
    const last = (row + 1) * size - 1;
    for (let from = row * size; from < last; from += 1) {
      target[to++] = values[from];
      target[to++] = (values[from] + values[from + 1]) / 2;
    }
    target[to] = values[last];
  }
  for (let row = 1; row < wide; row += 2) {
    for (let at = row * wide; at < (row + 1) * wide; at += 1) {
      target[at] = (target[at - wide] + target[at + wide]) / 2;
    }
  }
  return target;
}

/**
 * Bytes of one range as bytes of another, cut off where they lie beyond it.
 *
 * @param {Uint8Array} bytes
 * @param {ArrayLike<number>} from what 0..255 spans
 * @param {ArrayLike<number>} to what it is to span
 * @returns {Uint8Array} the bytes themselves where both are the same
 */
export function moveRange(bytes, from, to) {
  if (from[0] === to[0] && from[1] === to[1]) return bytes;
  const table = Uint8Array.from({ length: 256 }, (_, byte) => {
    const value = from[0] + ((from[1] - from[0]) * byte) / 255;
    return Math.max(0, Math.min(255, Math.round((255 * (value - to[0])) / (to[1] - to[0]))));
  });
  return bytes.map((byte) => table[byte]);
}

/**
 * Paints one output: values around the middle of a range, or around 0.
 *
 * @param {number[]} range what 0..255 spans
 * @param {boolean} discrete only the side counts
 */
export function paintOutput(pixels, bytes, range, diverging, discrete) {
  const centred = centre(range);
  const { start, stride } = placeRange(centred);
  paintBytes(pixels, (byte) => {
    const index = (start + byte * stride) | 0;
    if (!discrete) return diverging[index];
    return diverging[index > MIDDLE ? DIVERGING - 1 : 0];
  }, bytes);
}

/**
 * A range moved so that the decision lies at 0: [0, 1] decides at one half.
 *
 * @param {number[]} range
 */
function centre([low, high]) {
  return low === 0 ? [-high / 2, high / 2] : [low, high];
}

function paintBytes(pixels, colourOf, bytes) {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) table[byte] = colourOf(byte);
  const { words, width, height } = pixels;
  for (let row = 0; row < height; row += 1) {
    let from = row * width;
    let to = (height - 1 - row) * width;
    for (let column = 0; column < width; column += 1) words[to++] = table[bytes[from++]];
  }
  pixels.commit();
}

/** Paints K classes: the likeliest one's colour, faded where it is unsure. */
export function paintClasses(pixels, bytes, classes, classLevels, discrete) {
  const { words, width, height } = pixels;
  const area = width * height;
  const least = 255 / classes;
  const stride = 255 / (255 - least);
  for (let row = 0; row < height; row += 1) {
    let from = row * width;
    let to = (height - 1 - row) * width;
    for (let column = 0; column < width; column += 1, from += 1) {
      let best = 0;
      let likely = bytes[from];
      for (let k = 1; k < classes; k += 1) {
        const byte = bytes[from + k * area];
        if (byte > likely) {
          likely = byte;
          best = k;
        }
      }
      const level = discrete ? 255 : Math.max(0, (likely - least) * stride) | 0;
      words[to++] = classLevels[best][level];
    }
  }
  pixels.commit();
}

/** Paints the probability of one of several classes. */
export function paintClass(pixels, bytes, levels) {
  paintBytes(pixels, (byte) => levels[byte], bytes);
}

/** What a frame's boundary says at a place of the plane, for each output. */
export function sampleBoundary(boundary, range, x1, x2) {
  const [outputs, height, width] = boundary.shape;
  const column = Math.round(((x1 + 6) / 12) * (width - 1));
  const row = Math.round(((x2 + 6) / 12) * (height - 1));
  const [low, high] = range;
  return Array.from({ length: outputs }, (_, k) =>
    low + ((high - low) * boundary.data[(k * height + row) * width + column]) / 255);
}

/** Paints one small unit map large, smoothed between its pixels. */
export function paintTile(pixels, bytes, range, size, index, diverging) {
  const { words, width, height } = pixels;
  const { start, stride } = placeRange(range);
  const first = index * size * size;
  const scale = (size - 1) / (width - 1);
  for (let row = 0; row < height; row += 1) {
    const y = Math.min(row * scale, size - 1.001);
    const upper = first + (y | 0) * size;
    const v = y - (y | 0);
    let to = (height - 1 - row) * width;
    for (let column = 0; column < width; column += 1) {
      const x = Math.min(column * scale, size - 1.001);
      const at = upper + (x | 0);
      const u = x - (x | 0);
      const above = bytes[at] * (1 - u) + bytes[at + 1] * u;
      const below = bytes[at + size] * (1 - u) + bytes[at + size + 1] * u;
      words[to++] = diverging[(start + (above * (1 - v) + below * v) * stride) | 0];
    }
  }
  pixels.commit();
}
