/** Error boundary of views: an exception of one is reported, the others go on. */

/**
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
