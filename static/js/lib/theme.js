/** Theme: light, dark, or the system's. */

/** @param {string} theme one of THEMES */
export function showTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/**
 * Keeps the document's theme equal to `store.preferences.theme`; `store.appearance.scheme` is what is
 * in force, so that canvases know when to read the colours again.
 */
export function applyTheme(store) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function apply() {
    const { preferences: { theme } } = store.get();
    showTheme(theme);
    const dark = theme === "dark" || (theme === "auto" && system.matches);
    store.set({ appearance: { scheme: dark ? "dark" : "light" } });
  }

  system.addEventListener("change", apply);
  store.watch(["preferences.theme"], apply);
}
