/** The curves of a run: bounded, thinned evenly when they grow long, cleared at a reset. */

const LONGEST = 1200;
const MOST_MARKS = 24;
const MARK_APART = 1500;
const COLUMNS = ["step", "trainLoss", "testLoss", "trainScore", "testScore"];

/**
 * @returns {object} `series` (one list per column), `edition` (changes when drawn
 *   points are no longer valid), `marks` (steps of edits), `add`, `mark`
 */
export function createHistory() {
  const history = { series: {}, edition: 0, marks: [], markEdition: 0, add, mark };
  let stride = 1;
  let skipped = 0;
  let last = -1;
  let marked = -Infinity;
  clear();

  function clear() {
    for (const name of COLUMNS) history.series[name] = [];
    history.marks = [];
    history.edition += 1;
    history.markEdition += 1;
    stride = 1;
    skipped = 0;
    last = -1;
  }

  /** Takes the rows of a frame. */
  function add(frame) {
    if (frame.meta.step < last) clear();
    for (const rows of frame.history) {
      for (let at = 0; at < rows.length; at += COLUMNS.length) addRow(rows, at);
    }
    if (!history.series.step.length) addFirst(frame.meta);
    last = frame.meta.step;
  }

  /** Where a run is when it is first seen, so that its curves start there. */
  function addFirst({ step, train_loss, test_loss, ...scores }) {
    const [train, test] = "train_accuracy" in scores
      ? [scores.train_accuracy, scores.test_accuracy] : [scores.train_rmse, scores.test_rmse];
    addRow([step, train_loss, test_loss, train, test], 0);
  }

  function addRow(rows, at) {
    const steps = history.series.step;
    if (rows[at] <= steps.at(-1)) {
      if (rows[at] < steps.at(-1)) clear();
      else return;
    }
    skipped += 1;
    if (skipped < stride && steps.length) return;
    skipped = 0;
    COLUMNS.forEach((name, i) => history.series[name].push(rows[at + i]));
    if (steps.length > LONGEST) thin();
  }

  function thin() {
    for (const name of COLUMNS) {
      history.series[name] = history.series[name].filter((_, i) => i % 2 === 0);
    }
    stride *= 2;
    history.edition += 1;
  }

  /** Remembers that something was edited now; a dragged slider leaves one mark. */
  function mark() {
    if (last <= 0) return;
    const now = performance.now();
    if (now - marked < MARK_APART) history.marks.pop();
    marked = now;
    history.marks = [...history.marks, last].slice(-MOST_MARKS);
    history.markEdition += 1;
  }

  return history;
}
