/** Switch in the head of the network's card: the network, or a map of many. */

import { h, icon } from "lib/dom";
import { word } from "lib/words";

const GRID = ["M2.5 2.5h4.2v4.2H2.5z", "M9.3 2.5h4.2v4.2H9.3z", "M2.5 9.3h4.2v4.2H2.5z", "M9.3 9.3h4.2v4.2H9.3z"];

/**
 * @param {HTMLElement} card whose title it takes the place of
 * @param {Node} about what stands behind it
 * @param {{open: () => void, close: () => void}} on
 * @returns {{focus: () => void, update: (open: boolean) => void, destroy: () => void}}
 */
export function createMapSwitch(card, about, { open, close }) {
  const button = (action, key, help, paths, call) => h("button.map-side", {
    type: "button", data: { action, help: word(help) }, on: { click: call },
  }, paths && icon(...paths), h("span", {}, word(key)));
  const network = button("showNetwork", "card.network", "help.card.network", null, close);
  const map = button("showMap", "map.title", "help.map", GRID, open);
  const element = h("div.map-switch", { role: "group", "aria-label": word("map.switch") }, network, map);
  const title = card.querySelector(".card-head .card-title");
  title.classList.add("sr-only");
  title.removeAttribute("tabindex");
  title.after(element, about);

  function update(isOpen) {
    network.setAttribute("aria-pressed", String(!isOpen));
    map.setAttribute("aria-pressed", String(isOpen));
  }

  return { focus: () => map.focus(), update, destroy: () => element.remove() };
}
