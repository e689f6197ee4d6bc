/** Button below a chart, and the dialog with a view that it opens; so does `store.view.dialog`. */

import { createRunButtons } from "controls/run-buttons";
import { h, icon } from "lib/dom";
import { word } from "lib/words";
import { makePictureButtons } from "ui/picture-buttons";

/**
 * @param {HTMLElement} element where the button is
 * @param {Context} context
 * @param {{name: "race"|"landscape"|"classes", title: string, paths: string[], createPanel: Function}} what `name` is that of
 *   its words and classes, `title` the key of the dialog's, `paths` are its icon's
 * @returns {{update, resize, destroy}}
 */
export function createViewDialog(element, context, { name, title, paths, createPanel }) {
  const button = h("button.curve-button", {
    type: "button", "aria-haspopup": "dialog", data: { action: name, help: word(`help.${name}`) }, on: { click: () => context.store.set({ view: { dialog: name } }) },
  }, icon(...paths), h("span.curve-button-text", {}, word(`action.${name}`)));
  element.append(button);
  let dialog = null;
  let panel = null;
  let running = null;
  let last = null;

  function open() {
    const close = h("button.icon-button", {
      type: "button", "aria-label": word("action.close"), on: { click: () => dialog.close() },
    }, icon("M4 4l8 8", "M12 4l-8 8"));
    const body = h(`div.view-body.${name}-body`);
    running = createRunButtons(context, ["play", "step", "step_batch", "reset"]);
    dialog = h(`dialog.dialog.view-dialog.${name}-dialog`, { "aria-labelledby": `${name}-title`, on: { close: shut } },
      h("div.dialog-head", {}, h("h2.dialog-title", { id: `${name}-title` }, word(title)),
        h("div.spacer"), running.element, close), body,
    h("div.view-foot", {}, makePictureButtons(context, title, () => body)));
    document.body.append(dialog);
    dialog.showModal();
    panel = createPanel(body, context);
    if (last) update(last);
  }

  function shut() {
    if (context.store.get().view.dialog === name) context.store.set({ view: { dialog: null } });
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

  const unwatch = context.store.watch(["view.dialog"], ({ view }) => {
    if (view.dialog === name && !dialog) open();
  });

  function destroy() {
    unwatch();
    dialog?.close();
    button.remove();
  }

  return { update, resize() {}, destroy };
}
