/** Positions of the notes on the drawing: near their subjects, over nothing important. */

const STEP = 6;
/** Between a note and what it is about, and around everything else (pixels). */
const NEAR = 16;
const AROUND = 5;

/**
 * Finds a place for each note, the nearest that is free; a note without one has null.
 *
 * @param {{width, height, x, y}[]} notes their size, and the place that each is about
 * @param {{left, top, right, bottom}[]} taken what no note may cover
 * @param {{left, top, right, bottom}} room
 * @returns {({left, top, right, bottom}|null)[]}
 */
export function placeNotes(notes, taken, room) {
  const covered = [...taken];
  return notes.map((note) => {
    const place = findPlace(note, covered, room, notes);
    if (place) covered.push(place);
    return place;
  });
}

function findPlace(note, taken, room, notes) {
  let best = null;
  let least = Infinity;
  for (let top = room.top; top + note.height <= room.bottom; top += STEP) {
    for (let left = room.left; left + note.width <= room.right; left += STEP) {
      const box = { left, top, right: left + note.width, bottom: top + note.height };
      const away = distance(box, note);
      if (away < NEAR || away >= least) continue;
      if (taken.some((other) => meets(box, other, AROUND))) continue;
      if (notes.some((other) => other !== note && distance(box, other) < NEAR)) continue;
      if (taken.some((other) => crosses(box, note, other))) continue;
      best = box;
      least = away;
    }
  }
  return best;
}

/** Where the line from a note to a place begins: the point of the note that is nearest to it. */
export function edgeOf({ left, top, right, bottom }, { x, y }) {
  return { x: Math.max(left, Math.min(x, right)), y: Math.max(top, Math.min(y, bottom)) };
}

function distance(box, place) {
  const edge = edgeOf(box, place);
  return Math.hypot(edge.x - place.x, edge.y - place.y);
}

function meets(box, other, around) {
  return box.left < other.right + around && box.right > other.left - around
    && box.top < other.bottom + around && box.bottom > other.top - around;
}

/** Whether the line from a note to its place leads over something else. */
function crosses(box, place, other) {
  const edge = edgeOf(box, place);
  for (let share = 0.1; share < 0.95; share += 0.1) {
    const x = edge.x + (place.x - edge.x) * share;
    const y = edge.y + (place.y - edge.y) * share;
    if (x > other.left && x < other.right && y > other.top && y < other.bottom) return true;
  }
  return false;
}
