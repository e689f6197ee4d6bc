/** The first frame of a page: what can wait is done once it is in sight. */

/** Where no frame comes, nobody waits longer (milliseconds). */
const PATIENCE = 1000;

let arrive;
const arrived = new Promise((resolve) => {
  arrive = resolve;
});

/** Told while a frame is painted, which is in sight when the next one may be. */
export function markFrame() {
  requestAnimationFrame(arrive);
}

/** Resolves once the first frame is in sight, or would have been long ago. */
export function whenFrameIsSeen() {
  setTimeout(arrive, PATIENCE);
  return arrived;
}
