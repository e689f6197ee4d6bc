/** Editable table of the custom points; only visible rows are in the document. */

import { h, icon, rem, setText } from "lib/dom";
import { isLabel, widenTask } from "spec/point-labels";
import { LEAST, MOST } from "points/custom-points";
import { EDGE } from "points/strokes";
import { word } from "lib/words";

const COLUMNS = ["x1", "x2", "label"];
/** Height of a row in rem, as the style sheet has it, and rows beyond what is in sight. */
const ROW = 2;
const SPARE = 8;

/**
 * @param {{store: Store, customPoints: Object, taskOf: (spec: Object) => string}} context
 * @returns {{element: HTMLElement, render: () => void, destroy: () => void}}
 */
export function createTable({ store, customPoints, taskOf }) {
  const above = h("tr", { "aria-hidden": "true" });
  const below = h("tr", { "aria-hidden": "true" });
  const body = h("tbody", {}, above, below);
  const table = h("table.point-table", { "aria-label": word("points.title") },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "#"),
      ...COLUMNS.map((name) => h("th", {
        scope: "col", data: { help: word(`help.points.column.${name}`) },
      }, word(`points.column.${name}`))),
      h("th", {}, h("span.sr-only", {}, word("action.deletePoint"))))), body);
  const scroller = h("div.table-scroll", { tabindex: -1, on: { scroll: render } }, table);
  const problem = h("p.table-problem", { role: "alert" });
  const add = h("button.button.small", {
    type: "button", data: { action: "addPoint" }, on: { click: addPoint },
  }, word("action.addPoint"));
  const element = h("div.table-part", {}, scroller, h("div.table-foot", {}, add, problem));
  const rows = new Map();

  function points() {
    return store.get().points.custom ?? [];
  }

  /** Makes the rows that are in sight, and brings them up to date. */
  function render() {
    const height = ROW * rem();
    const count = points().length;
    const sight = Math.ceil(scroller.clientHeight / height) + SPARE;
    const first = Math.max(0, Math.min(Math.floor(scroller.scrollTop / height) - SPARE / 2, count - sight));
    const end = Math.min(count, first + sight);
    for (const [index, row] of rows) if (index < first || index >= end) drop(index, row);
    above.style.height = `${first * height}px`;
    below.style.height = `${(count - end) * height}px`;
    table.setAttribute("aria-rowcount", count + 1);
    let last = above;
    for (let index = first; index < end; index += 1) {
      if (!rows.has(index)) {
        rows.set(index, makeRow(index));
        last.after(rows.get(index));
      }
      last = rows.get(index);
      fill(last, points()[index]);
    }
  }

  /** A row leaves; what was typed in it counts. */
  function drop(index, row) {
    const input = document.activeElement;
    rows.delete(index);
    if (row.contains(input)) {
      if (input.matches("input")) commit(index, Number(input.dataset.column), input);
      scroller.focus({ preventScroll: true });
    }
    row.remove();
  }

  function makeRow(index) {
    const cells = COLUMNS.map((name, column) => h("td", {}, h("input.cell", {
      type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
      "aria-label": word("points.cell", { row: index + 1, name: word(`points.column.${name}`) }),
      data: { column },
      on: {
        change: ({ target }) => commit(index, column, target),
        keydown: (event) => move(event, index, column),
      },
    })));
    const remove = h("button.icon-button", {
      type: "button", "aria-label": word("action.deletePoint.of", { row: index + 1 }),
      on: { click: () => removePoint(index) },
    }, icon("M4 4l8 8", "M12 4l-8 8"));
    return h("tr", { "aria-rowindex": index + 2 },
      h("th", { scope: "row" }, String(index + 1)), ...cells, h("td", {}, remove));
  }

  function fill(row, point) {
    row.querySelectorAll("input").forEach((input, column) => {
      const text = String(point[column]);
      if (input.dataset.shown === text) return;
      input.dataset.shown = text;
      input.value = text;
      input.removeAttribute("aria-invalid");
    });
  }

  /** Takes over what was typed, or says what is wrong with it and leaves it there. */
  function commit(index, column, input) {
    const text = input.value.trim().replace(",", ".").replace("−", "-");
    const value = text === "" ? NaN : Number(text);
    const task = widenTask(points(), taskOf(store.get().run.draft));
    const good = column < 2 ? Math.abs(value) <= EDGE : isLabel(value, task);
    if (!good) {
      input.setAttribute("aria-invalid", "true");
      const rule = column < 2 ? "coordinate" : task === "regression" ? "value" : "class";
      const name = word(`points.column.${COLUMNS[column]}`);
      say(word("points.invalid", { row: index + 1, name, text: word(`points.rule.${rule}`) }));
      return;
    }
    input.removeAttribute("aria-invalid");
    say("");
    if (value === points()[index][column]) {
      input.value = String(value);
      return;
    }
    const point = points()[index].with(column, value + 0);
    replace(points().with(index, point));
  }

  function replace(list) {
    customPoints.begin();
    customPoints.change(list);
    customPoints.send();
  }

  function say(text) {
    setText(problem, text || (points().length < LEAST ? word("points.few") : ""));
  }

  function addPoint() {
    if (points().length >= MOST) {
      say(word("points.full"));
      return;
    }
    const [, , label] = points().at(-1) ?? [0, 0, 0];
    replace([...points(), [0, 0, label]]);
    focusCell(points().length - 1, 0);
  }

  function removePoint(index) {
    replace(points().toSpliced(index, 1));
    const next = Math.min(index, points().length - 1);
    rows.get(next)?.querySelector("button").focus();
  }

  /** Goes to the same cell of another row. */
  function move(event, index, column) {
    if (event.key === "Escape" && event.target.value !== event.target.dataset.shown) {
      event.preventDefault();
      event.target.value = event.target.dataset.shown;
      event.target.removeAttribute("aria-invalid");
      say("");
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focusCell(index + step, column);
  }

  function focusCell(index, column) {
    if (index < 0 || index >= points().length) return;
    const height = ROW * rem();
    const head = table.tHead.offsetHeight;
    const top = index * height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    const last = top + height + head - scroller.clientHeight;
    if (last > scroller.scrollTop) scroller.scrollTop = last;
    render();
    const input = rows.get(index).querySelectorAll("input")[column];
    input.focus({ preventScroll: true });
    input.select();
  }

  const unwatch = store.watch(["points.custom"], () => {
    if (element.isConnected) render();
    say("");
  });
  return { element, render, destroy: unwatch };
}
