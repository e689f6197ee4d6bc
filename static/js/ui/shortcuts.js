/** Keyboard shortcuts of the page. */

const TAKES_SPACE = "button, select, textarea, summary, input:not([type=range])";
/** A letter has no meaning of its own where nothing is written or chosen. */
const TAKES_LETTERS = "input:not([type=range]), select, textarea, [contenteditable], dialog, [aria-modal=true]";
const HAS_ITS_OWN_UNDO = `textarea, [contenteditable], dialog, [aria-modal=true],
  input:not([type=range], [type=checkbox], [type=radio])`;

/**
 * Space plays and pauses, W shows the curves of the whole run, Ctrl or Cmd with Z or Y goes back and forth, wherever these keys have
 * no meaning of their own.
 *
 * @param {Object} actions
 */
export function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const act = actions[find(event)];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** The name of the action that a key asks for. */
function find(event) {
  const { key, code, repeat, ctrlKey, metaKey, altKey, shiftKey, target } = event;
  const within = (css) => Boolean(target.closest?.(css));
  const command = ctrlKey || metaKey;
  if (altKey) return null;
  if (!command && key === " ") return !repeat && !within(TAKES_SPACE) ? "toggle" : null;
  // A keyboard that writes no Latin letters still has the keys.
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
  if (!command) return letter === "w" && !repeat && !within(TAKES_LETTERS) ? "wholeRun" : null;
  if (within(HAS_ITS_OWN_UNDO)) return null;
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}
