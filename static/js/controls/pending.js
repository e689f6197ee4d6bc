/** Marks what was chosen and has to wait: the page is still of the network before it. */

/**
 * Keeps the mark of an element.
 *
 * @param {HTMLElement} element
 * @param {Store} store
 * @param {(spec: Object) => any} read what the element shows of a spec; of a network with fewer
 *   layers perhaps nothing
 * @returns {() => void} the way out
 */
export function markComing(element, store, read) {
  return store.watch(["run.waiting", "run.draft", "run.spec"], ({ run: { waiting, draft, spec } }) => {
    element.toggleAttribute("data-coming", waiting && read(draft) !== read(spec));
  });
}
