/** The header: presets to start from, and the theme. */

import { h, icon } from "dom";
import { THEMES } from "theme";
import { hasWord, word } from "words";

const ICONS = {
  auto: ["M8 2.5a5.5 5.5 0 1 0 0 11z", "M8 2.5a5.5 5.5 0 0 1 0 11"],
  light: [
    "M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6",
    "M8 1v1.2M8 13.8V15M1 8h1.2M13.8 8H15",
    "M3 3l.9.9M12.1 12.1l.9.9M3 13l.9-.9M12.1 3.9L13 3",
  ],
  dark: ["M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z"],
};

/**
 * @param {{presets: HTMLElement, theme: HTMLElement}} places
 * @returns {{update, resize, destroy}}
 */
export function create(places, { store, actions, presets }) {
  const title = ({ id, title: given }) => (hasWord(`preset.${id}`) ? word(`preset.${id}`) : given);
  const select = h("select.select", {
    "aria-label": word("label.preset"), data: { path: "preset" }, on: { change: start },
  }, h("option", { value: "", selected: true, disabled: true, hidden: true }, word("label.preset")),
  ...presets.map((preset) => h("option", { value: preset.id }, title(preset))));
  places.presets.append(h("span.select-wrap.presets", { data: { help: word("help.preset") } }, select));

  /** A preset is a place to start from: the box shows its name until the next edit. */
  function start() {
    const preset = presets.find(({ id }) => id === select.value);
    if (preset) actions.startPreset(preset);
  }

  const button = h("button.icon-button.theme-button", {
    type: "button", data: { action: "theme" }, on: { click: nextTheme },
  });
  places.theme.append(button);

  function nextTheme() {
    const at = THEMES.indexOf(store.get().theme);
    store.set({ theme: THEMES[(at + 1) % THEMES.length] });
  }

  const unwatch = [store.watch(["preset"], ({ preset }) => {
    select.value = preset ?? "";
  }), store.watch(["theme"], ({ theme }) => {
    button.replaceChildren(icon(...ICONS[theme]));
    button.setAttribute("aria-label", word("action.theme", { name: word(`theme.${theme}`) }));
    button.dataset.help = word("action.theme", { name: word(`theme.${theme}`) });
  })];

  function destroy() {
    unwatch.forEach((stop) => stop());
    places.presets.replaceChildren();
    places.theme.replaceChildren();
  }

  return { update() {}, resize() {}, destroy };
}
