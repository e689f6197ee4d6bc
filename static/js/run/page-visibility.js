/**
 * Whether anybody sees the page, as `store.page.visibility`: "seen", "asleep" (hidden, and training waits
 * for it), or "unseen" (hidden, and training goes on).
 */

/** Keeps `store.page.visibility` as the document, `store.page.inSight` and `store.preferences.pauseHidden` say. */
export function keepPageState(store) {
  let leaving = false;

  function apply() {
    // A page that is left is hidden too, but a reload is no reason to pause.
    if (leaving) return;
    const { preferences: { pauseHidden }, page: { inSight } } = store.get();
    const hidden = pauseHidden ? "asleep" : "unseen";
    store.set({ page: { visibility: document.hidden || !inSight ? hidden : "seen" } });
  }

  function leave(yes) {
    leaving = yes;
    apply();
  }

  document.addEventListener("visibilitychange", apply);
  window.addEventListener("pagehide", () => leave(true));
  window.addEventListener("pageshow", () => leave(false));
  store.watch(["preferences.pauseHidden", "page.inSight"], apply);
}
