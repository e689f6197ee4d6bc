/** CSV of points: read by the server, written by the page. */

import { PARTS, POINT_COLUMNS } from "plot/readout";
import { word } from "lib/words";

/** What the server finds wrong; each has its words. */
const RULES = [
  "encoding", "empty", "unreadable", "header", "columns", "missing", "not_number", "out_of_plane",
  "mixed_labels", "label_size", "too_many_classes", "too_few", "too_many",
];
const TOO_LARGE = 413;
const BUSY = 503;
const DIGITS = 9;

/**
 * Has the server read a text or a file.
 *
 * @param {string|Blob} content
 * @param {boolean} fit whether points are to be scaled into the plane
 * @returns {Promise<{table?: Object, problem?: string, canFit?: boolean}>} `table` has points,
 *   task and classes; `problem` says in words why there is none
 */
export async function readCsv(content, fit) {
  let answer;
  try {
    answer = await fetch(`api/points${fit ? "?fit=1" : ""}`, {
      method: "POST", headers: { "Content-Type": "text/csv" }, body: content,
    });
  } catch {
    return { problem: word("csv.unreachable") };
  }
  if (answer.ok) return { table: await answer.json() };
  if (answer.status === TOO_LARGE) return { problem: word("csv.too_large") };
  if (answer.status === BUSY) return { problem: word("csv.busy") };
  const { error } = await answer.json();
  return { problem: describe(error), canFit: error.rule === "out_of_plane" };
}

function describe({ rule, message, line, column, ...values }) {
  if (!RULES.includes(rule)) return message;
  const text = word(`csv.${rule}`, values);
  if (column) return word("csv.at.cell", { line, column, text });
  return line ? word("csv.at.line", { line, text }) : text;
}

/**
 * Writes a frame's points.
 *
 * @param {Float32Array} rows
 * @param {{predictions: boolean, axes?: ?PlaneAxis[], target?: ?Target, classes?: string[]}} what whether
 *   predictions and losses are written, too; axes and target of a table, whose values are written in their
 *   own units; the names of the classes, where they have names
 */
export function writeCsv(rows, { predictions, axes = null, target = null, classes = [] }) {
  const names = [...(axes ? axes.map(({ name }) => name) : ["x1", "x2"]), "label", "part", ...(predictions ? ["prediction", "loss"] : [])];
  const lines = [names.join(",")];
  for (let at = 0; at < rows.length; at += POINT_COLUMNS) {
    const [x1, x2, label, part, prediction, loss] = rows.subarray(at, at + POINT_COLUMNS);
    const tell = (value) => classes[value] ?? shortest(target ? Math.fround(target.toValue(value)) : value);
    const places = axes ? axes.map(({ toValue }, k) => Math.fround(toValue(k ? x2 : x1))) : [x1, x2];
    const numbers = predictions ? [tell(prediction), shortest(loss)] : [];
    lines.push([...places.map(shortest), tell(label), PARTS[part], ...numbers].join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** The fewest digits that say a number of single precision. */
function shortest(value) {
  for (let digits = 1; digits < DIGITS; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(text) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(DIGITS)));
}
