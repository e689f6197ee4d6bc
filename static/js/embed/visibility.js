/**
 * Visibility of the frame, as `store.page.onScreen`: false while it is scrolled away, lies on a slide that
 * is not shown, or the deck has said that its slide is left. Training waits as long.
 */

/**
 * @param {Store} store
 * @param {HTMLElement} element what has to be in sight
 * @returns {{stop: Function, start: Function}} the deck leaves the slide, or comes to it
 */
export function trackVisibility(store, element) {
  let visible = false;
  let left = false;

  function apply() {
    store.set({ page: { onScreen: visible && !left } });
  }

  function leave(yes) {
    left = yes;
    apply();
  }

  new IntersectionObserver((entries) => {
    const { isIntersecting, intersectionRatio } = entries.at(-1);
    visible = isIntersecting && intersectionRatio > 0;
    apply();
  }).observe(element);
  return { stop: () => leave(true), start: () => leave(false) };
}
