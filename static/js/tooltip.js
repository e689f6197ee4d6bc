/** One tooltip for the page: help of controls, and values under the pointer. */

import { h } from "dom";

const DELAY = 450;
const GAP = 10;

/**
 * @returns {{showAt: Function, hide: Function}} `showAt` follows a pointer;
 *   elements with `data-help` show theirs after a moment of hover or focus
 */
export function createTooltip(root) {
  const element = h("div.tooltip", { role: "tooltip", id: "tooltip", hidden: true });
  root.append(element);
  let timer = 0;
  let owner = null;

  function place(left, top, above) {
    element.hidden = false;
    const width = element.offsetWidth;
    const height = element.offsetHeight;
    const x = Math.max(6, Math.min(left, window.innerWidth - width - 6));
    const below = top + GAP;
    const y = below + height > window.innerHeight - 6 ? above - height - GAP : below;
    element.style.left = `${x}px`;
    element.style.top = `${y}px`;
  }

  /** Shows text beside the pointer. */
  function showAt(text, x, y) {
    clearTimeout(timer);
    if (element.textContent !== text) element.textContent = text;
    place(x + GAP, y, y);
  }

  function hide() {
    clearTimeout(timer);
    element.hidden = true;
    owner?.removeAttribute("aria-describedby");
    owner = null;
  }

  function offer(target) {
    const holder = target.closest?.("[data-help]");
    if (!holder?.dataset.help) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!holder.isConnected) return;
      element.textContent = holder.dataset.help;
      const box = holder.getBoundingClientRect();
      place(box.left, box.bottom - 4, box.top);
      owner = holder.querySelector("input, select, button") ?? holder;
      owner.setAttribute("aria-describedby", "tooltip");
    }, DELAY);
  }

  root.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") offer(event.target);
  });
  root.addEventListener("pointerout", (event) => {
    if (event.target.closest("[data-help]")) hide();
  });
  root.addEventListener("pointerdown", hide);
  root.addEventListener("input", hide);
  root.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) offer(event.target);
  });
  root.addEventListener("focusout", hide);
  root.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  return { showAt, hide };
}
