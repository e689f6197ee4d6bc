/** What tests see of a page, and nothing else is global: `window.livenet`. */

/**
 * @param {Object<string, number>} [more] what else there is to see
 * @returns {(frame: Object) => number} counts a frame that has been painted; tells how many there were
 */
export function createFrameCount(more = {}) {
  window.livenet = { frames: 0, specId: -1, step: 0, ...more };
  return ({ meta }) => {
    const { livenet } = window;
    livenet.frames += 1;
    livenet.specId = meta.spec_id;
    livenet.step = meta.step;
    return livenet.frames;
  };
}
