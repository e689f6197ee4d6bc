/** Command queue of an embed: runs the host page's commands one after the other. */

import { MessageError } from "embed/messages";
import { readPayload, readState } from "spec/url-state";

const STEP_EPOCHS = 200;
/** They end a training that is under way; all others wait for it. */
const ENDS_TRAINING = ["play", "pause", "reset", "load"];

/**
 * @param {{context: Object, send: Function, progress: Object, showPanels: Function,
 *   ready: Promise}} parts nothing is carried out before `ready`
 * @returns {(command: Object) => Promise<void>} carries one out
 * @throws {MessageError} what could not be done
 */
export function createCommands({ context, send, progress, showPanels, ready }) {
  const { store, edits, actions } = context;
  let last = ready;

  const DO = {
    hello: () => {},
    play: () => actions.run(),
    pause: () => actions.pause(),
    reset,
    load,
    step: ({ epochs, batches }) => {
      actions.pause();
      return batches ? stepBatches(batches) : leap(epochs ?? 1);
    },
    train: ({ epochs, fast }) => (fast ? leap(epochs) : walk(epochs)),
    show,
  };

  /** Has the server answer something, and throws its error. */
  async function ask(say) {
    const { lost, error } = await new Promise((resolve) => {
      say((wasLost, what) => resolve({ lost: wasLost, error: what }));
    });
    if (lost) throw new MessageError("interrupted", "");
    if (error) throw new MessageError(error.code, error.path ?? "");
  }

  function reset() {
    store.set({ run: { diverged: null, running: false } });
    return ask((answered) => edits.command({ type: "reset" }, answered));
  }

  async function load({ query, spec }) {
    const state = spec ? null : readOut(readPayload, query);
    if (state) {
      store.set({ run: { diverged: null, running: false } });
      const whole = actions.complete(readOut(readState, query) ?? {});
      await ask((answered) => edits.command({ type: "load", spec: whole, state }, answered));
      return;
    }
    const patch = spec ?? readOut(readState, query) ?? {};
    await ask((answered) => edits.replace(actions.complete(patch), { answered }));
    await reset();
  }

  /** Trains in sight, at the speed of the frame. */
  async function walk(epochs) {
    const target = progress.now().epoch + epochs;
    store.set({ run: { until: { epoch: target }, running: false } });
    actions.run();
    // A run that has come to its end has no `until` any more; one that somebody paused still has.
    const stop = store.watch(["run.running"], ({ run: { running, until } }) =>
      running || !until || progress.cut("interrupted"));
    const how = await progress.wait(({ epoch }) => epoch >= target);
    stop();
    if (how !== true) {
      actions.pause();
      throw new MessageError(how, "");
    }
    store.set({ run: { running: false } });
  }

  /** Trains as fast as it goes. */
  async function leap(epochs) {
    actions.pause();
    for (let left = epochs; left > 0; left -= STEP_EPOCHS) {
      const some = Math.min(left, STEP_EPOCHS);
      await settled();
      const target = progress.now().epoch + some;
      send({ type: "step", epochs: some });
      finish(await progress.wait(({ epoch }) => epoch >= target));
    }
  }

  /** What waits is what is to be trained. */
  function settled() {
    return new Promise((resolve, reject) => {
      edits.afterThese(resolve, () => reject(new MessageError("interrupted", "")));
    });
  }

  async function stepBatches(batches) {
    await settled();
    const target = progress.now().step + batches;
    send({ type: "step", batches });
    finish(await progress.wait(({ step }) => step >= target));
  }

  function finish(how) {
    if (how !== true) throw new MessageError(how, "");
  }

  function show({ panels, unit }) {
    if (panels) showPanels(panels);
    if (unit === undefined) return;
    const units = unit && store.get().run.spec.layers[unit.layer]?.units;
    if (unit && !(unit.unit < units)) throw new MessageError("invalid_message", "unit");
    store.set({ view: { pinned: unit, hovered: unit && { role: "hidden", ...unit } } });
  }

  return function carryOut(command) {
    if (ENDS_TRAINING.includes(command.type)) progress.cut("interrupted");
    const mine = last.then(() => DO[command.type](command));
    last = mine.catch(() => {});
    return mine;
  };
}

/** Reads one side of a query: its words, or what it carries. */
function readOut(read, query) {
  try {
    return read(query);
  } catch (error) {
    if (!error.key) throw error;
    throw new MessageError("invalid_message", `query.${error.key}`);
  }
}
