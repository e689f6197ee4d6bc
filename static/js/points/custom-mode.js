/** What comes and goes with own points: painting ends, and test points are shown with the others. */

/**
 * @param {object} store
 */
export function keepOwnMode(store) {
  let wasOwn = false;
  let testBefore = false;
  store.watch(["draft"], ({ draft, showTest }) => {
    const isOwn = draft?.data.name === "points";
    if (isOwn === wasOwn) return;
    wasOwn = isOwn;
    if (isOwn) {
      testBefore = showTest;
      // A point that was painted must not vanish because it is one to test on.
      store.set({ showTest: true });
    } else store.set({ showTest: testBefore, painting: false });
  });
}
