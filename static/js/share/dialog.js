/** Share dialog with its tabs. */

import { h, icon } from "lib/dom";
import { createTabs } from "ui/tabs";
import { word } from "lib/words";

/** The tab that was open last: who comes back mostly wants the same. */
let last = null;

/**
 * Opens the dialog; it is gone once it is closed, and the focus is where it was.
 *
 * @param {{id: string, label: string, create: (element: HTMLElement, context: Object) =>
 *   {show?: () => void, destroy?: () => void}}[]} tabs `label` is the key of its name; a tab is
 *   made when it is first shown, and `show` is called each time
 * @param {Context} context
 * @param {string} [first] the tab to begin with; else the one that was open last
 */
export function openShareDialog(tabs, context, first = last) {
  const made = {};
  const close = h("button.icon-button", {
    type: "button", "aria-label": word("action.close"), on: { click: () => dialog.close() },
  }, icon("M4 4l8 8", "M12 4l-8 8"));
  const body = h("div.share-body");
  const dialog = h("dialog.dialog.share-dialog", { "aria-labelledby": "share-title" },
    h("div.dialog-head", {}, h("h2.dialog-title", { id: "share-title" }, word("share.title")),
      h("div.spacer"), close), body);
  dialog.addEventListener("close", () => {
    for (const tab of Object.values(made)) tab.destroy?.();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  const named = tabs.map(({ id, label }) => ({ id: `share-${id}`, text: word(label) }));
  const { panels, show } = createTabs(body, word("share.title"), named, (name) => {
    const tab = tabs.find(({ id }) => `share-${id}` === name);
    last = tab.id;
    made[name] ??= tab.create(panels[name], context);
    made[name].show?.();
  });
  show(`share-${tabs.some(({ id }) => id === first) ? first : tabs[0].id}`);
  body.querySelector("[aria-selected=true]").focus();
}
