/**
 * Optimistic edits: shown at once, sent live, and confirmed by the server.
 *
 * The draft is the server's spec with the edits that it has not answered yet.
 * Controls show the draft, so a thumb follows the hand; once all edits are
 * answered the draft is the true spec again, also after a refusal.
 *
 * A replacement puts another network or other data in the place of what there is: it leaves the
 * draft as it is, so that the page is of one network until the server answers. Until then
 * `store.run.pending` tells it: {spec, preset}. `store.run.waiting` is true while the server has edits wait
 * for images or programs, `store.run.promised` while a run or a step waits for what they lead to.
 */

import { isObject } from "lib/objects";

/** Applies a merge patch; null stands for the default, which the server fills in. */
function applyPatch(target, patch) {
  if (!isObject(patch)) return patch;
  const merged = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) merged[key] = applyPatch(merged[key], value);
  return merged;
}

/**
 * @param {{store: Store, send: (message: Object) => void}} parts
 * @returns {{edit, editNow, replace, command, wait, leave, afterThese, settle, forget, admits}}
 */
export function createEdits({ store, send }) {
  let unsent = null;
  let unanswered = [];
  let promises = [];
  let request = 0;

  /**
   * Changes the spec. Without `origin` several edits of one animation frame
   * become one message and the last value wins.
   */
  function edit(patch, origin) {
    if (!admits()) return;
    store.set({ run: { draft: applyPatch(store.get().run.draft, patch), preset: null } });
    if (origin) {
      flush();
      put({ type: "edit", patch, origin }, { ofDraft: true });
      return;
    }
    unsent = unsent ? applyPatch(unsent, patch) : patch;
    if (!request) request = requestAnimationFrame(flush);
  }

  /**
   * Changes the spec, not waiting for others of this animation frame.
   *
   * @param {Object} patch
   * @param {string} group edits in a row that name the same one are one step of undo
   * @param {(lost: boolean, error: Object|null) => void} answered told once the server has
   *   answered, perhaps by an error, or the connection was lost before
   */
  function editNow(patch, group, answered) {
    if (isReplaced()) leave();
    store.set({ run: { draft: applyPatch(store.get().run.draft, patch), preset: null } });
    flush();
    put({ type: "edit", patch, group }, { answered, ofDraft: true });
  }

  /**
   * Puts another network or other data in the place of what there is; what was to come does not.
   *
   * @param {Object} patch
   * @param {{preset?: string, answered?: Function}} about the preset that it is; who is told, as
   *   by `editNow`
   */
  function replace(patch, { preset = null, answered = null } = {}) {
    leave();
    flush();
    const pending = { spec: applyPatch(store.get().run.draft, patch), preset };
    store.set({ run: { pending } });
    put({ type: "edit", patch }, { answered, pending });
  }

  /** The network that is shown is about to go: what is changed of it would be lost. */
  function isReplaced() {
    const { run: { waiting, pending } } = store.get();
    return waiting && pending !== null;
  }

  /** Whether what is shown can be edited; says why where it cannot. */
  function admits() {
    if (!isReplaced()) return true;
    // Anew, so that controls show again what is.
    store.set({ run: { draft: { ...store.get().run.draft } }, page: { message: { key: "pending.refused" } } });
    return false;
  }

  function flush() {
    cancelAnimationFrame(request);
    request = 0;
    if (!unsent) return;
    const patch = unsent;
    unsent = null;
    put({ type: "edit", patch }, { ofDraft: true });
  }

  /** Sends a message that the server answers with a spec or an error. */
  function command(message, answered = null) {
    if (message.type !== "edit") flush();
    put(message, { answered });
  }

  function put(message, { answered = null, ofDraft = false, pending = null } = {}) {
    unanswered.push({ answered, ofDraft, pending });
    send(message);
  }

  /** The server has edits wait. */
  function wait() {
    store.set({ run: { waiting: true } });
    updatePromised();
  }

  /** Leaves what waits, and what was to follow it. */
  function leave() {
    if (!store.get().run.waiting) return;
    command({ type: "undo" });
    giveUp();
    store.set({ run: { draft: store.get().run.spec } });
  }

  function giveUp() {
    const broken = promises;
    promises = [];
    store.set({ run: { waiting: false, pending: null, promised: false } });
    for (const { left } of broken) left();
  }

  /**
   * Does something once all edits so far are answered, so that it is done with what they lead to.
   *
   * @param {() => void} act
   * @param {() => void} left told in its place if what they lead to will not be
   * @returns {(() => void)|null} takes it back; null where it is done
   */
  function afterThese(act, left) {
    flush();
    if (unanswered.length === 0) {
      act();
      return null;
    }
    const promise = { count: unanswered.length, act, left };
    promises.push(promise);
    updatePromised();
    return () => {
      promises = promises.filter((one) => one !== promise);
      updatePromised();
    };
  }

  function updatePromised() {
    store.set({ run: { promised: store.get().run.waiting && promises.length > 0 } });
  }

  /** One of them was answered, perhaps by an error. */
  function settle(error = null) {
    if (error && store.get().run.waiting) giveUp();
    const { answered = null, pending = null } = unanswered.shift() ?? {};
    answered?.(false, error);
    if (pending && pending === store.get().run.pending) {
      store.set({ run: { pending: null, preset: error ? store.get().run.preset : pending.preset } });
    }
    if (!unsent && !unanswered.some(({ ofDraft }) => ofDraft)) store.set({ run: { draft: store.get().run.spec } });
    if (!error) store.set({ run: { waiting: false } });
    runPromises();
  }

  function runPromises() {
    for (const promise of promises) promise.count -= 1;
    const due = promises.filter(({ count }) => count <= 0);
    promises = promises.filter(({ count }) => count > 0);
    updatePromised();
    for (const { act } of due) act();
  }

  /**
   * The connection is new: nothing is on its way any more, but what the server says that waits.
   *
   * @param {{spec: Object, edits: number}} [still] where that leads, and how many edits it is
   */
  function forget(still) {
    const lost = unanswered;
    const pending = still ? { spec: still.spec, preset: store.get().run.pending?.preset ?? null } : null;
    unsent = null;
    unanswered = Array.from({ length: still?.edits ?? 0 }, () => ({ pending }));
    store.set({ run: { draft: store.get().run.spec, waiting: Boolean(still), pending } });
    for (const { answered } of lost) answered?.(true, null);
    for (const promise of promises) promise.count = 1 + unanswered.length;
    runPromises();
  }

  return { edit, editNow, replace, admits, command, wait, leave, afterThese, settle, forget };
}
