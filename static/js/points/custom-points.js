/**
 * The custom points: as the page has them, and on their way to the server.
 *
 * `store.points.custom` is what is painted, listed and saved. It runs ahead of the spec, and is the
 * spec's again once everything is answered. What changes goes out a few times a second, one
 * edit on its way at a time. It waits here while it cannot be trained on, and while the
 * connection is lost. `store.points.label` is what is to be said of it, a key of the catalogue.
 */

import { widenTask } from "spec/point-labels";
import { round } from "points/strokes";
import { POINT_COLUMNS } from "plot/readout";

export const MOST = 5000;
export const LEAST = 2;
const PERIOD = 80;
const LABEL_DECIMALS = 4;

/**
 * @param {{store: Store, edits: Object, taskOf: (spec: Object) => string}} parts
 * @returns {{choose, begin, change, send, canRestore, restore, see, askForPoints, replace}}
 */
export function createCustomPoints({ store, edits, taskOf }) {
  const began = Date.now().toString(36);
  let strokes = 0;
  let unsent = false;
  let beside = {};
  let onTheWay = 0;
  let sentAt = -Infinity;
  let timer = 0;
  let trained = null;
  let seen = null;
  let waiting = [];

  /** What comes next is one step of undo, however long it takes. */
  function begin() {
    strokes += 1;
  }

  /** Trains on the custom points, to paint: those that there were, or what is trained on now. */
  function choose() {
    const { points: { custom }, run: { draft } } = store.get();
    if (custom?.length >= LEAST) replace(custom, { task: widenTask(custom, draft.data.task) });
    else if (seen) replace(carryOver(seen), { task: taskOf(seen.spec) });
    store.set({ points: { painting: Boolean(custom || seen) } });
  }

  /** Trains on these points at once, as they are. */
  function replace(points, data) {
    begin();
    change(points, { name: "points", label_noise: 0, ...data });
    send();
  }

  /**
   * Changes the points; the edit follows soon.
   *
   * @param {number[][]} points
   * @param {Object} [data] what else of `data` changes
   */
  function change(points, data = {}) {
    const { task } = store.get().run.draft.data;
    const needed = widenTask(points, task);
    beside = { ...beside, ...(needed === task ? {} : { task: needed }), ...data };
    unsent = true;
    show(points);
    schedule();
  }

  function show(custom) {
    store.set({ points: { custom, label: wordFor(custom) } });
  }

  function schedule() {
    if (!unsent || onTheWay || timer || !isSendable()) return;
    timer = setTimeout(send, Math.max(0, sentAt + PERIOD - performance.now()));
  }

  function isSendable() {
    const { points: { custom }, stream: { connection } } = store.get();
    return custom.length >= LEAST && connection.name === "open";
  }

  /** Sends what has changed, now: a stroke is over. */
  function send() {
    clearTimeout(timer);
    timer = 0;
    if (!unsent || !isSendable()) return;
    const sent = beside;
    const patch = { data: { ...sent, points: store.get().points.custom } };
    beside = {};
    unsent = false;
    sentAt = performance.now();
    onTheWay += 1;
    edits.editNow(patch, `${began}-${strokes}`, (lost) => settle(lost, sent));
  }

  /** An edit was answered, or lost with the connection: then it goes out again. */
  function settle(lost, sent) {
    onTheWay -= 1;
    if (lost) {
      beside = { ...sent, ...beside };
      unsent = true;
    }
    follow();
    schedule();
  }

  /** Takes the server's points when nothing here is ahead of them. */
  function follow() {
    const points = store.get().run.spec?.data.points;
    if (!points || onTheWay) return;
    const moved = !samePoints(points, trained);
    trained = points;
    if (!unsent || (moved && canRestore())) restoreAll();
  }

  /** Whether the points here are too few, so that earlier ones are still trained on. */
  function canRestore() {
    return unsent && Boolean(trained) && store.get().points.custom.length < LEAST;
  }

  /** Takes back the points that are trained on; says whether there were others here. */
  function restore() {
    if (!canRestore()) return false;
    restoreAll();
    return true;
  }

  function restoreAll() {
    unsent = false;
    beside = {};
    show(trained);
  }

  /** Takes note of what a frame says of the points. */
  function see(frame) {
    if (!frame.arrays.points) return;
    seen = frame;
    if (waiting.length === 0) return;
    for (const resolve of waiting.splice(0)) resolve(frame);
    store.set({ view: { pointsWanted: false } });
  }

  /** Resolves with a frame that has the points with their predictions of now. */
  function askForPoints() {
    if (store.get().stream.connection.name !== "open") return Promise.resolve(seen);
    return new Promise((resolve) => {
      waiting.push(resolve);
      // Asked for anew, so that a frame comes while training is paused.
      store.set({ view: { pointsWanted: false } });
      store.set({ view: { pointsWanted: true } });
    });
  }

  store.watch(["run.spec"], follow);
  store.watch(["stream.connection"], schedule);
  return { choose, replace, begin, change, send, canRestore, restore, see, askForPoints };
}

/** The points of a frame, with as many decimals as a hand can mean. */
function carryOver({ arrays }) {
  const rows = arrays.points.data;
  return Array.from({ length: rows.length / POINT_COLUMNS }, (_, i) => {
    const [x1, x2, label] = rows.subarray(i * POINT_COLUMNS, i * POINT_COLUMNS + 3);
    return [round(x1), round(x2), Number(label.toFixed(LABEL_DECIMALS))];
  });
}

/** What is to be said of so many points: a key of the catalogue, or nothing. */
function wordFor(points) {
  if (points.length < LEAST) return "points.few";
  return points.length >= MOST ? "points.full" : null;
}

function samePoints(some, others) {
  if (some === others) return true;
  if (!some || !others || some.length !== others.length) return false;
  return some.every((point, i) => point.every((value, k) => value === others[i][k]));
}

/**
 * Page state that depends on custom points: painting mode and the display of test points.
 *
 * @param {Store} store
 */
export function followCustomPoints(store) {
  let wasCustom = false;
  let testBefore = false;
  store.watch(["run.draft"], ({ run: { draft }, view: { showTest } }) => {
    const isCustom = draft?.data.name === "points";
    if (isCustom === wasCustom) return;
    wasCustom = isCustom;
    if (isCustom) {
      testBefore = showTest;
      // A point that was painted must not vanish because it is one to test on.
      store.set({ view: { showTest: true } });
    } else store.set({ view: { showTest: testBefore }, points: { painting: false } });
  });
}
