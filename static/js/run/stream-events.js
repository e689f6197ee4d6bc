/** Applies the events of a source of frames to the store. */

import { describeError, partOfError } from "lib/errors";
import { word } from "lib/words";
import { createRunSwitch } from "run/run-switch";

/** Who looks at the page again wants it to go on, at once. */
const AWAY = ["idle", "lost"];

/**
 * Follows a connection.
 *
 * @param {Object} connection
 * @param {{store: Store, edits, history, painter, address}} parts
 */
export function followStream(connection, { store, edits, history, painter, address }) {
  const runSwitch = createRunSwitch({ store, edits, send: connection.send });
  let renewed = false;
  connection.on("state", (state) => store.set({ stream: { connection: state } }));
  connection.on("opened", ({ spec, running, resumed, undo, redo, waiting }) => {
    const wanted = resumed && !runSwitch.isAhead() ? running : store.get().run.running;
    runSwitch.hear(running);
    store.set({ run: { spec, diverged: null, canUndo: undo, canRedo: redo } });
    edits.forget(waiting);
    store.set({ run: { running: wanted } });
    if (renewed && spec) store.set({ page: { message: { key: "connection.renewed" } } });
    renewed = false;
    if (resumed) history.resume();
    else address.reportProblem();
    runSwitch.follow();
  });
  connection.on("refused", address.refuse);
  connection.on("spec", ({ spec, step, undo, redo }) => {
    address.leave();
    store.set({ run: { spec, canUndo: undo, canRedo: redo, ...(redo ? { stopped: null } : {}) } });
    edits.settle();
    history.change({ spec, step, back: redo });
  });
  connection.on("waiting", edits.wait);
  connection.on("error", (error) => {
    // A map or a search that is refused was no edit, but a trial that is opened is one.
    const part = partOfError(error);
    if (part === "map") return;
    if (part === "search" && store.get().search.opening === null) return;
    edits.settle(error);
    if (error.path?.startsWith("until")) {
      runSwitch.hear(false);
      store.set({ run: { running: false, until: null } });
    }
    const ofGoal = ["until", "goal"].includes(error.path) && error.code === "invalid_message";
    store.set({ page: { message: { text: ofGoal ? word("goal.invalid", { text: error.message }) : describeError(error) } } });
  });
  // A map that ends leaves the network at rest; one of its own networks goes on as the map did.
  connection.on("sweep", ({ sweep }) => {
    if (sweep || store.get().map.adopting) return;
    runSwitch.hear(false);
    store.set({ run: { running: false } });
  });
  connection.on("diverged", ({ step }) => {
    runSwitch.hear(false);
    store.set({ run: { running: false, diverged: { step } } });
  });
  connection.on("stopped", ({ reason, step, epoch, best_epoch }) => {
    runSwitch.hear(false);
    store.set({ run: { running: false, until: null } });
    if (reason !== "early_stopping") return;
    const restored = store.get().run.spec.early_stopping.restore_best_weights;
    store.set({ run: { stopped: { step, epoch, best_epoch, restored } } });
  });
  connection.on("frame", (frame) => {
    // The curves stay those of the whole run while a snapshot is recalled.
    if (frame.meta.recalled === undefined) history.add(frame);
    painter.show(frame);
  });
  connection.on("renewed", () => {
    renewed = true;
  });
  store.watch(["page.visibility"], ({ page: { visibility: page }, stream: { connection: { name } } }) => {
    if (page === "seen" && AWAY.includes(name)) connection.connect();
  });
}
