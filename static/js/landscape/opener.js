/** Button in the corner of the loss curve, and the dialog with the loss landscape that it opens. */

import { createRunButtons } from "controls/run-buttons";
import { create as createPanel } from "landscape/panel";
import { h, icon } from "lib/dom";
import { word } from "lib/words";

const HILLS = ["M1.5 12.5l4-6 3 4 2-2.6 4 4.6z"];

/**
 * @param {HTMLElement} element the panel of the loss curve
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const button = h("button.curve-button", {
    type: "button", "aria-haspopup": "dialog", data: { action: "landscape", help: word("help.landscape") }, on: { click: open },
  }, icon(...HILLS), word("action.landscape"));
  element.append(button);
  let dialog = null;
  let panel = null;
  let running = null;
  let last = null;

  function open() {
    const close = h("button.icon-button", {
      type: "button", "aria-label": word("action.close"), on: { click: () => dialog.close() },
    }, icon("M4 4l8 8", "M12 4l-8 8"));
    const body = h("div.landscape-body");
    running = createRunButtons(context, ["play", "step", "step_batch", "reset"]);
    dialog = h("dialog.dialog.landscape-dialog", { "aria-labelledby": "landscape-title", on: { close: shut } },
      h("div.dialog-head", {}, h("h2.dialog-title", { id: "landscape-title" }, word("landscape.title")),
        h("div.spacer"), running.element, close), body);
    document.body.append(dialog);
    dialog.showModal();
    panel = createPanel(body, context);
    if (last) update(last);
  }

  function shut() {
    panel.destroy();
    running?.destroy();
    dialog.remove();
    dialog = panel = running = null;
  }

  function update(frame) {
    last = frame;
    panel?.update(frame);
    running?.update(frame);
  }

  function destroy() {
    dialog?.close();
    button.remove();
  }

  return { update, resize() {}, destroy };
}
