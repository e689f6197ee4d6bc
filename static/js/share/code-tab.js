/** Code tab of the share dialog: source for other frameworks, and files. */

import { createRadios } from "controls/radios";
import { h, setText } from "lib/dom";
import { saveFile } from "lib/files";
import { createCopyButton } from "share/copy";
import { requestExport } from "share/exports";
import { spokenLanguage, word } from "lib/words";

const SOURCES = ["keras_sequential", "keras_functional", "keras_subclass", "pytorch", "jax"];
const WEIGHTS = ["none", "inline", "beside"];
const POINTS = ["beside", "inline"];
const FORMATS = ["script", "notebook"];
const FILES = ["weights", "history", "tensorboard"];

/**
 * @param {HTMLElement} element
 * @param {{token: () => string|null}} context
 * @returns {{show: () => void}}
 */
export function create(element, { token }) {
  const options = { weights: WEIGHTS[0], data: POINTS[0], format: FORMATS[0] };
  let name = SOURCES[0];
  let asked = 0;
  const select = h("select.select", {
    data: { path: "code-source" }, on: {
      change: () => {
        name = select.value;
        show();
      },
    },
  }, ...SOURCES.map((source) => h("option", { value: source }, word(`share.source.${source}`))));
  const choose = (key, choices) => createRadios({ name: `code-${key}`, label: word(`share.code.${key}`) }, {
    value: options[key], options: choices.map((choice) => [choice, word(`share.code.${choice}`)]),
    onInput: (choice) => {
      options[key] = choice;
      show();
    },
  });
  const source = h("textarea.text-input.share-text.share-source", {
    readonly: true, spellcheck: "false", wrap: "off", "aria-label": word("share.source"),
    data: { share: "source" },
  });
  const note = h("p.quiet.share-note.short", { role: "status" });
  const save = h("button.button", {
    type: "button", data: { action: "saveCode" }, on: { click: () => keep(name, getOptions()) },
  }, word("share.save"));
  const files = h("div.share-row", {}, ...FILES.map((file) => h("button.button.small", {
    type: "button", data: { action: `save-${file}` }, on: { click: () => keep(file) },
  }, word(`share.file.${file}`))));
  element.append(h("div.share-columns", {},
    h("div.share-side", {},
      h("label.field", {}, h("span.field-label", {}, word("share.source")), h("span.select-wrap", {}, select)),
      choose("weights", WEIGHTS), choose("data", POINTS), choose("format", FORMATS),
      h("fieldset.radios", {}, h("legend.field-label", {}, word("share.files")), files)),
    h("div.share-main", {}, note, source,
      h("div.share-row", {}, createCopyButton(source), save))));

  function getOptions() {
    return { ...options, language: spokenLanguage() };
  }

  /** Shows the source of the present state; a notebook has the same lines in cells. */
  async function show() {
    asked += 1;
    const mine = asked;
    const query = { ...getOptions(), format: "script", only: "source" };
    const { content, problem } = await requestExport(token(), name, query);
    const text = content ? await content.text() : "";
    if (mine !== asked) return;
    source.value = text;
    save.disabled = Boolean(problem);
    say(problem);
  }

  async function keep(wanted, query) {
    const { name: file, content, problem } = await requestExport(token(), wanted, query);
    if (content) saveFile(file, content);
    say(problem);
  }

  function say(problem = "") {
    setText(note, problem);
    note.classList.toggle("problem", problem !== "");
  }

  return { show };
}
