/** Page state that depends on custom points: painting mode and the display of test points. */

/**
 * @param {Store} store
 */
export function followCustomPoints(store) {
  let wasCustom = false;
  let testBefore = false;
  store.watch(["run.draft"], ({ run: { draft }, view: { showTest } }) => {
    const isCustom = draft?.data.name === "points";
    if (isCustom === wasCustom) return;
    wasCustom = isCustom;
    if (isCustom) {
      testBefore = showTest;
      // A point that was painted must not vanish because it is one to test on.
      store.set({ view: { showTest: true } });
    } else store.set({ view: { showTest: testBefore }, points: { painting: false } });
  });
}
