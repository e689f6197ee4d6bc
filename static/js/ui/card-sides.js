/** Switch in the head of a card: what the card is of at first, or something else that takes its place. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

/** The switch of each card that has one. */
const switches = new WeakMap();

/**
 * Adds a side to a card; only one is open at a time.
 *
 * @param {HTMLElement} card
 * @param {{action: string, title: string, help: string, paths: string[], about: Node, open: () => void, close: () => void}} side
 *   `title` and `help` are keys of its words, `paths` are its icon's, `about` stands behind the switch
 * @returns {{focus: () => void, update: (open: boolean) => void, destroy: () => void}}
 */
export function addSide(card, { action, title, help, paths, about, open, close }) {
  if (!switches.has(card)) switches.set(card, createSwitch(card));
  return switches.get(card).add({ action, title, help, paths, about, open, close });
}

function createSwitch(card) {
  const sides = new Set();
  const closeAll = () => [...sides].filter(({ isOpen }) => isOpen).forEach((side) => side.close());
  const first = makeButton("showNetwork", "card.network", "help.card.network", [], closeAll);
  const element = h("div.card-sides", { role: "group", "aria-label": word("sides") }, first);
  const title = card.querySelector(".card-head .card-title");
  title.classList.add("sr-only");
  title.removeAttribute("tabindex");
  title.after(element);

  function add({ action, title: key, help, paths, about, open, close }) {
    const side = { isOpen: false, close };
    const button = makeButton(action, key, help, paths, () => {
      if (side.isOpen) return;
      closeAll();
      open();
    });
    sides.add(side);
    element.append(button);
    element.after(about);

    function update(isOpen) {
      // It may have been opened from elsewhere, such as a link.
      if (isOpen && !side.isOpen) [...sides].filter((other) => other !== side && other.isOpen).forEach((other) => other.close());
      side.isOpen = isOpen;
      button.setAttribute("aria-pressed", String(isOpen));
      first.setAttribute("aria-pressed", String(![...sides].some((one) => one.isOpen)));
    }

    function destroy() {
      button.remove();
      sides.delete(side);
      if (sides.size) return;
      element.remove();
      switches.delete(card);
    }

    update(false);
    return { focus: () => button.focus(), update, destroy };
  }

  return { add };
}

function makeButton(action, key, help, paths, call) {
  return h("button.card-side", {
    type: "button", "aria-pressed": "false", data: { action, help: word(help) }, on: { click: call },
  }, paths.length ? icon(...paths) : null, h("span", {}, word(key)));
}
