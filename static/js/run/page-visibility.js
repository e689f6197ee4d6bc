/**
 * Visibility of the page, as `store.page.visibility`: "seen", "asleep" (hidden, and training waits
 * for it), or "unseen" (hidden, and training goes on).
 */

/** Keeps `store.page.visibility` as the document, `store.page.onScreen` and `store.preferences.pauseHidden` say. */
export function trackPageVisibility(store) {
  let leaving = false;

  function apply() {
    // A page that is left is hidden too, but a reload is no reason to pause.
    if (leaving) return;
    const { preferences: { pauseHidden }, page: { onScreen } } = store.get();
    const hidden = pauseHidden ? "asleep" : "unseen";
    store.set({ page: { visibility: document.hidden || !onScreen ? hidden : "seen" } });
  }

  function leave(yes) {
    leaving = yes;
    apply();
  }

  document.addEventListener("visibilitychange", apply);
  window.addEventListener("pagehide", () => leave(true));
  window.addEventListener("pageshow", () => leave(false));
  store.watch(["preferences.pauseHidden", "page.onScreen"], apply);
}
