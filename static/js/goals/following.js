/** Has the server tell of the goal that the store names, and takes what it tells into the store. */

/**
 * @param {Object} connection
 * @param {Store} store
 */
export function followGoal(connection, store) {
  let told = null;
  store.watch(["goal.text"], tell);
  // Also where the server takes the place of a recording, or the other way round.
  connection.on("opened", () => {
    told = null;
    tell(store.get());
  });
  connection.on("goal", ({ goal }) => store.set({ goal: { tree: goal, reached: null, check: null } }));
  connection.on("frame", ({ meta, spec }) => take(meta, spec));
  connection.on("checking", (check) => store.set({ goal: { check } }));
  connection.on("checked", (check) => {
    // What was replaced has its successor there already.
    if (check.stopped !== "replaced") store.set({ goal: { check: check.stopped === "changed" ? null : check } });
  });
  connection.on("opened", () => store.set({ goal: { check: null } }));

  function tell({ goal: { text }, stream: { connection: { name } } }) {
    if (name !== "open" || text === told) return;
    told = text;
    connection.send({ type: "goal", goal: text });
  }

  /** A goal that was reached stays so until the run begins anew or trains something else. */
  function take({ goal: verdict, epoch, step, recalled }, spec) {
    const { goal: { tree, reached } } = store.get();
    if (!tree || verdict?.text !== tree.text || recalled !== undefined) return;
    const kept = reached && reached.spec === spec && reached.step <= step ? reached : null;
    store.set({ goal: { verdict, reached: kept ?? (verdict.holds ? { epoch, step, spec } : null) } });
  }
}
