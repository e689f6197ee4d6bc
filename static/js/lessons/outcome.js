/**
 * Outcome of a prediction: its change is made, the network trains as many epochs as it says, and the
 * frame that shows what came of it is told.
 */

/** A prediction is answered after so many frames at most. */
const MOST_FRAMES = 300;

/**
 * @param {{block: Object, context: Context, frames: Object, apply: (block: Object) => void, speed: number,
 *   onFrame: (frame: Frame, diverged: boolean) => void, onPause: (paused: boolean) => void}} parts
 *   `speed`: epochs a frame, at least; `onPause` is told when somebody pauses before the end, or goes on
 * @returns {{begin: () => void, goOn: () => void, destroy: () => void}}
 */
export function createOutcome({ block, context: { store, edits, actions }, frames, apply, speed, onFrame, onPause }) {
  let stops = [];
  let target = null;

  function begin() {
    if (block.edit || block.weights.length) apply(block);
    const takeBack = edits.afterThese(() => queueMicrotask(settled), destroy);
    if (takeBack) stops.push(takeBack);
  }

  /** All is answered; the frame that shows it is there, or comes. */
  function settled() {
    const stop = frames.follow((frame) => {
      stops.forEach((one) => one());
      stops = [];
      if (block.epochs) train(frame.meta.epoch + block.epochs);
      else onFrame(frame, false);
    });
    stops.push(stop);
  }

  function train(epoch) {
    target = epoch;
    store.set({ run: { until: { epoch }, speed: Math.max(speed, Math.ceil(block.epochs / MOST_FRAMES)) } });
    actions.run();
    stops = [
      frames.follow((frame) => frame.meta.epoch >= target && finish(frame, false)),
      store.watch(["run.running"], ({ run: { running, until } }) => onPause(!running && until !== null)),
      store.watch(["run.diverged", "run.stopped"], ({ run: { diverged, stopped } }) => {
        if (diverged || (stopped && stopped.epoch < target)) finish(frames.last(), Boolean(diverged));
      }),
    ];
  }

  function finish(frame, diverged) {
    destroy();
    onFrame(frame, diverged);
  }

  function destroy() {
    stops.forEach((stop) => stop());
    stops = [];
    if (target !== null) store.set({ run: { until: null, speed } });
    target = null;
  }

  return { begin, goOn: actions.run, destroy };
}
