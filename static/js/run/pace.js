/**
 * Frame rate, and epochs between two frames. Who asked for reduced
 * motion gets few frames a second and as much training between them as others get.
 */

/**
 * Pictures a second for those: if every one were the opposite of the one before, it would be
 * three flashes a second, the most that WCAG 2.3.1 allows.
 */
export const REDUCED_MOTION_FPS = 6;
const CALM_TIMES = 10;
const MOST_EPOCHS = 200;

/** Keeps `store.page.reducedMotion` as the system says. */
export function trackReducedMotion(store) {
  const system = window.matchMedia("(prefers-reduced-motion: reduce)");
  const apply = () => store.set({ page: { reducedMotion: system.matches } });
  system.addEventListener("change", apply);
  apply();
}

/** Keeps the pace of a connection as the store says. */
export function requestPace(connection, store) {
  let asked = null;
  store.watch(["run.speed", "page.reducedMotion", "stream.connection"], (state) => {
    const epochs = Math.min(MOST_EPOCHS, state.run.speed * (state.page.reducedMotion ? CALM_TIMES : 1));
    const open = state.stream.connection.name === "open";
    if (open && asked !== epochs) connection.send({ type: "speed", epochs_per_frame: epochs });
    asked = open ? epochs : null;
  });
}
