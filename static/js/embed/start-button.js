/** Start button over the panels of an embed that waits for a click. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

const PLAY = "M4.5 2.6v10.8L13 8z";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @param {boolean} waits whether the embed waits for a click at all
 * @returns {{update, resize, destroy}}
 */
export function createStart(element, { store, actions }, waits) {
  const button = h("button.embed-start", {
    type: "button", "aria-label": word("action.run"), hidden: true, on: { click: actions.run },
  }, h("span.play", {}, icon(PLAY)));
  element.replaceChildren(button);
  // Whatever has it run, or trains it, needs no start any more.
  const unwatch = store.watch(["run.running"], ({ run: { running } }) => {
    if (running) element.dataset.started = "yes";
    button.hidden = !waits || element.dataset.started === "yes";
  });

  function update({ meta }) {
    if (meta.step > 0) button.hidden = true;
  }

  function destroy() {
    unwatch();
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
