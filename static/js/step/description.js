/** Description of one step: the arrays of the `one_step` view, taken apart. Pure. */

import { inputsOf } from "spec/inputs";
import { indexWeights, listPieces, placeOf, sumsOfUnit } from "spec/weights";

/** Numbers of the array `step_summary`, in their order. */
const SUMMARY = [
  "point", "batch", "loss", "penalty", "rate", "factor", "updates", "norm", "clip", "correctM",
  "correctV", "difference", "checked", "numeric",
];
/** Numbers of each row and unit in `step_values`. */
const VALUES = ["sums", "z", "a", "h", "slopes", "byH", "byZ", "bySums"];
/** Columns of `step_parameters`. */
const PARAMETER = [
  "old", "lossGradient", "penaltyGradient", "gradient", "oldM", "newM", "oldV", "newV", "change", "new",
];
/** Columns of `step_examples` before the targets. */
const EXAMPLE = ["index", "x1", "x2", "label", "loss"];

/**
 * @param {Frame} frame
 * @param {{loss: string, outputActivation: string}} head names of the loss and of what goes with it
 * @returns {?Object} null where the frame holds no description
 */
export function readStep({ arrays, spec, meta }, { loss, outputActivation }) {
  if (!arrays.step_summary) return null;
  const values = arrays.step_values.data;
  const [, rows, columns] = arrays.step_values.shape;
  const [hidden, pieces] = [spec.layers.map((layer) => layer.units), listPieces(spec)];
  const hiddenSums = hidden.map((count, i) => count * pieces[i]);
  const outputs = columns - inputsOf(spec).length - sum(hiddenSums);
  const widths = [inputsOf(spec).length, ...hidden, outputs];
  if (outputs < 1) return null;
  const sums = [inputsOf(spec).length, ...hiddenSums, outputs];
  const starts = sums.map((_, column) => sum(sums.slice(0, column)));
  const index = indexWeights(widths, pieces);
  const examples = arrays.step_examples;
  const parameters = arrays.step_parameters.data;

  return {
    spec,
    /** What axes and the target of a table are told by. */
    table: { spec, arrays: { columns: arrays.columns } },
    loss,
    outputActivation,
    step: meta.step,
    rows,
    widths,
    /** Weighted sums of each column: more than units where those have several pieces. */
    sums,
    last: widths.length - 1,
    summary: Object.fromEntries(SUMMARY.map((name, i) => [name, arrays.step_summary.data[i]])),
    /** A number of a unit (`a`, `h`, `byH`) or of a weighted sum: one of `VALUES`. */
    value: (name, row, column, unit) =>
      values[(VALUES.indexOf(name) * rows + row) * columns + starts[column] + unit],
    /** A row of the batch, with its targets. */
    example: (row) => {
      const width = examples.shape[1];
      const numbers = examples.data.subarray(row * width, (row + 1) * width);
      return {
        ...Object.fromEntries(EXAMPLE.map((name, i) => [name, numbers[i]])),
        targets: [...numbers.subarray(EXAMPLE.length)],
      };
    },
    /** Where a weight stands among all parameters; `from` is a number or "bias". */
    indexOf: ({ layer, from, to }) => placeOf(index.layers[layer], from, to),
    /** A parameter by its index: all that the update makes of it. */
    parameter: (at) => Object.fromEntries(PARAMETER.map((name, i) => [name, parameters[at * PARAMETER.length + i]])),
    /** A parameter of a hidden weighted sum: its slope, or scale and shift of its normalization. */
    unitParameter: (name, column, sumAt) => {
      const all = sum(hiddenSums);
      const block = { slope: 0, scale: 1, shift: 2 }[name];
      return index.count + block * all + starts[column] - widths[0] + sumAt;
    },
    /** Mean and variance of the batch before the normalization of a weighted sum. */
    statistics: (column, sumAt) => {
      const at = 2 * (starts[column] - widths[0] + sumAt);
      return { mean: arrays.step_units.data[at], variance: arrays.step_units.data[at + 1] };
    },
  };
}

/** The weighted sums of a unit: one for each of its pieces. */
export function sumsOf({ widths, sums }, column, unit) {
  return sumsOfUnit(unit, widths[column], sums[column] / widths[column]);
}

/** The unit that a weighted sum is of. */
export function unitOf({ widths }, column, sumAt) {
  return sumAt % widths[column];
}

/**
 * The stages of a step, from the inputs to the new weights.
 *
 * @param {{last: number}} description
 * @returns {{kind: string, column: number}[]} `column` is what they are about
 */
export function listStages({ last }) {
  const hidden = Array.from({ length: last - 1 }, (_, i) => i + 1);
  return [
    { kind: "inputs", column: 0 },
    ...hidden.map((column) => ({ kind: "forward", column })),
    { kind: "output", column: last },
    { kind: "loss", column: last },
    { kind: "backOutput", column: last },
    ...hidden.reverse().map((column) => ({ kind: "back", column })),
    { kind: "update", column: last },
  ];
}

/**
 * The number that a unit shows in a stage, if it has one already.
 *
 * @param {Object} description
 * @param {{kind: string, column: number}} stage
 * @returns {{name: string, value: number}|null}
 */
export function numberOfUnit(description, stage, row, column, unit) {
  const { value } = description;
  const isBack = ["backOutput", "back"].includes(stage.kind);
  // Of the pieces of a unit one alone has a gradient.
  const byZ = () => sum(sumsOf(description, column, unit).map((sumAt) => value("byZ", row, column, sumAt)));
  if (isBack) return column >= stage.column ? { name: "byZ", value: byZ() } : null;
  if (stage.kind === "update") return null;
  return column <= stage.column ? { name: "h", value: value("h", row, column, unit) } : null;
}

/** The number that a link shows in a stage: its weight, its gradient, or how far it is moved. */
export function numberOfLink(description, stage, link) {
  const parameter = description.parameter(description.indexOf(link));
  const into = link.layer + 1;
  if (stage.kind === "update") return { name: "update", value: parameter.new - parameter.old };
  if (into !== stage.column) return null;
  if (["forward", "output"].includes(stage.kind)) return { name: "weight", value: parameter.old };
  if (["backOutput", "back"].includes(stage.kind)) return { name: "gradient", value: parameter.lossGradient };
  return null;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
