/**
 * The points over the map of the output: by Plotly while they stand still and are not too
 * many, by hand while Plotly is not there, and while custom points are ahead of the server.
 */

import { pointColour } from "plot/palette";
import { pointTraces } from "plot/plane-figure";
import { widenTask } from "spec/point-labels";
import { createStamps } from "plot/point-marks";
import { PARTS, POINT_COLUMNS } from "plot/readout";
import { createThrottle } from "lib/throttle";

/** Plotly takes a tenth of a second for twice as many. */
const MOST_OF_PLOTLY = 1000;
/** Milliseconds without a change until Plotly draws what was drawn by hand. */
const STILL = 300;
/** How much the colours' range changes until points are coloured anew, and how often at most. */
const OTHER_RANGE = 1.03;
const COLOUR_PERIOD = 1000;

/**
 * @param {Object} plane
 * @param {{store: Store, taskOf: (spec: Object) => string}} context
 * @returns {{update: (frame: Object) => void, draw: () => void, rows: () => ?Float32Array,
 *   areOf: (frame: Object) => boolean, destroy}} `areOf` says whether the rows hold predictions
 *   of the network that a frame shows
 */
export function createPlanePoints(plane, { store, taskOf }) {
  const openStamps = createStamps();
  let frame = null;
  let rows = null;
  let rowsOf = null;
  let rowsFrom = "";
  let parts = null;
  let drawn = null;
  let range = [-1, 1];
  let timer = 0;
  let turn = 0;

  function isCustom() {
    const { points: { custom }, run: { spec, draft } } = store.get();
    return Boolean(custom && draft) && spec.data.name === "points";
  }

  /** Whether custom points have changed since the frame that the rows are from. */
  function isAhead() {
    return isCustom() && store.get().points.custom !== rowsOf;
  }

  function update(next) {
    frame = next;
    if (next.arrays.points) {
      rowsFrom = versionOf(next);
      take(next.arrays.points.data, next.spec);
    } else if (isOtherRange()) recolour.offer();
  }

  function take(next, spec) {
    const same = rows && samePlaces(rows, next);
    rows = next;
    rowsOf = spec.data.name === "points" ? spec.data.points : null;
    if (!same) parts = null;
    if (isCustom() && (isAhead() || drawn)) {
      if (same) settleSoon();
      else drawCustom();
    } else if (!same) draw();
  }

  /** Colours of a regression are shares of what the map spans. */
  function isOtherRange() {
    if (taskOf(frame.spec) !== "regression") return false;
    const share = frame.meta.boundary_range[1] / range[1];
    return share > OTHER_RANGE || share < 1 / OTHER_RANGE;
  }

  /** Draws all points. */
  function draw() {
    clearTimeout(timer);
    timer = 0;
    drawn = null;
    range = frame?.meta.boundary_range ?? range;
    if (isAhead()) {
      plane.draw();
      drawCustom();
    } else if (frame && (!plane.isReady() || rows?.length > MOST_OF_PLOTLY * POINT_COLUMNS)) {
      plane.draw();
      plane.drawByHand((context, at) => {
        const mark = openMarks(context, taskOf(frame.spec));
        eachRow((x1, x2, label, part) => mark(at(x1, x2), label, part));
      });
    } else if (!plane.isReady()) plane.draw();
    else drawByPlotly();
  }

  async function drawByPlotly() {
    turn += 1;
    const mine = turn;
    await plane.draw(traces());
    if (mine === turn) plane.hideHand();
  }

  /** Draws the custom points as they are now; only what is new where nothing went. */
  function drawCustom() {
    const { points: { custom }, view: { showTest } } = store.get();
    const task = widenTask(custom, taskOf(store.get().run.draft));
    const from = drawn && startsWith(custom, drawn.custom) && drawn.task === task
      && drawn.parts === parts && drawn.showTest === showTest ? drawn.custom.length : -1;
    turn += 1;
    parts ??= readParts();
    drawn = { custom, task, parts, showTest };
    plane.drawByHand((context, at) => {
      const mark = openMarks(context, task);
      for (let i = Math.max(0, from); i < custom.length; i += 1) {
        const [x1, x2, label] = custom[i];
        mark(at(x1, x2), label, parts.get(keyOf(x1, x2)) ?? 0);
      }
    }, from >= 0);
    clearTimeout(timer);
    timer = 0;
    settleSoon();
  }

  /** Lets Plotly draw once nothing changes any more and the server has caught up. */
  function settleSoon() {
    timer ||= setTimeout(() => {
      timer = 0;
      if (!isAhead()) draw();
    }, STILL);
  }

  /** Marks points of a task on a canvas, in the colours of now. */
  function openMarks(context, task) {
    const { appearance: { palette }, view: { showTest } } = store.get();
    const stampOf = openStamps();
    const kinds = PARTS.map(() => new Map());
    return ([x, y], label, part) => {
      if (part && !showTest) return;
      const kind = kinds[part];
      if (!kind.has(label)) {
        const fill = pointColour(palette, task, label, range);
        kind.set(label, stampOf(fill, part ? palette["test-edge"] : palette.edge(fill), part));
      }
      const { stamp, side } = kind.get(label);
      context.drawImage(stamp, x - side / 2, y - side / 2, side, side);
    };
  }

  /** The parts of the points of the last frame that are not trained on, by their places. */
  function readParts() {
    const places = new Map();
    eachRow((x1, x2, label, part) => part && places.set(keyOf(x1, x2), part));
    return places;
  }

  function eachRow(call) {
    for (let at = 0; at < (rows?.length ?? 0); at += POINT_COLUMNS) {
      call(rows[at], rows[at + 1], rows[at + 2], rows[at + 3]);
    }
  }

  function traces() {
    const { appearance: { palette }, view: { showTest } } = store.get();
    const task = frame ? taskOf(frame.spec) : "binary";
    return pointTraces(rows, { palette, task, range, showTest });
  }

  const recolour = createThrottle(COLOUR_PERIOD, draw);
  const unwatch = [
    store.watch(["points.custom"], () => isCustom() && (isAhead() || drawn) && drawCustom()),
    // The plane is measured with its first frame, or once its size is followed: each time lays the page out.
    store.watch(["view.showTest", "appearance.palette"], ({ appearance: { palette } }) => palette && (frame || isAhead()) && draw()),
  ];

  function destroy() {
    clearTimeout(timer);
    recolour.cancel();
    unwatch.forEach((stop) => stop());
  }

  return { update, draw, rows: () => rows, areOf: (shown) => rowsFrom === versionOf(shown), destroy };
}

/** Which weights a frame shows: those of a step, of an edit, of a snapshot that is recalled. */
function versionOf({ meta }) {
  return `${meta.step} ${meta.spec_id} ${meta.recalled}`;
}

/** A place as a frame says it: in single precision. */
function keyOf(x1, x2) {
  return `${Math.fround(x1)} ${Math.fround(x2)}`;
}

/** Whether a list is another one with more at its end. */
function startsWith(list, head) {
  return list.length >= head.length && head.every((point, i) =>
    point === list[i] || point.every((value, k) => value === list[i][k]));
}

/** Whether two arrays of points stand at the same places with the same labels. */
function samePlaces(before, after) {
  if (before.length !== after.length) return false;
  for (let at = 0; at < after.length; at += POINT_COLUMNS) {
    for (let i = 0; i < 4; i += 1) if (before[at + i] !== after[at + i]) return false;
  }
  return true;
}
