/** Recording indicator; pressing it stops the recording. */

import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {{store: Store, recording: Object, share: Function}} context `recording` is that of
 *   the page, `share` opens the dialog at a tab
 * @returns {{update, resize, destroy}}
 */
export function create(element, { store, recording, share }) {
  const count = h("span.record-count");
  const button = h("button.record-sign", {
    type: "button", hidden: true, "aria-label": word("action.stopRecording"),
    data: { help: word("help.stopRecording"), action: "stopRecording" },
    on: { click: stop },
  }, h("span.record-dot", { "aria-hidden": "true" }), count,
  h("span.record-stop", {}, word("action.stop")));
  element.append(button);

  function stop() {
    recording.stop();
    share("recording");
  }

  const destroy = store.watch(["recording.active", "recording.frames"], ({ recording: { active: on, frames: recorded } }) => {
    button.hidden = !on;
    setText(count, word("recording.count", { count: formatCount(recorded) }));
  });

  return {
    update() {}, resize() {},
    destroy() {
      destroy();
      element.replaceChildren();
    },
  };
}
