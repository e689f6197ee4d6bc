/** Popover beside its anchor; one at a time. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

const EDGE = 8;
let current = null;

/**
 * Opens a panel.
 *
 * @param {{x: number, y: number}} place in the window, top left corner if there is room
 * @param {string} title
 * @param {Node[]} content
 * @param {() => void} [onClose]
 * @returns {{element, close}}
 */
export function openPopover({ x, y }, title, content, onClose) {
  closePopover();
  const opener = document.activeElement;
  const close = h("button.icon-button", {
    type: "button", "aria-label": word("action.close"), on: { click: () => closePopover() },
  }, icon("M4 4l8 8", "M12 4l-8 8"));
  const element = h("div.popover", { role: "dialog", "aria-label": title },
    h("div.popover-head", {}, h("span.popover-title", {}, title), close), ...content);
  document.body.append(element);
  const left = Math.min(x, window.innerWidth - element.offsetWidth - EDGE);
  const top = Math.min(y, window.innerHeight - element.offsetHeight - EDGE);
  element.style.left = `${Math.max(EDGE, left)}px`;
  element.style.top = `${Math.max(EDGE, top)}px`;
  current = { element, opener, onClose };
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    closePopover();
  });
  return { element, close: closePopover };
}

/** Closes the open panel, if there is one; the focus returns to what opened it. */
export function closePopover() {
  if (!current) return;
  const { element, opener, onClose } = current;
  current = null;
  const inside = element.contains(document.activeElement);
  element.remove();
  if (inside && opener?.isConnected) opener.focus();
  onClose?.();
}

document.addEventListener("pointerdown", ({ target }) => {
  if (current && !current.element.contains(target)) closePopover();
});
