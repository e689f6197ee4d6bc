/** Advice: follows trials of edits and detects setbacks (`store.advice.setback`). */

import { isImages } from "spec/data-sets";
import { createDetector } from "advice/setbacks";
import { createTrials } from "advice/trials";

const COLUMNS = 5;
/** Milliseconds between two tellings of how bad it is. */
const PERIOD = 5000;

/**
 * Follows a connection.
 *
 * @param {{connection: Object, store: Store}} parts
 * @returns {{offer: Function, answerTo: Function, experiment: Function}} of the trials
 */
export function createAdvice({ connection, store }) {
  const detector = createDetector();
  let { run: { spec } } = store.get();
  let step = -1;
  let told = 0;

  function keep(found) {
    const known = store.get().advice.setback;
    const now = performance.now();
    if (Boolean(found) === Boolean(known) && (!found || now - told < PERIOD)) return;
    told = now;
    store.set({ advice: { setback: found } });
  }

  connection.on("opened", ({ spec: opened }) => {
    spec = opened;
    detector.forget();
    keep(null);
  });
  connection.on("spec", ({ spec: next, step: here, redo, joined = false }) => {
    // An undo, a reset or a model leads elsewhere; a weight that was set is no setting.
    const elsewhere = redo || here !== step || JSON.stringify(next) === JSON.stringify(spec);
    if (elsewhere) detector.forget();
    else detector.edit(spec, next, joined);
    spec = next;
    step = here;
    keep(null);
  });
  // What is switched off is no setting, but a step of undo.
  connection.on("ablation", ({ by, joined = false }) => {
    const found = detector.countSteps(by === "undo" ? -1 : Number(!joined));
    if (found) store.set({ advice: { setback: found } });
  });
  connection.on("frame", ({ meta, arrays, spec: shown }) => {
    if (meta.recalled !== undefined) return;
    step = meta.step;
    const values = [...(arrays.history?.data ?? [])];
    const rows = Array.from({ length: values.length / COLUMNS }, (_, i) =>
      values.slice(i * COLUMNS, (i + 1) * COLUMNS));
    const now = { epoch: meta.epoch, images: isImages(shown), scored: "test_accuracy" in meta };
    keep(detector.add(rows, now));
  });
  return createTrials({ connection, store });
}
