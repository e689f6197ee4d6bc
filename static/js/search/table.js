/** Table of the trials: sorted by any column; one is opened by a click or Enter, ticked by the space bar. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { nameAxis } from "map/words";
import { isRising } from "search/model/settings";
import { metricOf, sortTrials } from "search/model/trials";
import { describeTrialState, formatAt, formatMetric, nameChooser, nameMetric } from "search/words";

const OPENS = new Set(["complete", "pruned"]);

/**
 * @param {{open: (number: number) => void, tick: (number: number) => void}} on
 * @returns {{element: HTMLElement, draw: Function}}
 */
export function createTrialTable({ open, tick }) {
  const head = h("tr");
  const body = h("tbody");
  const table = h("table.search-table", { role: "grid", "aria-label": word("search.table") }, h("thead", {}, head), body);
  const element = h("div.search-scroll", {}, table);
  const rows = new Map();
  let order = { column: "", down: false };
  let columns = [];
  let known = "";
  let last = null;
  let current = -1;

  /**
   * @param {{trials: Trial[], best: number[], settings: any, ticked: number[], opened: number|null,
   *   tested: any, schema: any, score: string}} how `score`: that of the task, beside its loss
   */
  function draw(how) {
    last = how;
    const { trials, settings, schema, score, tested } = how;
    const metrics = [...new Set([...settings.objectives, "validation_loss", score, "train_loss"])];
    columns = [
      { column: "number", name: nameMetric("number"), text: ({ number }) => String(number) },
      ...settings.dimensions.map(({ path }) => ({ column: `value ${path}`, name: nameAxis(path, schema), text: ({ values }) => formatAt(path, values[path]) })),
      ...metrics.map((name) => ({ column: `metric ${name}`, name: nameMetric(name), text: (trial) => formatMetric(name, metricOf(trial, name)) })),
      ...(tested ? [`test_${score.replace("validation_", "")}`].map((name) => ({ column: `test ${name}`, name: nameMetric(name), fixed: true, text: ({ number }) => (tested[number] ? formatMetric(name, tested[number][name]) : "") })) : []),
      { column: "state", name: nameMetric("state"), text: describeTrialState },
      { column: "by", name: nameMetric("by"), text: (trial) => nameChooser(trial, settings.method) },
    ];
    const key = JSON.stringify(columns.map(({ column, name }) => [column, name]));
    if (key !== known) {
      known = key;
      if (!columns.some(({ column }) => column === order.column)) {
        const [name] = settings.objectives;
        order = { column: `metric ${name}`, down: isRising(name, schema) };
      }
      rows.forEach(({ row }) => row.remove());
      rows.clear();
      head.replaceChildren(h("th", { scope: "col" }, h("span.sr-only", {}, word("search.tick"))), ...columns.map(makeHead));
    }
    showOrder();
    showRows(sortTrials(trials, order));
  }

  function makeHead({ column, name, fixed }) {
    const { schema } = last;
    if (fixed) return h("th", { scope: "col" }, name);
    return h(isNumber(column) ? "th.number" : "th", { scope: "col", data: { column } }, h("button.search-sort", {
      type: "button", data: { sort: column }, on: { click: () => {
        order = { column, down: order.column === column ? !order.down : column.startsWith("metric") && isRising(column.slice(7), schema) };
        draw(last);
      } },
    }, name));
  }

  function showOrder() {
    for (const cell of head.children) {
      if (!cell.dataset.column) continue;
      if (cell.dataset.column === order.column) cell.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  }

  function showRows(trials) {
    const { best, ticked, opened } = last;
    const there = new Set(trials.map(({ number }) => number));
    const focused = body.contains(document.activeElement);
    for (const [number, { row }] of rows) {
      if (there.has(number)) continue;
      row.remove();
      rows.delete(number);
    }
    if (!there.has(current)) current = trials[0]?.number ?? -1;
    trials.forEach((trial, i) => {
      const made = rows.get(trial.number) ?? makeRow(trial.number);
      const { row, cells, box } = made;
      columns.forEach(({ text }, column) => setText(cells[column], text(trial)));
      const marks = [trial.state, best.includes(trial.number) && "best", trial.by === "hand" && "by-hand", opened === trial.number && "opened"];
      const classes = marks.filter(Boolean).join(" ");
      if (row.className !== classes) row.className = classes;
      const isTicked = ticked.includes(trial.number);
      if (box.checked !== isTicked) box.checked = isTicked;
      box.disabled = !OPENS.has(trial.state);
      row.tabIndex = trial.number === current ? 0 : -1;
      row.setAttribute("aria-selected", String(isTicked));
      if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null);
    });
    if (focused && !body.contains(document.activeElement)) rows.get(current)?.row.focus({ preventScroll: true });
  }

  function makeRow(number) {
    const box = h("input", { type: "checkbox", tabindex: -1, "aria-label": word("search.tick.one", { number }), on: { change: () => tick(number) } });
    const cells = columns.map(({ column }) => h(isNumber(column) ? "td.number" : "td"));
    const row = h("tr", { tabindex: -1, data: { trial: number }, on: {
      click: ({ target }) => {
        if (target === box || target.closest(".search-box")) return;
        focusOn(number);
        openOf(number);
      },
      keydown: (event) => press(event, number),
      focus: () => { current = number; },
    } }, h("td.search-box", {}, h("label", {}, box)), ...cells);
    const made = { row, cells, box };
    rows.set(number, made);
    return made;
  }

  function openOf(number) {
    if (OPENS.has(last.trials.find((trial) => trial.number === number)?.state)) open(number);
  }

  function press(event, number) {
    const row = rows.get(number).row;
    const all = [...body.children];
    const at = all.indexOf(row);
    const goTo = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (goTo !== undefined) {
      const next = /** @type {HTMLElement} */ (all[Math.max(0, Math.min(all.length - 1, goTo))]);
      focusOn(Number(next.dataset.trial));
    } else if (event.key === "Enter") openOf(number);
    else if (event.key === " ") {
      if (!rows.get(number).box.disabled) tick(number);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function focusOn(number) {
    rows.get(current)?.row.setAttribute("tabindex", "-1");
    current = number;
    const { row } = rows.get(number);
    row.tabIndex = 0;
    row.focus();
  }

  return { element, draw };
}

function isNumber(column) {
  return /^(value|metric|test) /.test(column);
}
