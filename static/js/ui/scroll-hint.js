/** Scroll hint: a faded edge and a button where an element can be scrolled sideways. */

import { h, icon, reducedMotion } from "lib/dom";
import { word } from "lib/words";

const CHEVRON = "M6 3.5l4.5 4.5L6 12.5";
/** Less than this is no more than rounding (pixels). */
const SLACK = 4;
const SHARE = 0.7;

/**
 * @param {HTMLElement} scroller with one child, which may be wider
 * @returns {HTMLElement} the button, to stand right behind the scroller
 */
export function createScrollSign(scroller) {
  // Keys scroll by themselves, as do readers of what is not in sight.
  const button = h("button.scroll-sign", {
    type: "button", tabindex: -1, "aria-hidden": "true", hidden: true,
    data: { help: word("help.scrollOn") }, on: { click: goOn },
  }, icon(CHEVRON));

  function goOn() {
    scroller.scrollBy({ left: SHARE * scroller.clientWidth, behavior: reducedMotion() ? "instant" : "smooth" });
  }

  function update() {
    const { scrollLeft, scrollWidth, clientWidth } = scroller;
    const after = scrollWidth - clientWidth - scrollLeft > SLACK;
    scroller.classList.toggle("more-before", scrollLeft > SLACK);
    scroller.classList.toggle("more-after", after);
    button.hidden = !after;
  }

  const observer = new ResizeObserver(update);
  for (const element of [scroller, scroller.firstElementChild]) observer.observe(element);
  scroller.addEventListener("scroll", update, { passive: true });
  return button;
}
