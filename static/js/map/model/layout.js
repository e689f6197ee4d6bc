/** Sizes of a map: square cells, as large as there is room for, in whole pixels of the screen. Pure. */

/** A canvas has so many pixels along its longer side at most; a larger one is not seen sharper. */
const MOST_PIXELS = 1024;
/** Cells this large are apart by more than a line. */
const LARGE = 26;
const SMALL = 9;

/**
 * @param {{columns: number, rows: number}} cells
 * @param {{width: number, height: number, ratio: number, most: number}} room in CSS pixels; `ratio`
 *   of pixels of the screen to those, `most` how large a cell may be
 * @returns {WallSize}
 */
export function layOutWall({ columns, rows }, { width, height, ratio, most }) {
  const apart = Math.max(1, Math.min(most, width / columns, height / rows));
  const fine = Math.min(ratio, MOST_PIXELS / (apart * Math.max(columns, rows)));
  const pitch = Math.max(2, Math.floor(apart * fine));
  const gap = Math.round((apart >= LARGE ? 2 : apart >= SMALL ? 1 : 0) * fine);
  const cell = Math.max(1, pitch - gap);
  const css = 1 / fine;
  return {
    columns, rows, cell, pitch,
    apart: pitch * css, side: cell * css,
    width: (columns * pitch - (pitch - cell)) * css, height: (rows * pitch - (pitch - cell)) * css,
  };
}

/**
 * The cell at a place of the wall, in CSS pixels from its top left corner.
 *
 * @param {WallSize} size
 * @param {number} x
 * @param {number} y
 * @returns {number} -1 for none
 */
export function cellAt({ columns, rows, apart, width, height }, x, y) {
  if (x < 0 || y < 0 || x >= width || y >= height) return -1;
  const column = Math.min(columns - 1, Math.floor(x / apart));
  const row = rows - 1 - Math.min(rows - 1, Math.floor(y / apart));
  return row * columns + column;
}

/** Places along both axes of a box on the wall; see map/axes. */
export function placesOf({ rows, apart }, { left, right, top, bottom }) {
  return {
    across: [left / apart - 0.5, right / apart - 0.5],
    up: [rows - bottom / apart - 0.5, rows - top / apart - 0.5],
  };
}

/** Where the middle of a place of an axis is, in CSS pixels from the left or the bottom. */
export function middleOf({ apart, side }, place) {
  return place * apart + side / 2;
}
