/** Frames that show all changes so far: those of the newest spec. */

/**
 * @param {{connection: Object, painter: Object}} session
 * @returns {{last: () => Frame, follow: Function, tell: () => void}} `tell` once a frame is painted
 */
export function createShownFrames({ connection, painter }) {
  const listeners = new Set();
  let newest = -1;
  connection.on("opened", ({ id }) => { newest = id; });
  connection.on("spec", ({ id }) => { newest = id; });

  /** Calls `listener` with the last one, if it shows them, and with all that come; returns the way out. */
  function follow(listener) {
    const hear = (frame) => frame.meta.spec_id >= newest && listener(frame);
    listeners.add(hear);
    const last = painter.lastWhole();
    if (last) queueMicrotask(() => listeners.has(hear) && hear(last));
    return () => listeners.delete(hear);
  }

  function tell() {
    const whole = painter.lastWhole();
    for (const listener of [...listeners]) listener(whole);
  }

  return { last: painter.lastWhole, follow, tell };
}
