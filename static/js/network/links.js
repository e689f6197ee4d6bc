/** Links: curves whose width and opacity show the weight's magnitude, whose colour its sign. */

import { pixelRatio } from "lib/dom";
import { placeOf } from "spec/weights";

const LEVELS = 10;
const SOFT = 1.7;
const THIN = 0.6;
const THICK = 4.2;
const FAINT = 0.2;
const STRONG = 0.86;
const FADED = 0.22;
const REACH = 7;
const CROWD = 800;
const INVISIBLE = 0.035;
/** Share of a tile over which the links to the pieces of a unit are spread. */
const SPREAD = 0.6;
/** Links that are drawn anew at one time, but for those of one layer: a hundred take the browser 2 ms. */
const MOST_AT_ONCE = 128;

/** How strong a weight looks, 0 to 1. */
export function strengthOf(weight) {
  return 1 - Math.exp(-Math.abs(weight) / SOFT);
}

/**
 * Sorts all links by how they look; each kind is one path.
 *
 * @param {Object} layout
 * @param {{layers: Object[]}} index of the weights
 * @param {ArrayLike<number>} weights
 * @param {() => Object} makePath a Path2D, or what stands for one
 * @returns {Object[]} a path, or nothing, for each kind
 */
export function sortLinks(layout, index, weights, makePath) {
  const buckets = makeBuckets();
  index.layers.forEach((_, l) => addLayer(buckets, layout, index, l, weights, makePath));
  return buckets;
}

/**
 * How links of a kind are drawn; null for those that nobody sees.
 *
 * @param {number} bucket which kind
 * @param {number} count of all weights: many links are drawn finer, so that strong ones stand out
 * @param {Object} palette
 * @param {number} lift 1 for links in front
 */
export function styleLinks(bucket, count, palette, lift = 0) {
  const fine = lift ? 1 : Math.min(1, (CROWD / Math.max(1, count)) ** 0.5);
  const share = ((bucket % LEVELS) + 0.5) / LEVELS;
  const alpha = (FAINT + (STRONG - FAINT) * share) * fine ** (1.5 * (1 - share));
  if (alpha < INVISIBLE) return null;
  return {
    colour: bucket < LEVELS ? palette.negative : palette.positive,
    width: THIN + (THICK - THIN) * share * fine + lift * 0.6,
    alpha: Math.min(1, alpha + lift * 0.25),
  };
}

function makeBuckets() {
  return Array.from({ length: 2 * LEVELS }, () => null);
}

/** Which kind the link of a weight is: its sign, and how strong it looks. */
function kindOf(weight) {
  const level = Math.min(LEVELS - 1, (strengthOf(weight) * LEVELS) | 0);
  return weight < 0 ? level : LEVELS + level;
}

function addLayer(buckets, layout, index, l, weights, makePath) {
  const layer = index.layers[l];
  for (let from = 0; from < layer.inputs; from += 1) {
    for (let to = 0; to < layer.outputs; to += 1) {
      addCurve(buckets, layout, layer, { layer: l, from, to }, weights[placeOf(layer, from, to)], makePath);
    }
  }
}

function addCurve(buckets, layout, { outputs, units }, { layer: l, from, to }, weight, makePath) {
  const path = (buckets[kindOf(weight)] ??= makePath());
  const { x0, x1 } = spanOf(layout, l);
  const y0 = layout.columns[l].ys[from];
  const y1 = endOf(layout, l, to, outputs / units);
  const middle = (x0 + x1) / 2;
  path.moveTo(x0, y0);
  path.bezierCurveTo(middle, y0, middle, y1, x1, y1);
}

/** How high a link ends: at the middle of its unit, or beside it where the unit has several pieces. */
export function endOf({ columns, tile }, l, to, pieces) {
  const { ys } = columns[l + 1];
  const aside = (Math.floor(to / ys.length) - (pieces - 1) / 2) / pieces;
  return ys[to % ys.length] + aside * tile * SPREAD;
}

/** From where to where the links of a layer go; those of other layers are all beside them. */
function spanOf({ columns, tile }, l) {
  return { x0: columns[l].x + tile / 2, x1: columns[l + 1].x - tile / 2 };
}

/**
 * @param {HTMLCanvasElement} base all links
 * @param {HTMLCanvasElement} front those of the hovered unit, or the hovered one
 * @returns {{place, draw, highlight, hit}}
 */
