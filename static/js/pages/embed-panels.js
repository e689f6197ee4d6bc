/** Panels of an embed: their views and their layout. */

import { h, rem } from "lib/dom";
import { arrange } from "embed/layout";
import { makeViews } from "pages/views";

/**
 * @param {HTMLElement} element holds the panels
 * @param {"embed"|"replayEmbed"} page whether they show a session or a recording
 * @param {Object<string, Function>} [own] makers of that page alone, see `pages/views`
 * @returns {{show: Function, fit: () => void}}
 */
export function createPanels(element, page, own) {
  let sections = {};
  let changeable = false;

  /**
   * Makes panels in place of those that there are.
   *
   * @param {string[]} names
   * @param {Context} context
   * @param {Function} part makes the views of one, as `pages/view-set` says
   * @returns {Object[][]} their views
   */
  function show(names, context, part) {
    sections = Object.fromEntries(names.map((name) =>
      [name, h(`section.embed-panel.embed-${name}`, { data: { panel: name } })]));
    element.replaceChildren(...Object.values(sections));
    changeable = context.may?.("layers") ?? false;
    fit();
    return makeViews(page, part, context, sections, own);
  }

  /** Gives each panel its place; those for which there is no room have none. */
  function fit() {
    const { clientWidth: width, clientHeight: height } = element;
    const names = Object.keys(sections);
    if (!width || !height || !names.length) return;
    const boxes = arrange(names, { width, height, rem: rem(), changeable });
    for (const name of names) {
      const box = boxes.find((one) => one.name === name);
      sections[name].hidden = !box;
      if (!box) continue;
      const { style } = sections[name];
      for (const [key, value] of [["left", box.x], ["top", box.y], ["width", box.width], ["height", box.height]]) {
        style[key] = `${value}px`;
      }
    }
  }

  return { show, fit };
}
