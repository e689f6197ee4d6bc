/** What comes and goes with own points: painting ends, and test points are shown with the others. */

/**
 * @param {Store} store
 */
export function keepOwnMode(store) {
  let wasOwn = false;
  let testBefore = false;
  store.watch(["run.draft"], ({ run: { draft }, view: { showTest } }) => {
    const isOwn = draft?.data.name === "points";
    if (isOwn === wasOwn) return;
    wasOwn = isOwn;
    if (isOwn) {
      testBefore = showTest;
      // A point that was painted must not vanish because it is one to test on.
      store.set({ view: { showTest: true } });
    } else store.set({ view: { showTest: testBefore }, points: { painting: false } });
  });
}
