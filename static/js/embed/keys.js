/**
 * Forwards the deck's keys, wherever the focus is: a frame that was clicked must not hold a
 * talk up. Sliders and tiles in the frame are moved with Up and Down.
 */

/** They always go to the deck. */
const ALWAYS = ["ArrowLeft", "ArrowRight", "PageUp", "PageDown"];
/** They go there unless what has the focus needs them. */
const OTHERWISE = ["Escape", " ", "Home", "End", "b", ".", "f", "o", "s"];
const NEEDS_KEYS = "input, select, textarea, button, [contenteditable], .popover, [role=menu], dialog";

/**
 * Listens in this window, before everything in it.
 *
 * @param {(key: string) => void} forward told of each key that is the deck's
 * @param {string} [own] what keeps all keys while it has the focus, as a selector
 */
export function forwardKeys(forward, own) {
  window.addEventListener("keydown", (event) => {
    if (!isForDeck(event) || (own && /** @type {Element} */ (event.target).closest?.(own))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    forward(event.key);
  }, true);
}

function isForDeck({ key, target, ctrlKey, metaKey, altKey, isComposing }) {
  if (ctrlKey || metaKey || altKey || isComposing) return false;
  if (ALWAYS.includes(key)) return true;
  return OTHERWISE.includes(key) && !target.closest?.(NEEDS_KEYS);
}
