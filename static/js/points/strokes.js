/** Geometry of brush and eraser strokes. */

export const EDGE = 6;
export const SMALLEST = 0.1;
export const LARGEST = 2;
/** Points of one label stand so far apart that a place can be painted full, but no fuller. */
const APART = 0.2;
/** How far a brush moves before it leaves something again: at least this, or half its radius. */
const STRIDE = 0.25;
/** How many points a dab tries to place in a unit of area. */
const DENSITY = 1.6;
/** An eraser that is smaller would miss what it is held on. */
const ERASER = 0.18;
const DECIMALS = 1000;

/**
 * Follows a pointer over the plane.
 *
 * @param {{radius: number, label: number, erase: boolean}} brush `radius` in units of the plane
 * @param {() => number} [random]
 * @returns {{apply: Function}}
 */
export function createStroke({ radius, label, erase }, random = Math.random) {
  const stride = Math.max(STRIDE, radius / 2);
  let last = null;

  /**
   * Goes on to a place.
   *
   * @param {number[][]} points what is there
   * @param {{x1: number, x2: number}} place
   * @returns {number[][]} the same list if nothing changed, else another; what was there
   *   stands first
   */
  function apply(points, place) {
    const from = last ?? place;
    if (erase) {
      last = place;
      return rub(points, from, place, Math.max(ERASER, radius));
    }
    const added = [];
    if (last === null) dab(points, added, place);
    const length = Math.hypot(place.x1 - from.x1, place.x2 - from.x2);
    let at = from;
    for (let gone = stride; gone <= length; gone += stride) {
      const share = gone / length;
      at = { x1: from.x1 + share * (place.x1 - from.x1), x2: from.x2 + share * (place.x2 - from.x2) };
      dab(points, added, at);
    }
    last = at;
    return added.length ? [...points, ...added] : points;
  }

  function dab(points, added, { x1, x2 }) {
    if (radius <= SMALLEST) {
      added.push([round(x1), round(x2), label]);
      return;
    }
    const tries = Math.max(2, Math.ceil(DENSITY * Math.PI * radius ** 2));
    for (let i = 0; i < tries; i += 1) {
      const away = radius * Math.sqrt(random());
      const turn = 2 * Math.PI * random();
      const point = [round(x1 + away * Math.cos(turn)), round(x2 + away * Math.sin(turn)), label];
      if (hasRoom(points, point) && hasRoom(added, point)) added.push(point);
    }
  }

  return { apply };
}

/**
 * Whether a point lies in the plane and no other of its label stands too near.
 *
 * @param {number[][]} points
 * @param {number[]} point
 */
function hasRoom(points, [x1, x2, label]) {
  if (Math.abs(x1) > EDGE || Math.abs(x2) > EDGE) return false;
  return !points.some((other) =>
    other[2] === label && Math.abs(other[0] - x1) < APART && Math.abs(other[1] - x2) < APART
    && Math.hypot(other[0] - x1, other[1] - x2) < APART);
}

/** Takes away what lies within a radius of a way. */
function rub(points, from, to, radius) {
  const [along1, along2] = [to.x1 - from.x1, to.x2 - from.x2];
  const square = along1 ** 2 + along2 ** 2;
  const left = points.filter(([x1, x2]) => {
    const share = square === 0 ? 0 : ((x1 - from.x1) * along1 + (x2 - from.x2) * along2) / square;
    const near = Math.max(0, Math.min(1, share));
    return Math.hypot(x1 - from.x1 - near * along1, x2 - from.x2 - near * along2) > radius;
  });
  return left.length === points.length ? points : left;
}

/** A coordinate with the decimals that a hand can mean; never minus zero. */
export function round(value) {
  return Math.round(value * DECIMALS) / DECIMALS + 0;
}
