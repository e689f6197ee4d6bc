/** Tracks progress and resolves promises waiting for a step, epoch or loss. */

/**
 * @param {Object} connection
 * @returns {{now: () => any, wait: Function, cut: Function}} `now` gives `epoch`, `step` and `metrics`; `wait`
 *   resolves with true once `reached(now)` is true, or with what `cut` is called with before
 */
export function createProgress(connection) {
  let now = { epoch: 0, step: 0, metrics: null };
  let waiting = null;

  function take(next) {
    now = { ...now, ...next };
    if (waiting?.reached(now)) cut(true);
  }

  /** Ends the waiting, if anybody waits. */
  function cut(how) {
    const { resolve } = waiting ?? {};
    waiting = null;
    resolve?.(how);
  }

  function wait(reached) {
    if (reached(now)) return Promise.resolve(true);
    return new Promise((resolve) => {
      waiting = { reached, resolve };
    });
  }

  connection.on("frame", ({ meta }) => {
    const { epoch, step } = meta;
    take({ epoch, step, metrics: pickMetrics(meta) });
  });
  // What comes after a reset is new, also where no frame of it has come yet.
  connection.on("spec", ({ step }) => take(step === 0 ? { epoch: 0, step } : { step }));
  connection.on("diverged", () => cut("diverged"));
  // A recording has an end.
  connection.on("ended", () => cut("interrupted"));
  connection.on("opened", () => cut("interrupted"));

  return { now: () => now, wait, cut };
}

/** The figures of a frame, without what is about the picture. */
function pickMetrics(meta) {
  return Object.fromEntries(Object.entries(meta).filter(([key, value]) =>
    /^(train|test|validation)_|^penalty$/.test(key) && Number.isFinite(value)));
}
