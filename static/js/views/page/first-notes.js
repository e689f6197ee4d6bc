/** Notes on the network drawing for first-time visitors, until the first click. */

import { h } from "lib/dom";
import { whenFrameIsSeen } from "stream/first-frame";
import { word } from "lib/words";

/** What each note is about: a unit, a link, and what changes the network. */
const NOTES = ["unit", "weight", "change"];
const TAKEN = ".tile, .input-label, .insert, .bias";
const SVG = "http://www.w3.org/2000/svg";
const EDGE = 4;
const STEP = 6;
/** Between a note and what it is about, and around everything else (pixels). */
const NEAR = 16;
const AROUND = 5;

/**
 * @param {HTMLElement} element lies over the drawing of the network, once there is one
 * @param {{store: Store}} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store }) {
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("aria-hidden", "true");
  const notes = NOTES.map((name) => h("li.first-note", { data: { note: name } }, word(`note.${name}`)));
  const list = h("ul.first-notes", { "aria-label": word("note.name") }, ...notes);
  element.append(lines, list);
  let scroller = null;
  let shown = null;
  let begun = false;
  let gone = false;

  /** Where parts of the drawing are, and what of it is in sight. */
  function look() {
    const field = scroller.querySelector(".field-of-units").getBoundingClientRect();
    const inField = (one) => {
      const { left, top, right, bottom } = one.getBoundingClientRect();
      return { left: left - field.left, top: top - field.top, right: right - field.left, bottom: bottom - field.top };
    };
    const box = scroller.getBoundingClientRect();
    const room = {
      left: box.left - field.left + EDGE, right: box.right - field.left - EDGE,
      top: EDGE, bottom: Math.min(field.height, box.bottom - field.top) - EDGE,
    };
    return { inField, room };
  }

  function place() {
    if (!begun || gone || store.get().preferences.notesSeen) return;
    scroller = document.querySelector("#network .stage-scroll");
    if (!scroller?.querySelector(".tile[data-role='output']")) return;
    const field = scroller.querySelector(".field-of-units");
    if (element.parentElement !== field) field.append(element);
    const { inField, room } = look();
    const taken = [...field.querySelectorAll(TAKEN)].map(inField);
    const targets = findTargets(field, inField);
    const sizes = notes.map((note, i) => {
      note.hidden = !targets[i];
      return { width: note.offsetWidth, height: note.offsetHeight, ...targets[i] };
    });
    const known = notes.filter((note) => !note.hidden);
    const places = placeNotes(sizes.filter((_, i) => targets[i]), taken, room);
    lines.replaceChildren(...known.flatMap((note, i) => {
      const at = places[i];
      note.hidden = !at;
      if (!at) return [];
      note.style.transform = `translate(${at.left}px, ${at.top}px)`;
      return drawLine(edgeOf(at, sizes[notes.indexOf(note)]), sizes[notes.indexOf(note)]);
    }));
  }

  function leave() {
    store.set({ preferences: { notesSeen: true } });
  }

  /** Another network has other places; frames of the same one change nothing here. */
  function update({ spec }) {
    if (spec === shown) return;
    shown = spec;
    place();
  }

  const unwatch = store.watch(["preferences.notesSeen", "run.running"], ({ preferences: { notesSeen }, run: { running } }) => {
    if (notesSeen) element.remove();
    else if (running) leave();
  });
  document.addEventListener("click", leave, { capture: true, once: true });
  whenFrameIsSeen().then(() => {
    begun = true;
    place();
  });

  function destroy() {
    gone = true;
    unwatch();
    document.removeEventListener("click", leave, { capture: true });
    element.remove();
  }

  return { update, resize: place, destroy };
}

/** The lowest tile of the last hidden layer, the middle of the last link, and where a layer can be put in. */
function findTargets(field, inField) {
  const hidden = [...field.querySelectorAll(".tile[data-role='hidden']")];
  const output = inField(field.querySelector(".tile[data-role='output']"));
  const column = hidden.at(-1)?.dataset.column ?? "0";
  const before = [...field.querySelectorAll(`.tile[data-column='${column}']:not(.idle)`)].map(inField);
  const last = before.at(-1);
  const insert = [...field.querySelectorAll(".insert:not(:disabled)")].at(-1);
  const middle = (box) => ({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });
  return [
    hidden.length ? { x: middle(last).x, y: last.bottom } : null,
    { x: (last.right + output.left) / 2, y: (middle(last).y + middle(output).y) / 2 },
    insert ? { x: middle(inField(insert)).x, y: inField(insert).bottom } : null,
  ];
}

function drawLine(from, to) {
  const line = document.createElementNS(SVG, "line");
  const dot = document.createElementNS(SVG, "circle");
  for (const [key, value] of Object.entries({ x1: from.x, y1: from.y, x2: to.x, y2: to.y })) line.setAttribute(key, value);
  for (const [key, value] of Object.entries({ cx: to.x, cy: to.y, r: 2.5 })) dot.setAttribute(key, value);
  return [line, dot];
}

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
function edgeOf({ left, top, right, bottom }, { x, y }) {
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
