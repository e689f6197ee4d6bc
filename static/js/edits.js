/**
 * Edits, sent live and never waited for.
 *
 * The draft is the server's spec with the edits that it has not answered yet.
 * Controls show the draft, so a thumb follows the hand; once everything is
 * answered the draft is the true spec again, also after a refusal.
 */

/** Applies a merge patch; null stands for the default, which the server fills in. */
export function applyPatch(target, patch) {
  if (!isObject(patch)) return patch;
  const merged = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) merged[key] = applyPatch(merged[key], value);
  return merged;
}

/**
 * @param {{store: object, send: (message: object) => void}} parts
 * @returns {{edit, editNow, command, settle, forget}}
 */
export function createEdits({ store, send }) {
  let waiting = null;
  let unanswered = [];
  let request = 0;

  /**
   * Changes the spec. Without `origin` several edits of one animation frame
   * become one message and the last value wins.
   */
  function edit(patch, origin) {
    store.set({ draft: applyPatch(store.get().draft, patch), preset: null });
    if (origin) {
      flush();
      command({ type: "edit", patch, origin });
      return;
    }
    waiting = waiting ? applyPatch(waiting, patch) : patch;
    if (!request) request = requestAnimationFrame(flush);
  }

  /**
   * Changes the spec, not waiting for others of this animation frame.
   *
   * @param {object} patch
   * @param {string} group edits in a row that name the same one are one step of undo
   * @param {(lost: boolean, error: object|null) => void} answered told once the server has
   *   answered, perhaps by an error, or the connection was lost before
   */
  function editNow(patch, group, answered) {
    store.set({ draft: applyPatch(store.get().draft, patch), preset: null });
    flush();
    command({ type: "edit", patch, group }, answered);
  }

  function flush() {
    cancelAnimationFrame(request);
    request = 0;
    if (!waiting) return;
    const patch = waiting;
    waiting = null;
    command({ type: "edit", patch });
  }

  /** Sends a message that the server answers with a spec or an error. */
  function command(message, answered = null) {
    if (message.type !== "edit") flush();
    unanswered.push(answered);
    send(message);
  }

  /** One of them was answered, perhaps by an error. */
  function settle(error = null) {
    unanswered.shift()?.(false, error);
    if (unanswered.length === 0 && !waiting) store.set({ draft: store.get().spec });
  }

  /** The connection is new: nothing is on its way any more. */
  function forget() {
    const lost = unanswered;
    waiting = null;
    unanswered = [];
    store.set({ draft: store.get().spec });
    for (const answered of lost) answered?.(true, null);
  }

  return { edit, editNow, command, settle, forget };
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
