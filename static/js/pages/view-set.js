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

/**
 * Error boundary: what one view throws is reported, the others go on.
 *
 * @param {{report: Function, clear: Function}} faults
 * @param {Context} context what views are made from
 * @returns {(part: string, create: Function, places: HTMLElement|Object, ...more) => Object[]}
 *   makes the view, or the views, of a part of the page by `create(places, context, ...more)`;
 *   a part that cannot be made leaves its places empty, and one that has failed is told until it
 *   is made anew. `part` names its words
 */
export function createViewGuard(faults, context) {
  return (part, create, places, ...more) => {
    const stops = [];
    const views = [];

    /** Calls what must not fail; returns whether it has not. */
    function attempt(call, value) {
      try {
        call(value);
        return true;
      } catch (error) {
        faults.report(part, error);
        return false;
      }
    }

    /** As the store's; the first call belongs to the making of the view. */
    function watch(keys, call) {
      let made = false;
      const stop = context.store.watch(keys, (state) => {
        if (made) attempt(call, state);
        else call(state);
      });
      made = true;
      stops.push(stop);
      return stop;
    }

    function make() {
      const guarded = { ...context, store: { ...context.store, watch } };
      views.push(...[create(places, guarded, ...more)].flat());
    }

    function empty() {
      for (const stop of stops) stop();
      for (const place of places instanceof Element ? [places] : Object.values(places)) place.replaceChildren();
    }

    if (!attempt(make)) empty();
    const guards = views.map((view) => {
      const update = (frame) => view.update(frame);
      const resize = () => view.resize();
      const destroy = () => view.destroy();
      return {
        update: (frame) => attempt(update, frame),
        resize: () => attempt(resize),
        destroy: () => attempt(destroy),
      };
    });
    // Last of all: the part is told no longer, since it goes.
    return [...guards, { update() {}, resize() {}, destroy: () => faults.clear(part) }];
  };
}
