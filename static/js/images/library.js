/** Image library: fetches images by row, caches and paints them. */

const PATH = "api/images";
/** Images asked for at once, so that an address stays short. */
const MOST = 200;
/** Images kept of one part; a page shows a few dozen at a time. */
const KEPT = 6000;
const LEVELS = 256;

const shelves = new Map();
const ramps = new WeakMap();

/**
 * Makes the library of the set that the store names.
 *
 * @param {Store} store its `images` says which set
 * @returns {{get: Function, labels: Function}}
 */
export function createLibrary(store) {
  const set = () => store.get().images.set;

  /**
   * Gets images.
   *
   * @param {"test"|"train"} part
   * @param {number[]} rows
   * @returns {Promise<{labels: Uint8Array, pixels: Uint8Array}>} in the order of the rows
   */
  async function get(part, rows) {
    const { name, shape } = set();
    const cache = cacheOf(name, part);
    const missing = [...new Set(rows)].filter((row) => !cache.images.has(row));
    const wanted = [];
    for (let at = 0; at < missing.length; at += MOST) {
      wanted.push(order(cache, missing.slice(at, at + MOST), shape));
    }
    await Promise.all(wanted);
    const found = await Promise.all(rows.map((row) => cache.images.get(row)));
    const area = areaOf(shape);
    const labels = Uint8Array.from(found, ({ label }) => label);
    const pixels = new Uint8Array(rows.length * area);
    found.forEach((image, i) => pixels.set(image.pixels, i * area));
    return { labels, pixels };
  }

  /** The right labels of a whole part: Promise<Uint8Array>. */
  function labels(part) {
    const cache = cacheOf(set().name, part);
    cache.labels ??= fetchBytes(`${cache.path}/labels`);
    cache.labels.catch(() => {
      cache.labels = null;
    });
    return cache.labels;
  }

  return { get, labels };
}

function cacheOf(name, part) {
  const path = `${PATH}/${name}/${part}`;
  if (!shelves.has(path)) shelves.set(path, { path, images: new Map(), labels: null });
  return shelves.get(path);
}

/** Puts promises of images into the cache; what nobody brings does not stay there. */
async function order(cache, rows, shape) {
  const area = areaOf(shape);
  const bytes = fetchBytes(`${cache.path}?rows=${rows.join(",")}`);
  if (cache.images.size > KEPT) cache.images.clear();
  rows.forEach((row, i) => cache.images.set(row, bytes.then((all) => ({
    label: all[i], pixels: all.subarray(rows.length + i * area, rows.length + (i + 1) * area),
  }))));
  try {
    await bytes;
  } catch (error) {
    for (const row of rows) cache.images.delete(row);
    throw error;
  }
}

async function fetchBytes(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} of ${url}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/**
 * Paints one image: ink on paper, in the page's colours.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels row by row from the top, 255 is ink
 * @param {Shape} shape
 * @param {Object} palette
 */
export function draw(canvas, pixels, shape, palette) {
  const ramp = rampOf(palette);
  const { context, image } = beginPicture(canvas, shape);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i += 1) words[i] = ramp[pixels[i]];
  context.putImageData(image, 0, 0);
}

/**
 * Gives a canvas one pixel for each of an image, and what they are to be put into.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 */
export function beginPicture(canvas, [rows, columns]) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d", { alpha: false });
  return { context, image: context.createImageData(columns, rows) };
}

/**
 * Pixels of an image.
 *
 * @param {Shape} shape
 */
export function areaOf([rows, columns]) {
  return rows * columns;
}

function rampOf(palette) {
  if (!ramps.has(palette)) {
    const [paper, ink] = [palette.well, palette.ink].map((css) => css.match(/\d+/g).map(Number));
    ramps.set(palette, Uint32Array.from({ length: LEVELS }, (_, level) => {
      const [red, green, blue] = paper.map((from, i) =>
        Math.round(from + ((ink[i] - from) * level) / (LEVELS - 1)));
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    }));
  }
  return ramps.get(palette);
}
