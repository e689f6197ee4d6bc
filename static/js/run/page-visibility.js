/**
 * Whether anybody sees the page, as `store.page`: "seen", "asleep" (hidden, and training waits
 * for it), or "unseen" (hidden, and training goes on).
 */

/** Keeps `store.page` as the document, `store.inSight` and `store.pauseHidden` say. */
export function keepPageState(store) {
  let leaving = false;

  function apply() {
    // A page that is left is hidden too, but a reload is no reason to pause.
    if (leaving) return;
    const { pauseHidden, inSight } = store.get();
    const hidden = pauseHidden ? "asleep" : "unseen";
    store.set({ page: document.hidden || !inSight ? hidden : "seen" });
  }

  function leave(yes) {
    leaving = yes;
    apply();
  }

  document.addEventListener("visibilitychange", apply);
  window.addEventListener("pagehide", () => leave(true));
  window.addEventListener("pageshow", () => leave(false));
  store.watch(["pauseHidden", "inSight"], apply);
}
