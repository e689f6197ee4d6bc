/** Units and links that are switched off: shown at once, kept by the session, each change a step of undo. */

const NOTHING = { units: [], links: [] };

/**
 * Keeps `store.ablation` as the session has it.
 *
 * @param {Object} connection
 * @param {{store: Store, edits}} parts
 * @returns {(patch: Partial<PageState["ablation"]>, group?: string) => void} switches off what the patch names, in the
 *   place of what was off; changes in a row that name the same group are one step of undo
 */
export function createAblation(connection, { store, edits }) {
  let unanswered = 0;

  function ablate(patch, group) {
    store.set({ ablation: patch });
    unanswered += 1;
    connection.send({ type: "ablate", ...store.get().ablation, ...(group ? { group } : {}) });
  }

  connection.on("opened", ({ ablation = NOTHING }) => {
    unanswered = 0;
    store.set({ ablation });
  });
  // With other units, numbers mean others: all are on again. Undo brings back what was off.
  connection.on("spec", ({ ablation = null }) => ablation && store.set({ ablation }));
  connection.on("ablation", ({ units, links, by, undo, redo }) => {
    store.set({ run: { canUndo: undo, canRedo: redo } });
    if (by === "ablate") unanswered -= 1;
    else edits.settle();
    if (!unanswered) store.set({ ablation: { units, links } });
  });
  return ablate;
}
