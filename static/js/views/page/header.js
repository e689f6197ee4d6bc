/** The header: presets to start from, the lessons, the tour, the language, the settings of the page. */

import { h, icon } from "lib/dom";
import { isImages } from "spec/data-sets";
import { createLanguageButton, createSettingsButton } from "ui/page-tools";
import { hasWord, spokenLanguage, word } from "lib/words";

const QUESTION = [
  "M8 1.6a6.4 6.4 0 1 0 0 12.8a6.4 6.4 0 0 0 0-12.8",
  "M6.1 6.3a1.95 1.95 0 1 1 2.9 1.7c-.7.4-1 .8-1 1.5", "M8 11.6h.01",
];
const BOOK = ["M8 4v9.4", "M8 4C6.6 2.8 4.4 2.4 1.9 2.6v9.3c2.5-.2 4.7.2 6.1 1.5c1.4-1.3 3.6-1.7 6.1-1.5V2.6C11.6 2.4 9.4 2.8 8 4"];
const ARROW = ["M8 9.8V1.8", "M4.8 4.8L8 1.6l3.2 3.2", "M4.6 7.2H2.8v7.2h10.4V7.2h-1.8"];

/**
 * @param {{presets: HTMLElement, tools: HTMLElement}} places
 * @param {Context} context `languages` that there are, `changeLanguage(name)`, `share()`
 * @returns {{update, resize, destroy}}
 */
export function create(places, context) {
  const { store } = context;
  const presets = createPresets(context);
  const lessons = h("a.button.small.tool.lessons-link", {
    href: `lessons?lang=${spokenLanguage()}`, "aria-label": word("lessons.title"),
    data: { help: word("lessons.about"), action: "lessons" },
  }, icon(...BOOK), h("span.tool-text", {}, word("lessons.title")));
  const tour = h("button.button.small.tool.tour-open", {
    type: "button", "aria-label": word("action.tour"),
    data: { help: word("help.tour"), action: "tour" }, on: { click: () => store.set({ page: { tour: 0 } }) },
  }, icon(...QUESTION), h("span.tool-text", {}, word("action.tour")));
  const share = h("button.button.small.tool", {
    type: "button", "aria-label": word("action.share"), "aria-haspopup": "dialog",
    data: { help: word("help.share"), action: "share" }, on: { click: () => context.share() },
  }, icon(...ARROW), h("span.tool-text", {}, word("action.share")));
  const settings = createSettingsButton(store);
  places.presets.append(presets.element);
  places.tools.append(lessons, tour, share, createLanguageButton(context), settings);

  const unwatch = store.watch(["page.newcomer"], ({ page: { newcomer } }) =>
    tour.classList.toggle("first", newcomer));

  function destroy() {
    unwatch();
    presets.destroy();
    places.presets.replaceChildren();
    places.tools.replaceChildren();
  }

  return { update() {}, resize() {}, destroy };
}

/** A preset names its data only where they are not those of the start. */
function aboutImages(spec) {
  return Boolean(spec.data) && isImages(spec);
}

/** A preset is a place to start from: the box shows its name until the next edit. */
function createPresets({ store, actions, presets }) {
  const title = ({ id, title: given }) => (hasWord(`preset.${id}`) ? word(`preset.${id}`) : given);
  const select = h("select.select", {
    "aria-label": word("label.preset"), data: { path: "preset" }, on: { change: start },
  }, h("option", { value: "", selected: true, disabled: true, hidden: true }, word("label.preset")),
  makeGroup("task.plane", presets.filter(({ spec }) => !aboutImages(spec))),
  makeGroup("task.images", presets.filter(({ spec }) => aboutImages(spec))));

  function makeGroup(label, members) {
    return h("optgroup", { label: word(label) },
      ...members.map((preset) => h("option", { value: preset.id }, title(preset))));
  }

  function start() {
    const preset = presets.find(({ id }) => id === select.value);
    if (preset) actions.startPreset(preset);
  }

  const element = h("span.select-wrap.presets", { data: { help: word("help.preset") } }, select);
  const destroy = store.watch(["run.preset", "run.pending"], ({ run: { preset, pending } }) => {
    select.value = (pending ?? { preset }).preset ?? "";
    element.toggleAttribute("data-pending", Boolean(pending?.preset));
  });
  return { element, destroy };
}
