/** History of losses: bounded, thinned evenly; follows undo and redo. */

import { isImages } from "spec/data-sets";

const LONGEST = 1200;
const MOST_MARKS = 24;
const MARK_APART = 1500;
const MAX_SNAPSHOTS = 16;
/** Columns of `history`, and those of `validation_history` after its step; NaN where there is no validation. */
const MEASURED = ["step", "trainLoss", "testLoss", "trainScore", "testScore"];
const VALIDATED = ["validationLoss", "validationScore"];
const COLUMNS = [...MEASURED, ...VALIDATED];
const NOT_VALIDATED = VALIDATED.map(() => NaN);

/**
 * @returns {Object} `series` (one list per column), `edition` (changes when drawn
 *   points are no longer valid), `marks` (steps of edits), `breaks` ({step, kind} of edits after
 *   which a loss means something else), `best` ({step, epoch} of the best epoch of early stopping,
 *   or null), `add`, `change`, `resume`
 */
export function createHistory() {
  const history = { series: {}, edition: 0, marks: [], breaks: [], best: null, markEdition: 0, add, change, resume };
  let stride = 1;
  let skipped = 0;
  let last = -1;
  let marked = -Infinity;
  let broken = -Infinity;
  let resumed = false;
  let spec = null;
  let snapshots = [];
  clear();

  function clear() {
    put({ series: Object.fromEntries(COLUMNS.map((name) => [name, []])), marks: [], breaks: [], stride: 1 });
    last = -1;
  }

  function put({ series, marks, breaks, stride: apart }) {
    history.series = series;
    history.marks = marks;
    history.breaks = breaks;
    history.edition += 1;
    history.markEdition += 1;
    stride = apart;
    skipped = 0;
  }

  /** Takes the rows of a frame. */
  function add({ meta, arrays, spec: shown }) {
    if (meta.step < last) {
      if (resumed) cut(meta.step);
      else clear();
    }
    resumed = false;
    const rows = arrays.history?.data ?? [];
    const validated = readValidation(arrays.validation_history);
    for (let at = 0; at < rows.length; at += MEASURED.length) {
      addRow([...rows.subarray(at, at + MEASURED.length), ...(validated.get(rows[at]) ?? NOT_VALIDATED)]);
    }
    if (isAnotherBeginning(meta)) clear();
    if (last < 0 && !history.series.step.length) addHere(meta);
    followBest(meta);
    last = meta.step;
    spec = shown;
  }

  /** The best epoch stays in sight after the run has ended there, until it goes on. */
  function followBest({ step, best_step: at, best_epoch: epoch }) {
    if (at === undefined && step === last) return;
    if (at === history.best?.step) return;
    history.best = at === undefined ? null : { step: at, epoch };
    history.markEdition += 1;
  }

  /** Before the first update, what is edited or set by hand makes another loss that the curves start from. */
  function isAnotherBeginning({ step, train_loss }) {
    const { step: steps, trainLoss } = history.series;
    return step === 0 && steps.length === 1 && trainLoss[0] !== train_loss;
  }

  /** Where a run is when it is first seen, so that its curves start there. */
  function addHere({ step, train_loss, test_loss, validation_loss = NaN, ...scores }) {
    const kind = "train_accuracy" in scores ? "accuracy" : "rmse";
    const of = (part) => scores[`${part}_${kind}`] ?? NaN;
    addRow([step, train_loss, test_loss, of("train"), of("test"), validation_loss, of("validation")]);
  }

  function addRow(row) {
    const steps = history.series.step;
    if (row[0] <= steps.at(-1)) {
      if (row[0] < steps.at(-1)) clear();
      else return;
    }
    skipped += 1;
    if (skipped < stride && steps.length) return;
    skipped = 0;
    COLUMNS.forEach((name, i) => history.series[name].push(row[i]));
    if (steps.length > LONGEST) thin();
  }

  /** The next frame is of the same run, which may be some steps back: what a server lost. */
  function resume() {
    resumed = true;
  }

  function thin() {
    for (const name of COLUMNS) {
      history.series[name] = history.series[name].filter((_, i) => i % 2 === 0);
    }
    stride *= 2;
    history.edition += 1;
  }

  /**
   * Takes what the server says of a change.
   *
   * @param {{spec: Object, step: number, back: boolean, time?: number}} now where the run stands;
   *   `back` after an undo, which an edit at the same step is not; `time` in milliseconds
   */
  function change({ spec: next, step, back, time = performance.now() }) {
    if (back || step !== last) moveTo(step, next);
    else if (spec && isImages(spec) !== isImages(next)) beginAnew();
    else {
      mark(time);
      breakOff(next, time);
    }
    spec = next;
  }

  /** The run stands elsewhere: its curves are those of then, if they are known, or end there. */
  function moveTo(step, next) {
    saveSnapshot();
    const then = snapshots.findLast((one) => one.step === step && one.key === keyOf(next));
    if (then && step > 0) put(copy(then));
    else if (step > 0 && step <= last) cut(step);
    else clear();
    last = history.series.step.length ? step : -1;
  }

  /** Losses of points and of images have nothing to do with each other. */
  function beginAnew() {
    saveSnapshot();
    clear();
  }

  function saveSnapshot() {
    if (last <= 0) return;
    const { series, marks, breaks } = history;
    const snapshot = copy({ series, marks, breaks, stride });
    snapshots = [...snapshots, { ...snapshot, step: last, key: keyOf(spec) }].slice(-MAX_SNAPSHOTS);
  }

  function cut(step) {
    const { series, marks, breaks } = history;
    const count = series.step.filter((one) => one <= step).length;
    put({
      series: copyColumns(series, count), stride,
      marks: marks.filter((one) => one < step), breaks: breaks.filter((one) => one.step < step),
    });
  }

  /** Remembers that something was edited now; a dragged slider leaves one mark. */
  function mark(now) {
    if (last <= 0) return;
    if (now - marked < MARK_APART) history.marks.pop();
    marked = now;
    history.marks = [...history.marks, last].slice(-MOST_MARKS);
    history.markEdition += 1;
  }

  /** Remembers that losses mean something else from now on; a dragged slider says so once. */
  function breakOff(next, now) {
    const kind = spec && last > 0 && kindOfBreak(spec, next);
    if (!kind) return;
    const dragged = now - broken < MARK_APART && history.breaks.at(-1)?.kind === kind;
    broken = now;
    if (!dragged) history.breaks = [...history.breaks, { step: last, kind }].slice(-MOST_MARKS);
  }

  return history;
}

