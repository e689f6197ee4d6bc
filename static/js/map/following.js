/** Has the server train the map that the store names, and takes what it tells of it into the store. */

import { describeError, partOfError } from "lib/errors";
import { word } from "lib/words";
import { isSameMap } from "map/model/reading";

/** What the server is told where no map is wanted. */
const NONE = "null";

/**
 * @param {Object} connection
 * @param {Store} store
 */
export function followMap(connection, store) {
  /** What the server was told last; null before a session is open. */
  let told = null;
  /** Whether a session was taken up of which nobody knows yet if it has kept its map. */
  let unsure = false;

  function wanted({ map: { open, axes, seeds } }) {
    return open && axes.length ? { axes, seeds } : null;
  }

  function tell(state) {
    const sweep = wanted(state);
    const text = JSON.stringify(sweep);
    if (told === null || text === told) return;
    told = text;
    connection.send({ type: "sweep", sweep });
  }

  function forget() {
    told = NONE;
    store.set({ map: { sweep: null, problem: null } });
  }

  store.watch(["map.open", "map.axes", "map.seeds"], tell);
  store.watch(["stream.connection"], ({ stream: { connection: { name } } }) => {
    if (name !== "open") told = null;
  });
  connection.on("opened", ({ resumed }) => {
    unsure = resumed;
    if (resumed) told = JSON.stringify(wanted(store.get()));
    else forget();
    tell(store.get());
  });
  connection.on("sweep", ({ sweep }) => {
    const { map: { open, axes, seeds } } = store.get();
    const isOther = unsure && open && sweep && !isSameMap(sweep, { axes, seeds });
    unsure = false;
    if (isOther) {
      told = NONE;
      tell(store.get());
    } else if (!sweep) {
      forget();
      store.set({ map: { open: false, adopting: false } });
    } else if (!open || told === NONE) takeUp(sweep);
    else store.set({ map: { sweep, problem: null } });
  });
  connection.on("error", (error) => {
    if (partOfError(error) !== "map") return;
    // An edit may lead to a network that has no such map: it has been closed before.
    if (store.get().map.open) store.set({ map: { problem: error } });
    else store.set({ page: { message: { text: word("map.ended", { why: describeError(error) } ) } } });
  });
  // A session that comes back may have lost its map.
  connection.on("frame", ({ meta }) => {
    if (!unsure) return;
    unsure = false;
    if (meta.sweep || told === NONE) return;
    told = NONE;
    tell(store.get());
  });

  /** A session that is taken up has a map already. */
  function takeUp(sweep) {
    const axes = sweep.axes.map(({ path, values, scale }) => (
      scale && typeof values[0] === "number" ? { path, low: values[0], high: values.at(-1), count: values.length, scale } : { path, values }));
    const { seeds } = sweep;
    told = JSON.stringify({ axes, seeds });
    store.set({ map: { sweep, problem: null, axes, seeds, open: true } });
  }
}
