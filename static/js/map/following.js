/** Has the server train the map that the store names, and takes what it tells of it into the store. */

/**
 * @param {Object} connection
 * @param {Store} store
 */
export function followMap(connection, store) {
  /** What the server was told last; null before a session is open. */
  let told = null;
  /** Maps that were asked for and are not answered yet. */
  let asked = 0;
  let unsure = false;

  const NONE = "null";

  function wanted({ map: { open, axes, seeds } }) {
    return open && axes.length ? { axes, seeds } : null;
  }

  function tell(state) {
    const sweep = wanted(state);
    const text = JSON.stringify(sweep);
    if (told === null || text === told) return;
    told = text;
    asked += 1;
    connection.send({ type: "sweep", sweep });
  }

  store.watch(["map.open", "map.axes", "map.seeds"], tell);
  store.watch(["stream.connection"], ({ stream: { connection: { name } } }) => {
    if (name !== "open") told = null;
  });
  connection.on("opened", ({ resumed }) => {
    asked = 0;
    unsure = resumed;
    told = resumed ? JSON.stringify(wanted(store.get())) : NONE;
    if (!resumed) store.set({ map: { sweep: null } });
    tell(store.get());
  });
  connection.on("sweep", ({ sweep }) => {
    asked = Math.max(0, asked - 1);
    unsure = false;
    if (asked) return;
    const { map: { open } } = store.get();
    if (!sweep) {
      told = NONE;
      store.set({ map: { sweep: null, problem: null, open: false } });
    } else if (!open || told === NONE) takeUp(sweep);
    else store.set({ map: { sweep, problem: null } });
  });
  connection.on("error", (error) => {
    if (error.code !== "invalid_sweep") return;
    asked = Math.max(0, asked - 1);
    store.set({ map: { problem: error } });
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