/** Loss and score of validation by step. */
function readValidation(array) {
  const rows = array?.data ?? [];
  const found = new Map();
  for (let at = 0; at < rows.length; at += 1 + VALIDATED.length) {
    found.set(rows[at], rows.subarray(at + 1, at + 1 + VALIDATED.length));
  }
  return found;
}

/** What makes the losses of two specs different things: other data, or another loss; null if nothing. */
function kindOfBreak({ data, loss }, { data: nextData, loss: nextLoss }) {
  if (data !== nextData && (!samePoints(data.points, nextData.points) || dataKey(data) !== dataKey(nextData))) {
    return "data";
  }
  return loss === nextLoss ? null : "loss";
}

/** Points that are the same are most often the very same list. */
function samePoints(some, others) {
  if (some === others || (!some && !others)) return true;
  return some?.length === others?.length && JSON.stringify(some) === JSON.stringify(others);
}

function dataKey({ points: _, ...data }) {
  return JSON.stringify(data);
}

function copy({ series, marks, breaks, stride }) {
  return { series: copyColumns(series), marks: [...marks], breaks: [...breaks], stride };
}

function copyColumns(series, count) {
  return Object.fromEntries(COLUMNS.map((name) => [name, series[name].slice(0, count)]));
}

/** A spec as a text; its points may be left out, so they do not count. */
function keyOf({ data: { points: _, ...data }, ...rest }) {
  return JSON.stringify({ ...rest, data });
}

/** @returns {Object} what `createHistory` returns; a frame says where it is from */
export function createRunHistory() {
  const live = createHistory();
  let shown = live;
  let generation = 0;
  let frames = null;
  let at = -1;

  function show(history) {
    shown = history;
    generation += 1;
  }

  function add(frame) {
    if (frame.recorded) follow(frame.recorded);
    else {
      if (shown !== live) show(live);
      frames = null;
      live.add(frame);
    }
  }

  /** Adds what lies between; going back begins anew, since curves only grow. */
  function follow({ frames: recorded, index }) {
    if (recorded !== frames || index < at) {
      frames = recorded;
      at = -1;
      show(createHistory());
    }
    while (at < index) {
      at += 1;
      const { spec, meta } = frames[at];
      if (at > 0 && spec !== frames[at - 1].spec) {
        shown.change({ spec, step: stepBefore(meta.step), back: false, time: meta.time });
      }
      shown.add(frames[at]);
    }
  }

  /** A change happened at the frame before, unless the run began anew. */
  function stepBefore(step) {
    const before = frames[at - 1].meta.step;
    return step < before ? step : before;
  }

  function change(now) {
    if (shown === live) live.change(now);
  }

  return {
    add,
    change,
    resume: live.resume,
    get series() { return shown.series; },
    get marks() { return shown.marks; },
    get breaks() { return shown.breaks; },
    get best() { return shown.best; },
    get edition() { return `${generation}.${shown.edition}`; },
    get markEdition() { return `${generation}.${shown.markEdition}`; },
  };
}
