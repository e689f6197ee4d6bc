/** History of a run that may be live or recorded. */

import { createHistory } from "run/history";

/** @returns {Object} what `createHistory` returns; a frame says where it is from */
export function createRunHistory() {
  const live = createHistory();
  let shown = live;
  let generation = 0;
  let frames = null;
  let at = -1;

  function show(history) {
    shown = history;
    generation += 1;
  }

  function add(frame) {
    if (frame.recorded) follow(frame.recorded);
    else {
      if (shown !== live) show(live);
      frames = null;
      live.add(frame);
    }
  }

  /** Adds what lies between; going back begins anew, since curves only grow. */
  function follow({ frames: recorded, index }) {
    if (recorded !== frames || index < at) {
      frames = recorded;
      at = -1;
      show(createHistory());
    }
    while (at < index) {
      at += 1;
      const { spec, meta } = frames[at];
      if (at > 0 && spec !== frames[at - 1].spec) {
        shown.change({ spec, step: stepBefore(meta.step), back: false, time: meta.time });
      }
      shown.add(frames[at]);
    }
  }

  /** A change happened at the frame before, unless the run began anew. */
  function stepBefore(step) {
    const before = frames[at - 1].meta.step;
    return step < before ? step : before;
  }

  function change(now) {
    if (shown === live) live.change(now);
  }

  return {
    add,
    change,
    resume: live.resume,
    get series() { return shown.series; },
    get marks() { return shown.marks; },
    get breaks() { return shown.breaks; },
    get best() { return shown.best; },
    get edition() { return `${generation}.${shown.edition}`; },
    get markEdition() { return `${generation}.${shown.markEdition}`; },
  };
}
