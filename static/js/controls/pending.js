/** Marks controls whose edit is pending. */

/**
 * Keeps the mark of an element.
 *
 * @param {HTMLElement} element
 * @param {Store} store
 * @param {(spec: Object) => any} read what the element shows of a spec; of a network with fewer
 *   layers perhaps nothing
 * @returns {() => void} the way out
 */
export function markPending(element, store, read) {
  return store.watch(["run.waiting", "run.draft", "run.spec"], ({ run: { waiting, draft, spec } }) => {
    element.toggleAttribute("data-pending", waiting && read(draft) !== read(spec));
  });
}
