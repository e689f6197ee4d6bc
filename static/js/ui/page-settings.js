/** Settings of the page: theme, colours, and whether a hidden tab pauses. */

import { createRadios } from "controls/radios";
import { createToggle } from "controls/toggle";
import { h } from "lib/dom";
import { openPopover } from "ui/popover";
import { COLOURS, THEMES } from "lib/preferences";
import { spokenLanguage, word } from "lib/words";

const BELOW = 6;

/** Opens the settings below the button that was pressed. */
export function openPageSettings(anchor, store, onClose) {
  const theme = choose("theme", THEMES.map((name) => [name, word(`theme.${name}`)]), store);
  const colours = choose("colours", COLOURS.map((name) =>
    [name, word(`colours.${name}`), makePair(name)]), store);
  const pause = createToggle(
    { label: word("label.pauseHidden"), help: word("help.pauseHidden"), path: "pauseHidden" },
    { onInput: (pauseHidden) => store.set({ preferences: { pauseHidden } }) });
  pause.update(store.get().preferences.pauseHidden);
  // What is recorded costs nobody anything while it is hidden.
  const replays = store.get().recording.replaySpeed !== null;
  pause.element.hidden = replays;
  // Where the header has room for a button, that is the way.
  const lessons = h("a.settings-lessons", { href: `lessons?lang=${spokenLanguage()}`, data: { action: "settingsLessons" } }, word("lessons.title"));
  const box = anchor.getBoundingClientRect();
  const popover = openPopover({ x: box.right, y: box.bottom + BELOW }, word("action.settings"),
    [...(replays ? [] : [lessons]), theme, colours, pause.element], onClose);
  popover.element.classList.add("page-settings");
  const left = Math.max(BELOW, box.right - popover.element.offsetWidth);
  popover.element.style.left = `${left}px`;
  popover.element.querySelector("input:checked").focus();
}

function choose(key, options, store) {
  const field = { name: key, label: word(`label.${key}`), help: word(`help.${key}`) };
  return createRadios(field, {
    value: store.get().preferences[key], options, onInput: (value) => store.set({ preferences: { [key]: value } }),
  });
}

/** The two colours of a pair, in that pair whatever is chosen. */
function makePair(name) {
  return h("span.pair", { "aria-hidden": "true", data: { colours: name } },
    h("span.pair-negative"), h("span.pair-positive"));
}
