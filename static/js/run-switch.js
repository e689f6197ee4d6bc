/**
 * Has the server train while the person wants it to and the page is not asleep, and up to where
 * `store.until` says, if it says anything.
 */

/**
 * @param {{store: object, send: (message: object) => void}} parts
 * @returns {{hear: (running: boolean) => void, follow: () => void, isAhead: () => boolean}}
 */
export function createRunSwitch({ store, send }) {
  let trains = false;

  /** Takes what the server says of itself. */
  function hear(running) {
    trains = running;
  }

  /** Tells the server, if it does otherwise. */
  function follow() {
    const { running, until, page, connection } = store.get();
    const wanted = running && page !== "asleep";
    if (wanted === trains || connection.name !== "open") return;
    trains = wanted;
    if (!wanted) send({ type: "pause" });
    else send({ type: "run", ...(until ? { until } : {}) });
  }

  /** Whether the person wants something that the server was not told, or only for now. */
  function isAhead() {
    return store.get().running !== trains;
  }

  store.watch(["running", "page"], follow);
  return { hear, follow, isAhead };
}
