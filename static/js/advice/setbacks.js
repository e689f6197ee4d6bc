/**
 * Setback detector: compares the curves before and after an edit. Pure.
 *
 * Rows are those of a frame's `history`: step, train loss, test loss, train score, test score. Only
 * tests count, since a penalty or dropout raises the loss of training on purpose. What is compared
 * are medians and quartiles of several rows, so noise is no setback; a loss that was rising before
 * the edit is expected to rise on. Data are never blamed: losses on others cannot be compared.
 */

const STEP = 0;
const LOSS = 2;
const SCORE = 4;
const KEPT = 20;
const LEAST = 5;
/** Rows and epochs after an edit until it is judged: of points, and of images. */
const PLANE = { rows: 10, epochs: 20 };
const IMAGES = { rows: 6, epochs: 1 };
/** A setback that shows this many rows after an edit has another cause. */
const LATE = 100;
const FALL = 0.03;
const TIMES = 1.5;
const LEAST_RISE = 0.02;
const SAME_SCORE = 0.005;
/** It is told, and taken back, once it has been judged so this many times in a row. */
const SURE = 3;
const OVER = 10;

/**
 * Compares rows after an edit with rows before it.
 *
 * @param {number[][]} before
 * @param {number[][]} after
 * @param {boolean} scored whether the score is an accuracy
 * @returns {{measure: string, before: number, after: number}|null} `accuracy` or `loss`
 */
export function judge(before, after, scored) {
  if (scored) {
    const [old, now] = [column(before, SCORE), column(after, SCORE)];
    const expected = quartile(old, 2) + Math.min(0, drift(before, after, SCORE));
    const apart = quartile(now, 3) < quartile(old, 1) + Math.min(0, drift(before, after, SCORE));
    if (apart && expected - quartile(now, 2) >= FALL) {
      return { measure: "accuracy", before: quartile(old, 2), after: quartile(now, 2) };
    }
    if (quartile(now, 2) > quartile(old, 2) + SAME_SCORE) return null;
  }
  const [old, now] = [column(before, LOSS), column(after, LOSS)];
  const rise = Math.max(0, drift(before, after, LOSS));
  const expected = quartile(old, 2) + rise;
  const loss = quartile(now, 2);
  if (quartile(now, 1) <= quartile(old, 3) + rise) return null;
  if (loss < TIMES * expected || loss < expected + LEAST_RISE) return null;
  return { measure: "loss", before: quartile(old, 2), after: loss };
}

/**
 * Follows a run and its edits.
 *
 * @returns {{add: Function, edit: Function, countSteps: Function, forget: Function}}
 */
export function createDetector() {
  let rows = [];
  let epoch = 0;
  let change = null;
  let found = null;
  let streak = 0;

  /**
   * Takes the rows of a frame.
   *
   * @param {number[][]} next
   * @param {{epoch: number, images: boolean, scored: boolean}} now
   * @returns {Object|null} the setback: `measure`, the medians `before` and `after`, the specs
   *   `from` and `to`, and how many `steps` of undo lead back
   */
  function add(next, { epoch: here, images, scored }) {
    epoch = here;
    rows.push(...next);
    if (change) change.rows += next.length;
    if (rows.length > 2 * KEPT) rows = rows.slice(-KEPT);
    if (!change || !next.length) return found;
    const least = images ? IMAGES : PLANE;
    if (change.rows < least.rows || epoch - change.epoch < least.epochs) return found;
    if (!found && change.rows > LATE) return null;
    const verdict = judge(change.before, rows.slice(-least.rows), scored);
    streak = Boolean(verdict) === Boolean(found) ? 0 : streak + 1;
    if (verdict && (found || streak >= SURE)) found = describe(verdict);
    else if (!verdict && streak >= OVER) found = null;
    return found;
  }

  function describe(verdict) {
    streak = 0;
    return { ...verdict, from: change.from, to: change.to, steps: change.steps };
  }

  /**
   * Takes an edit. Edits that come before the last one could be judged count as one.
   *
   * @param {Object} from the spec before it
   * @param {Object} to the spec after it
   * @param {boolean} joined whether it and the edit before it are one step of undo
   */
  function edit(from, to, joined) {
    found = null;
    streak = 0;
    if (!comparable(from, to)) {
      forget();
      return;
    }
    const young = change && (joined || rows.length < KEPT && change.rows < KEPT);
    if (young) change = { ...change, to, rows: 0, epoch, steps: change.steps + (joined ? 0 : 1) };
    else {
      const before = rows.slice(-KEPT);
      change = before.length < LEAST ? null : { before, from, to, rows: 0, epoch, steps: 1 };
    }
    rows = [];
  }

  /** Takes steps of undo that are no edits; returns the setback, if there is one. */
  function countSteps(more) {
    if (change) change = { ...change, steps: change.steps + more };
    if (found) found = { ...found, steps: found.steps + more };
    return found;
  }

  /** The run stands elsewhere: nothing that was seen says anything about it. */
  function forget() {
    rows = [];
    change = null;
    found = null;
  }

  return { add, edit, countSteps, forget };
}

/** Whether losses before and after an edit are about the same thing. */
function comparable(from, to) {
  return sameText(withoutPoints(from.data), withoutPoints(to.data)) && to.data.points === from.data.points
    && from.loss === to.loss && from.seed === to.seed;
}

function withoutPoints({ points: _, ...rest }) {
  return rest;
}

function sameText(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** How much a column is expected to change until the rows after, if it goes on as before. */
function drift(before, after, at) {
  const half = Math.floor(before.length / 2);
  const [first, second] = [before.slice(0, half), before.slice(-half)];
  const steps = middle(second) - middle(first);
  if (!(steps > 0)) return 0;
  const change = quartile(column(second, at), 2) - quartile(column(first, at), 2);
  return change * Math.max(0, middle(after) - middle(before)) / steps;
}

function middle(rows) {
  return quartile(column(rows, STEP), 2);
}

function column(rows, at) {
  return rows.map((row) => row[at]);
}

/** The first, second (median) or third quartile. */
function quartile(values, which) {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (which / 4) * (sorted.length - 1);
  const low = Math.floor(place);
  const rest = place - low;
  return sorted[low] + (rest ? rest * (sorted[low + 1] - sorted[low]) : 0);
}
