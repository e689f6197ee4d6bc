/** Line that says that a recording plays in place of the server. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";

/** @returns {{update, resize, destroy}} */
export function create(element, { store }) {
  const line = h("p.standby-line", { role: "status", hidden: true });
  element.append(line);
  const unwatch = store.watch(["stream.standby"], ({ stream: { standby } }) => {
    setText(line, standby ? word("recording.standby") : "");
    line.hidden = !standby;
  });

  function destroy() {
    unwatch();
    element.replaceChildren();
  }

  return { update() {}, resize() {}, destroy };
}
