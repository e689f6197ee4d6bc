/** A map in words: its axes, its cells, how all of them stand. */

import { formatCount, formatLoss, formatPercent, formatValue } from "lib/format";
import { describeError } from "lib/errors";
import { optionText } from "lib/terms";
import { hasWord, word } from "lib/words";
import { digitsOf } from "map/model/axes";
import { readMap, summarize, valuesAt } from "map/model/reading";

/** What opens a network of two axes, and of one. */
const HOW = { mouse: ["map.how.mouse", "map.how.mouse.one"], finger: ["map.how.finger", "map.how.finger.one"] };

/** What an axis is called. */
export function nameAxis(path, schema) {
  const own = `map.axis.${path}`;
  return hasWord(own) ? word(own) : schema.field(path).label;
}

/**
 * A value of an axis, with as many digits as tell its cells apart.
 *
 * @param {ShownAxis} axis
 * @param {number|string} value
 */
export function formatAt(axis, value) {
  if (typeof value === "string") return optionText(axis.path, value);
  return Number.isInteger(value) ? formatCount(value).replace(/,/g, "") : formatValue(Number(value.toPrecision(digitsOf(axis, value))));
}

/** What cells are coloured by. */
export function nameMeasure(name, task) {
  return word(name === "test_score" && task === "regression" ? "map.colour.test_rmse" : `map.colour.${name}`);
}

/** "Learning rate 0.03, units 4" */
export function nameCell(sweep, at, schema) {
  const values = valuesAt(sweep, at);
  return sweep.axes.map((axis, i) => word("map.value", { name: nameAxis(axis.path, schema), value: formatAt(axis, values[i]) })).join(" · ");
}

/**
 * The numbers of a cell as a sentence.
 *
 * @param {MapCell} cell
 * @param {{task: Task, seeds: number}} how
 */
export function describeCell({ trainLoss, testLoss, testScore, lost, good, sharpness, limit, diverged }, { task, seeds }) {
  if (!diverged && !Number.isFinite(testLoss)) return word("map.waiting");
  if (diverged) return word(seeds > 1 ? "map.cell.diverged.all" : "map.cell.diverged");
  const said = [word(task === "regression" ? "map.cell.regression" : "map.cell", {
    train: formatLoss(trainLoss), test: formatLoss(testLoss), score: task === "regression" ? formatLoss(testScore) : formatPercent(testScore),
  })];
  if (seeds > 1) said.push(word("map.cell.seeds", { seeds, good: formatPercent(good, 0), lost: formatPercent(lost, 0) }));
  return [...said, describeSharpness({ sharpness, limit })].filter(Boolean).join(" ");
}

/** The sharpness of a cell as a sentence; "" where it is not known. */
export function describeSharpness({ sharpness, limit }) {
  if (!Number.isFinite(sharpness)) return "";
  return word(Number.isFinite(limit) ? "map.cell.sharpness.limit" : "map.cell.sharpness", { sharpness: formatLoss(sharpness), limit: formatLoss(limit) });
}

/**
 * What the axes show, for who sees a map for the first time.
 *
 * @param {Sweep} sweep
 * @param {any} schema
 * @param {"mouse"|"finger"|null} hand what opens a network; null where none can be opened
 */
export function describeAxes({ axes, networks }, schema, hand) {
  const one = axes.length === 1;
  const about = word(one ? "map.about.one" : "map.about", { count: formatCount(networks), across: nameAxis(axes[0].path, schema) });
  return hand ? `${about} ${word(HOW[hand][Number(one)])}` : about;
}

/**
 * How all cells stand.
 *
 * @param {{count: number, diverged: number, good: number, best: number}} sum
 * @param {{sweep: Sweep, task: Task, schema: any}} known
 */
export function describeSum({ count, diverged, good, best }, { sweep, task, schema }) {
  const said = [word(task === "regression" ? "map.good.regression" : "map.good", { good: formatCount(good), count: formatCount(count) })];
  if (diverged) said.push(word("map.diverged", { count: formatCount(diverged) }));
  if (best >= 0) said.push(word("map.best", { name: nameCell(sweep, best, schema) }));
  return said.join(" ");
}

/**
 * A frame of a map as it is spoken.
 *
 * @param {Frame} frame
 * @param {Sweep|null} sweep
 * @param {Context} context
 * @returns {string} "" where it has none
 */
export function speakMapOf(frame, sweep, { schema, taskOf }) {
  const map = readMap(frame, sweep);
  if (!map) return "";
  const epoch = word("spoken.map", { epoch: formatCount(map.epoch) });
  return [epoch, map.cells ? describeSum(summarize(map), { sweep, task: taskOf(frame.spec), schema }) : describeState(map)].join(" ");
}

/**
 * Why the server refuses a map.
 *
 * @param {{code: string, path?: string, message?: string}} problem
 * @param {MapAxis[]} axes that were asked for
 * @param {any} schema
 */
export function describeProblem(problem, axes, schema) {
  const [, place] = problem.path?.match(/^axes\.(\d)\.(low|high|values\.\d+)$/) ?? [];
  const kind = schema.sweepAxes().find(({ path }) => path === axes[Number(place)]?.path);
  if (!kind || kind.kind === "choice") return describeError(problem);
  const [low, high] = [kind.low, kind.high].map((end) => formatValue(end));
  return word("map.problem.range", { name: nameAxis(kind.path, schema), low, high });
}

/** What is going on, where it is not plain training. */
export function describeState({ state, ready = 0, waiting = false }) {
  if (waiting) return word("map.edited");
  if (state === "compiling") return word("map.compiling", { share: formatPercent(ready, 0) });
  return state === "failed" ? word("map.failed") : "";
}
