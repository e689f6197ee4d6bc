/** Tabs: one panel of several, by click or arrow keys. */

import { h, setText } from "lib/dom";

/**
 * @param {HTMLElement} element
 * @param {string} label of the list of tabs
 * @param {{id: string, text: string, help?: string}[]} tabs
 * @param {(id: string) => void} onShow
 * @returns {{panels: Object<string, HTMLElement>, bar: HTMLElement, show: Function, name: Function}}
 *   `bar` has room for more behind the tabs
 */
export function createTabs(element, label, tabs, onShow) {
  const list = h("div.tab-list", { role: "tablist", "aria-label": label });
  const bar = h("div.tabs", {}, list);
  const panels = {};
  const buttons = {};
  for (const { id, text, help = "" } of tabs) {
    buttons[id] = h("button.tab", {
      type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`,
      data: { help }, on: { click: () => show(id) },
    }, text);
    panels[id] = h("div.panel", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}` });
    list.append(buttons[id]);
  }
  list.addEventListener("keydown", (event) => {
    const direction = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    const ids = Object.keys(buttons);
    const at = ids.findIndex((id) => buttons[id] === event.target);
    const next = ids[(at + direction + ids.length) % ids.length];
    show(next);
    buttons[next].focus();
  });
  element.append(bar, ...Object.values(panels));

  function show(id) {
    for (const [other, button] of Object.entries(buttons)) {
      const chosen = other === id;
      button.setAttribute("aria-selected", chosen);
      button.tabIndex = chosen ? 0 : -1;
      panels[other].hidden = !chosen;
    }
    onShow(id);
  }

  function name(id, text, help) {
    setText(buttons[id], text);
    buttons[id].dataset.help = help;
  }

  return { panels, bar, show, name };
}
