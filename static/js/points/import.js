/** Import of points from CSV: pasted, from a file, or dropped. */

import { h, setText } from "lib/dom";
import { readCsv } from "points/csv";
import { word } from "lib/words";

/**
 * @param {{onTable: (table: Object) => void}} parts told once everything is right
 * @returns {{element: HTMLElement, take: (content: string|Blob) => Promise<void>}}
 */
export function createImport({ onTable }) {
  const text = h("textarea.paste", {
    rows: 6, spellcheck: "false", autocomplete: "off", "aria-label": word("points.paste"),
    placeholder: word("points.paste.example"),
  });
  const file = h("input", {
    type: "file", accept: ".csv,.tsv,.txt,text/csv,text/plain", hidden: true,
    on: { change: () => file.files[0] && take(file.files[0]) },
  });
  const load = button("loadPoints", () => take(text.value));
  const choose = button("chooseFile", () => file.click());
  const fit = button("fitPoints", () => take(last, true));
  const said = h("p.import-said", { role: "status" });
  const element = h("section.import", {},
    h("h3.dialog-part", {}, word("points.load")), text,
    h("div.dialog-row", {}, load, choose, file), h("div.import-answer", {}, said, fit));
  let last = "";
  let asked = 0;
  fit.hidden = true;

  /** Loads all of it, or says what is wrong and changes nothing. */
  async function take(content, fitted = false) {
    asked += 1;
    const mine = asked;
    last = content;
    file.value = "";
    const { table, problem, canFit = false } = await readCsv(content, fitted);
    if (mine !== asked) return;
    said.classList.toggle("problem", Boolean(problem));
    fit.hidden = !canFit;
    setText(said, problem ?? describe(table));
    if (table) onTable(table);
  }

  return { element, take };
}

function button(action, onClick) {
  return h("button.button.small", {
    type: "button", data: { action }, on: { click: onClick },
  }, word(`action.${action}`));
}

/** How many points came, and which word became which class. */
function describe({ points, classes }) {
  const count = word("points.loaded", { count: points.length });
  if (!classes) return count;
  const names = classes.map((name, label) => word("points.class", { name, label })).join(", ");
  return `${count} ${word("points.classes", { names })}`;
}
