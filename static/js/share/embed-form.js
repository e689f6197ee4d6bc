/** Form of an embed's options. */

import { createRadios } from "controls/radios";
import { createToggle } from "controls/toggle";
import { h, icon } from "lib/dom";
import { PANELS, PARTS, STARTS, THEMES, TRANSPORT, readOptions } from "embed/options";
import { PATHS } from "spec/url-state";
import { spokenLanguage, word } from "lib/words";

const TEXT_SIZES = [0.75, 1, 1.25, 1.5, 2];
/** Sizes of slides and sheets at 96 pixels an inch, and of parts of them: width and height. */
const FORMATS = {
  page: [960, 540], wide: [1280, 720], wideHalf: [640, 720], narrow: [960, 720], narrowHalf: [480, 720],
  sheet: [1123, 794], column: [640, 480],
};
const OWN_FORMAT = "own";
const LEAST_SIDE = 240;
const MOST_SIDE = 4000;
const TITLE_LENGTH = 100;
const TRANSPORT_NAMES = {
  play: "action.run", step: "action.oneEpoch", step_batch: "action.oneBatch", reset: "action.reset", speed: "label.speed",
};

/**
 * @param {{languages: string[]}} context
 * @param {() => void} onChange
 * @returns {{element: HTMLElement, options: Object, frame: Object}} `options` as the address of the
 *   embed has them; `frame`: its title, width (null: as wide as there is room) and height
 */
export function createEmbedForm({ languages }, onChange) {
  const options = readOptions("");
  const [width, height] = FORMATS.page;
  const frame = { title: word("page.title"), width, height };
  const take = (target, key) => (value) => {
    target[key] = value;
    onChange();
  };
  const chips = (key, names, labelOf) => h("div.chips", {}, ...names.map((name) =>
    createChip(`embed-${key}-${name}`, labelOf(name), options[key].includes(name), (chosen) => {
      const others = options[key].filter((other) => other !== name);
      take(options, key)(chosen ? [...others, name] : others);
    })));

  const sides = {
    width: createNumber("embed-width", "share.width", { value: width, least: LEAST_SIDE, most: MOST_SIDE,
      placeholder: word("share.width.full"), onInput: (value) => resize("width", value) }),
    height: createNumber("embed-height", "share.height", { value: height, least: LEAST_SIDE, most: MOST_SIDE,
      onInput: (value) => value !== null && resize("height", value) }),
  };
  const format = createSelect("embed-format", "share.format", [
    ...Object.entries(FORMATS).map(([name, size]) =>
      [name, word("share.format.size", { name: word(`share.format.${name}`), size: size.join(" × ") })]),
    [OWN_FORMAT, word("share.format.own")],
  ], "page", takeFormat);

  /** Typed sizes are those of a format, or of none. */
  function resize(side, value) {
    frame[side] = value;
    const found = Object.keys(FORMATS).find((name) => String(FORMATS[name]) === String([frame.width, frame.height]));
    format.querySelector("select").value = found ?? OWN_FORMAT;
    onChange();
  }

  function takeFormat(name) {
    if (name === OWN_FORMAT) return;
    [frame.width, frame.height] = FORMATS[name];
    for (const [side, field] of Object.entries(sides)) field.querySelector("input").value = frame[side];
    onChange();
  }

  const element = h("div.embed-form", {},
    group("share.panels", chips("panels", PANELS, (name) => word(`share.panel.${name}`))),
    group("share.controls", chips("controls", TRANSPORT, (name) => word(TRANSPORT_NAMES[name])),
      h("details.data-more", {}, h("summary", {}, word("share.controls.more"), icon("M4 6l4 4 4-4")),
        chips("controls", PARTS, (name) => word(`label.${PATHS[name]}`)))),
    group("share.size", h("div.share-row", {}, format, sides.width, sides.height)),
    createRadios({ name: "embed-start", label: word("share.start") }, {
      value: options.start, onInput: take(options, "start"),
      options: STARTS.map((name) => [name, word(`share.start.${name}`)]),
    }),
    group("share.stop", h("div.share-row", {},
      createNumber("embed-epochs", "share.stop.epochs", { least: 1, most: 1e6,
        onInput: take(options, "epochs") }),
      createNumber("embed-stop_loss", "share.stop.loss", { least: 1e-9, most: 1e6, step: "any",
        onInput: take(options, "stop_loss") }))),
    createRadios({ name: "embed-theme", label: word("label.theme") }, {
      value: "auto", onInput: (name) => take(options, "theme")(name === "auto" ? null : name),
      options: ["auto", ...THEMES].map((name) => [name, word(`theme.${name}`)]),
    }),
    h("div.share-row.share-look", {},
      createSelect("embed-text", "share.text", TEXT_SIZES.map((size) =>
        [String(size), word("format.percent", { value: Math.round(size * 100) })]), "1",
      (size) => take(options, "text")(Number(size))),
      createSelect("embed-lang", "share.language", [["", word("share.language.reader")],
        ...languages.map((name) => [name, word(`language.${name}`)])], "",
      (name) => take(options, "lang")(name || null)),
      createToggle({ label: word("share.transparent"), path: "embed-background" },
        { onInput: (chosen) => take(options, "background")(chosen ? "transparent" : null) }).element),
    h("label.field", {}, h("span.field-label", {}, word("share.frameTitle")),
      h("input.text-input", {
        type: "text", value: frame.title, maxlength: TITLE_LENGTH, lang: spokenLanguage(),
        data: { path: "embed-title" }, on: { input: ({ target }) => take(frame, "title")(target.value) },
      })));
  return { element, options, frame };
}

function group(label, ...content) {
  return h("fieldset.radios", {}, h("legend.field-label", {}, word(label)), ...content);
}

function createChip(path, text, checked, onInput) {
  const input = h("input", {
    type: "checkbox", checked, data: { path }, on: { change: () => onInput(input.checked) },
  });
  return h("label.chip", {}, input, text);
}

/**
 * A number, or null where the box is empty; what is no number of the range is left out.
 *
 * @param {string} path
 * @param {string} label
 * @param {any} options
 */
function createNumber(path, label, { value = "", least, most, step = 1, placeholder = "–", onInput }) {
  const input = h("input.text-input", {
    type: "number", value, min: least, max: most, step, placeholder, data: { path },
    on: { input: () => {
      if (input.validity.valid) onInput(input.value === "" ? null : input.valueAsNumber);
    } },
  });
  return h("label.field.number-field", {}, h("span.field-label", {}, word(label)), input);
}

function createSelect(path, label, options, value, onInput) {
  const select = h("select.select", { data: { path }, on: { change: () => onInput(select.value) } },
    ...options.map(([name, text]) => h("option", { value: name, selected: name === value }, text)));
  return h("label.field", {}, h("span.field-label", {}, word(label)), h("span.select-wrap", {}, select));
}
