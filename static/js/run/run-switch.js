/**
 * Run switch: has the server train while the person wants it to and the page is not asleep, up to where
 * `store.run.until` says, if it says anything. It begins with what the edits before it lead to, so
 * while those wait for images or programs, it waits with them.
 */

/**
 * @param {{store: Store, edits: Object, send: (message: Object) => void}} parts
 * @returns {{hear: (running: boolean) => void, follow: () => void, isAhead: () => boolean}}
 */
export function createRunSwitch({ store, edits, send }) {
  let trains = false;
  let takeBack = null;

  /** Takes what the server says of itself. */
  function hear(running) {
    trains = running;
  }

  /** Tells the server, if it does otherwise. */
  function follow() {
    const { run: { running }, page: { visibility: page }, stream: { connection } } = store.get();
    const wanted = running && page !== "asleep";
    if (!wanted) takeBack?.();
    takeBack = wanted ? takeBack : null;
    if (wanted === trains || connection.name !== "open") return;
    if (!wanted) {
      trains = false;
      send({ type: "pause" });
    } else takeBack ??= edits.afterThese(begin, leave);
  }

  function begin() {
    takeBack = null;
    const { run: { running, until }, page: { visibility: page }, stream: { connection } } = store.get();
    if (!running || page === "asleep" || trains || connection.name !== "open") return;
    trains = true;
    send({ type: "run", ...(until ? { until } : {}) });
  }

  /** What was to be trained will not be. */
  function leave() {
    takeBack = null;
    if (!trains) store.set({ run: { running: false } });
  }

  /** Whether the person wants something that the server was not told, or only for now. */
  function isAhead() {
    return store.get().run.running !== trains;
  }

  store.watch(["run.running", "page.visibility"], follow);
  return { hear, follow, isAhead };
}
