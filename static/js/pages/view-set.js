/** Set of views that are made, painted, resized and made anew together. */

import { closePopover } from "ui/popover";

/** What tells a control from the others, also when it is made anew. */
const NAMES = ["action", "dataset", "path"];

/**
 * @param {() => (Object|Object[])[]} make makes every view; words are read when a view is made
 * @returns {{show, showAnew, update, resize, watchSize}}
 */
export function createViewSet(make) {
  let views = [];
  let request = 0;

  /** Makes all views, in place of those that there are. */
  function show() {
    closePopover();
    for (const view of views) view.destroy();
    views = make().flat();
  }

  /** Makes the views anew; what has the focus and what is in sight stay. */
  function showAnew() {
    const { scrollX, scrollY } = window;
    const { dataset } = document.activeElement;
    const name = NAMES.find((one) => one in dataset);
    show();
    window.scrollTo(scrollX, scrollY);
    // A frame that does not have the focus must not take it from the page around it.
    if (name && document.hasFocus()) document.querySelector(`[data-${name}="${dataset[name]}"]`)?.focus({ preventScroll: true });
  }

  function update(frame) {
    for (const view of views) view.update(frame);
  }

  /** Has the views find their size, once before the next painting. */
  function resize() {
    cancelAnimationFrame(request);
    request = requestAnimationFrame(() => views.forEach((view) => view.resize()));
  }

  function watchSize(elements) {
    const observer = new ResizeObserver(resize);
    for (const element of elements) observer.observe(element);
  }

  return { show, showAnew, update, resize, watchSize };
}
