/**
 * Which element of a list is looked at: the one that is pointed at or has the focus, whichever came
 * last, else the one nearest the middle of the screen; none while the page is hidden.
 */

/** Milliseconds that nothing else is looked at before it counts. */
const PATIENCE = 300;

/**
 * @param {HTMLElement[]} items
 * @param {(item: HTMLElement | null) => void} onLook told when it is another one
 */
export function followLook(items, onLook) {
  const ways = { pointer: () => pointed, focus: () => items.find((item) => item.contains(document.activeElement)) };
  let last = "pointer";
  let pointed = null;
  let looked = null;
  let timer = 0;

  function find() {
    if (document.hidden) return null;
    const other = last === "pointer" ? "focus" : "pointer";
    return ways[last]() ?? ways[other]() ?? nearest(items);
  }

  function look() {
    const found = find();
    if (found === looked) return;
    looked = found;
    onLook(found);
  }

  function lookSoon() {
    clearTimeout(timer);
    timer = setTimeout(look, PATIENCE);
  }

  function follow(way) {
    last = way;
    lookSoon();
  }

  /** A finger that touches something in passing points at nothing. */
  function point({ pointerType }, item) {
    if (pointerType !== "mouse") return;
    pointed = item;
    follow("pointer");
  }

  /** Nothing waits for a page that nobody sees. */
  function hide() {
    clearTimeout(timer);
    if (document.hidden) look();
    else lookSoon();
  }

  for (const item of items) {
    item.addEventListener("pointerenter", (event) => point(event, item));
    item.addEventListener("pointerleave", (event) => point(event, null));
    item.addEventListener("focusin", () => follow("focus"));
    item.addEventListener("focusout", lookSoon);
  }
  document.addEventListener("scroll", lookSoon, { passive: true });
  window.addEventListener("resize", lookSoon);
  document.addEventListener("visibilitychange", hide);
  lookSoon();
}

function nearest(items) {
  const middle = window.innerHeight / 2;
  let found = null;
  let least = Infinity;
  for (const item of items) {
    const { top, bottom } = item.getBoundingClientRect();
    const distance = Math.abs((top + bottom) / 2 - middle);
    if (bottom > 0 && top < window.innerHeight && distance < least) [found, least] = [item, distance];
  }
  return found;
}
