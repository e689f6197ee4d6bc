/** Axes along which a table is shown, and what is to be said of one of its columns. */

import { createChoice } from "controls/choice";
import { createToggle } from "controls/toggle";
import { h } from "lib/dom";
import { hasWord, word } from "lib/words";
import { tableOf } from "spec/data-sets";
import { inputsOf, toggleInput } from "spec/inputs";

/** Where it can be read why a column is left out. */
const SOURCES = { b: "https://scikit-learn.org/1.1/modules/generated/sklearn.datasets.load_boston.html" };

/**
 * @param {Context} context
 * @returns {{element: HTMLElement, note: HTMLElement, destroy: () => void}} `note` explains the column
 *   that is left out by default, with a switch that takes it in
 */
export function createTableAxes({ store, edits }) {
  const choices = ["horizontal", "vertical"].map((side, k) => createChoice(
    { label: word(`label.axes.${side}`), help: word("help.axes"), path: side },
    { options: [], onInput: (name) => choose(name, k) }));
  const element = h("div.fields.table-axes", { hidden: true }, ...choices.map((choice) => choice.element));
  const text = h("p.quiet");
  const source = h("a.quiet", { target: "_blank", rel: "noopener" }, word("column.note.source"));
  const taken = createToggle({ label: " ", help: "", path: "data.columns" }, { onInput: toggle });
  const note = h("div.column-note", { hidden: true }, text, h("div.column-switch", {}, taken.element, source));
  let shown = "";

  const draftOf = () => store.get().run.draft;
  const apart = (table) => table.columns.find(({ name, default: used }) => !used && hasWord(`column.note.${name}`));
  const axesIn = (spec) => spec.data.axes ?? tableOf(spec).axes;

  /** Both components, or two columns that differ: the other axis gives way. */
  function choose(name, k) {
    const draft = draftOf();
    const { components, axes: usual, columns } = tableOf(draft);
    if (components.includes(name)) {
      edits.edit({ data: { axes: components } });
      return;
    }
    const now = axesIn(draft);
    const [old, mine] = [now[1 - k], now[k]];
    const free = [mine, ...usual, ...columns.map((column) => column.name)]
      .find((one) => one !== name && !components.includes(one));
    const other = components.includes(old) || old === name ? free : old;
    edits.edit({ data: { axes: k ? [other, name] : [name, other] } });
  }

  function toggle() {
    const draft = draftOf();
    const patch = toggleInput(draft, [], apart(tableOf(draft)).name);
    if (patch) edits.edit(patch);
  }

  function update({ run: { draft } }) {
    const table = tableOf(draft);
    element.hidden = !table;
    const column = table && apart(table);
    note.hidden = !column;
    if (!table) return;
    const components = inputsOf(draft).length > 1 ? table.components : [];
    const names = [...table.columns.map(({ name }) => name), ...components];
    choices.forEach((choice, k) => {
      choice.setOptions(names.map((name) => [name, word(`feature.${name}`)]));
      choice.update(axesIn(draft)[k]);
    });
    if (!column) return;
    taken.update(inputsOf(draft).includes(column.name));
    if (shown === column.name) return;
    shown = column.name;
    text.textContent = word(`column.note.${column.name}`);
    source.href = SOURCES[column.name];
    taken.element.lastChild.textContent = word("column.take", { name: word(`feature.${column.name}`) });
  }

  const destroy = store.watch(["run.draft"], update);
  return { element, note, destroy };
}