export function createLinks(base, front) {
  const contexts = [base, front].map((canvas) => canvas.getContext("2d"));
  let layout = null;
  let index = null;
  let chosen = null;
  let inFront = false;
  /** What the base shows: the palette, the kinds of the links by layer, and the layer that is next. */
  let drawn = { palette: null, kinds: [], next: 0 };

  /** Takes a new layout and the index of the weights; the canvases may have been emptied. */
  function place(nextLayout, nextIndex) {
    layout = nextLayout;
    index = nextIndex;
    drawn = { palette: null, kinds: [], next: 0 };
  }

  const makePath = () => new Path2D();

  /**
   * Draws the links of the layers where one looks different, and the chosen ones again in front.
   * Of many layers a part comes at a time, by turns; a canvas that shows none gets all of them.
   *
   * @returns {boolean} whether all are as the weights are
   */
  function draw(weights, palette) {
    if (drawn.palette !== palette) {
      clear(0);
      drawn = { palette, kinds: [], next: 0 };
    }
    const count = index.layers.length;
    let left = MOST_AT_ONCE;
    for (let i = 0; i < count; i += 1) {
      const l = (drawn.next + i) % count;
      const { start, inputs, outputs } = index.layers[l];
      const kinds = Uint8Array.from(weights.subarray(start, start + inputs * outputs), kindOf);
      const before = drawn.kinds[l];
      if (before && kinds.every((kind, at) => kind === before[at])) continue;
      if (before && left < MOST_AT_ONCE && left < kinds.length) {
        drawn.next = l;
        drawChosen(weights, palette);
        return false;
      }
      if (before) left -= kinds.length;
      drawLayer(l, weights, palette);
      drawn.kinds[l] = kinds;
    }
    drawChosen(weights, palette);
    return true;
  }

  /** Draws the links of a layer, in place of those that there are. */
  function drawLayer(l, weights, palette) {
    if (drawn.kinds[l]) clearLayer(l);
    const buckets = makeBuckets();
    addLayer(buckets, layout, index, l, weights, makePath);
    strokeBuckets(contexts[0], buckets, palette);
  }

  /** Empties the room of a layer's links, to whole pixels: the tiles at both ends are wider. */
  function clearLayer(l) {
    const { x0, x1 } = spanOf(layout, l);
    const left = Math.floor(x0) - 1;
    contexts[0].clearRect(left, 0, Math.ceil(x1) + 1 - left, layout.height);
  }

  function drawChosen(weights, palette) {
    if (!chosen && !inFront) return;
    clear(1);
    inFront = Boolean(chosen);
    base.style.opacity = String(chosen ? FADED : 1);
    if (!chosen) return;
    const buckets = makeBuckets();
    for (const link of chosen) {
      const layer = index.layers[link.layer];
      if (!layer || link.from >= layer.inputs || link.to >= layer.outputs) continue;
      addCurve(buckets, layout, layer, link, weights[placeOf(layer, link.from, link.to)], makePath);
    }
    strokeBuckets(contexts[1], buckets, palette, 1);
  }

  function strokeBuckets(context, buckets, palette, lift = 0) {
    buckets.forEach((path, bucket) => {
      const style = path && styleLinks(bucket, index.count, palette, lift);
      if (!style) return;
      context.strokeStyle = style.colour;
      context.lineWidth = style.width;
      context.globalAlpha = style.alpha;
      context.stroke(path);
    });
    context.globalAlpha = 1;
  }

  function clear(i) {
    const canvas = i ? front : base;
    const ratio = pixelRatio();
    contexts[i].setTransform(1, 0, 0, 1, 0, 0);
    contexts[i].clearRect(0, 0, canvas.width, canvas.height);
    contexts[i].setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** Brings some links to the front and lets the rest fade; null for none. */
  function highlight(links, weights, palette) {
    chosen = links;
    drawChosen(weights, palette);
  }

  /** The link nearest to a place, if one is near enough. */
  function hit(x, y) {
    let best = null;
    let least = REACH;
    index.layers.forEach((layer, l) => {
      const { x0, x1 } = spanOf(layout, l);
      if (x < x0 || x > x1) return;
      const share = risenAt((x - x0) / (x1 - x0));
      layout.columns[l].ys.forEach((y0, from) => {
        for (let to = 0; to < layer.outputs; to += 1) {
          const away = Math.abs(y0 + (endOf(layout, l, to, layer.outputs / layer.units) - y0) * share - y);
          if (away >= least) continue;
          least = away;
          best = { layer: l, from, to };
        }
      });
    });
    return best;
  }

  return { place, draw, highlight, hit };
}

/** How far a curve has risen where it has come a share of its way across. */
function risenAt(across) {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 20; i += 1) {
    const t = (low + high) / 2;
    const x = 1.5 * t * (1 - t) + t ** 3;
    if (x < across) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return 3 * t * t - 2 * t ** 3;
}
