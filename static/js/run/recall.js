/**
 * Recall of time line points: the run rests where it is while a point of it
 * is seen. `store.timeline.points` holds the points as the server tells them, `store.timeline.recalled` the one
 * that is recalled and `store.timeline.past` its spec, both null for the present.
 */

import { branchAddress } from "run/address";
import { describeError } from "lib/errors";

/** Whether the present run went through a point: what came later did not go back behind it. */
export function isAncestor(points, point) {
  return points.every((one) => one.id <= point.id || one.line === point.line || one.step >= point.step);
}

/**
 * @param {{connection: Object, store: Store, edits: Object}} parts
 * @returns {{show: (point: Object) => void, returnToPresent: () => void, branch: () => void,
 *   branchInNewTab: () => Promise}} `show` shows a point, `returnToPresent` the present again, and the run goes on
 *   if it did; `branch` trains on from the point that is recalled, `branchInNewTab` does so in a tab of
 *   its own, as a new run
 */
export function createRecall({ connection, store, edits }) {
  /** The point that was asked for and has not come, and whether one has been seen. */
  let asked = null;
  let seen = false;
  let ran = false;

  function show(point) {
    const { timeline: { recalled }, run: { running } } = store.get();
    if (recalled === null) ran = running;
    store.set({ timeline: { recalled: point }, run: { running: false } });
    ask();
  }

  /** One at a time: what a hand passes over faster than frames come is left out. */
  function ask() {
    const { timeline: { recalled } } = store.get();
    if (asked !== null || recalled === null) return;
    asked = recalled.id;
    connection.send({ type: "recall", point: asked });
  }

  function returnToPresent() {
    if (store.get().timeline.recalled === null) return;
    forget();
    connection.send({ type: "recall", point: null });
    if (ran) store.set({ run: { running: true, diverged: null } });
  }

  function branch() {
    const { timeline: { recalled } } = store.get();
    if (recalled === null) return;
    edits.command({ type: "branch", point: recalled.id });
    forget();
    store.set({ run: { running: true, diverged: null } });
  }

  async function branchInNewTab() {
    const { timeline: { recalled } } = store.get();
    if (recalled === null) return;
    const answer = await fetch(`api/sessions/${connection.token()}/branches`, {
      method: "POST", body: JSON.stringify({ point: recalled.id }),
    });
    const content = await answer.json();
    if (answer.ok) window.open(branchAddress(content.session), "_blank", "noopener");
    else store.set({ page: { message: { text: describeError(content) } } });
  }

  function forget() {
    asked = null;
    seen = false;
    store.set({ timeline: { recalled: null, past: null } });
  }

  connection.on("opened", () => {
    forget();
    connection.send({ type: "timeline", on: true });
  });
  connection.on("timeline", ({ points }) => store.set({ timeline: { points } }));
  connection.on("frame", ({ meta, spec }) => {
    if (meta.recalled === undefined) {
      if (seen) forget();
      return;
    }
    seen = true;
    if (store.get().timeline.recalled) store.set({ timeline: { past: spec } });
    if (meta.recalled !== asked) return;
    asked = null;
    if (meta.recalled !== store.get().timeline.recalled?.id) ask();
  });
  connection.on("error", ({ code }) => code === "unknown_point" && returnToPresent());
  // Who trains on or changes something does so with the present.
  store.watch(["run.running"], ({ run: { running } }) => running && forget());
  connection.on("spec", forget);

  return { show, returnToPresent, branch, branchInNewTab };
}
