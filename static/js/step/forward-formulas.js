/** Formulas of the forward pass and of the loss, as nodes that open into what they are made of. Pure. */

import { isFrozen } from "spec/layers";
import { sumsOf } from "step/description";
import { writeActivation, writeLoss } from "step/functions";
import { isNormalized, nodeOfNormal, writeDeviation } from "step/normalization-formulas";
import { bracket, formatFigure, joinTerms, symbolOf, symbolOfUnit, symbolOfWeight } from "step/notation";

/** @returns {FormulaNode} */
export function makeNode(symbol, formula, numbers, value, parts = [], note = "") {
  return { symbol, formula, numbers, value, parts, note };
}

/** The weight or bias as it is, before the update. */
export function nodeOfWeight(step, link) {
  return makeNode(symbolOfWeight(step, link), "", "", step.parameter(step.indexOf(link)).old);
}

/** What a unit hands on: a feature, an activation, an activation after dropout, an output. */
export function nodeOfUnit(step, row, column, unit) {
  const value = step.value("h", row, column, unit);
  const symbol = symbolOfUnit(step, column, unit);
  if (column === 0) return makeNode(symbol, "", "", value, [], "step.note.input");
  if (column === step.last) return nodeOfOutput(step, row, unit);
  const dropout = step.spec.layers[column - 1].dropout;
  if (!dropout) return nodeOfActivation(step, row, column, unit);
  const a = step.value("a", row, column, unit);
  const factor = value === 0 && a !== 0 ? 0 : 1 / (1 - dropout);
  return makeNode(symbol, `${symbolOf("a", step, column, unit)} · ${factor ? "1 / (1 − p)" : "0"}`,
    `${bracket(a)} · ${formatFigure(factor)}`, value,
    [() => nodeOfActivation(step, row, column, unit)], "step.note.dropout");
}

/** The activation of a hidden unit, f(z), or the largest of its pieces. */
export function nodeOfActivation(step, row, column, unit) {
  const a = step.value("a", row, column, unit);
  const pieces = sumsOf(step, column, unit);
  if (pieces.length > 1) {
    return makeNode(symbolOf("a", step, column, unit), `max(${pieces.map((sum) => symbolOf("z", step, column, sum)).join(", ")})`,
      `max(${pieces.map((sum) => formatFigure(step.value("z", row, column, sum))).join(", ")})`, a,
      pieces.map((sum) => () => nodeOfPreActivation(step, row, column, sum)));
  }
  const z = step.value("z", row, column, unit);
  const { activation } = step.spec.layers[column - 1];
  const { value, valueNumbers } = writeActivation(activation, z, a, slopeBelow(step, column, unit));
  return makeNode(symbolOf("a", step, column, unit), value, valueNumbers, a,
    [() => nodeOfPreActivation(step, row, column, unit)]);
}

/** The slope for z < 0: a setting of the layer, or learned. */
export function slopeBelow(step, column, unit) {
  const { activation, negative_slope: slope } = step.spec.layers[column - 1];
  return activation === "prelu" ? step.parameter(step.unitParameter("slope", column, unit)).old : slope;
}

/** z: the weighted sum, normalized where the layer is; of a unit with several pieces, one of them. */
export function nodeOfPreActivation(step, row, column, unit) {
  if (!isNormalized(step, column)) return nodeOfSum(step, row, column, unit, "z");
  const { mean, variance } = step.statistics(column, unit);
  const scale = step.parameter(step.unitParameter("scale", column, unit)).old;
  const shift = step.parameter(step.unitParameter("shift", column, unit)).old;
  const s = step.value("sums", row, column, unit);
  return makeNode(symbolOf("z", step, column, unit), "γ (s − μ) / √(σ² + 0.001) + β",
    `${formatFigure(scale)} · (${formatFigure(s)} − ${bracket(mean)}) / ${writeDeviation(variance)} + ${bracket(shift)}`,
    step.value("z", row, column, unit), isFrozen(step.spec, column - 1)
      ? [() => nodeOfSum(step, row, column, unit, "s")] : [() => nodeOfNormal(step, row, column, unit, sumOf(step, column, unit))],
    isFrozen(step.spec, column - 1) ? "step.note.averages" : "step.note.normalized");
}

/** The weighted sums of a normalized unit, row by row. */
export function sumOf(step, column, unit) {
  return (row) => nodeOfSum(step, row, column, unit, "s");
}

/** The weighted sum of what comes in, and the bias. */
function nodeOfSum(step, row, column, unit, letter) {
  const inputs = Array.from({ length: step.widths[column - 1] }, (_, from) => from);
  const link = (from) => ({ layer: column - 1, from, to: unit });
  const weight = (from) => step.parameter(step.indexOf(link(from))).old;
  const terms = inputs.map((from) => `${bracket(weight(from))} · ${bracket(step.value("h", row, column - 1, from))}`);
  const symbols = inputs.map((from) => `${symbolOfWeight(step, link(from))} ${symbolOfUnit(step, column - 1, from)}`);
  return makeNode(symbolOf(letter, step, column, unit), joinTerms([...symbols, symbolOfWeight(step, link("bias"))]),
    joinTerms([...terms, bracket(weight("bias"))]), step.value("sums", row, column, unit), [
      ...inputs.map((from) => () => nodeOfUnit(step, row, column - 1, from)),
      ...[...inputs, "bias"].map((from) => () => nodeOfWeight(step, link(from))),
    ]);
}

/** An output: the output activation of its logit. */
export function nodeOfOutput(step, row, unit) {
  const { last, widths } = step;
  const z = step.value("z", row, last, unit);
  const k = widths[last];
  const [formula, numbers] = writeOutput(step.outputActivation, z, () =>
    Array.from({ length: k }, (_, i) => step.value("z", row, last, i)));
  return makeNode(symbolOfUnit(step, last, unit), formula, numbers, step.value("h", row, last, unit),
    Array.from({ length: k }, (_, i) => () => nodeOfPreActivation(step, row, last, k > 1 ? i : unit)));
}

function writeOutput(name, z, all) {
  if (name === "softmax") {
    const exps = all().map((one) => `exp(${formatFigure(one)})`);
    return ["exp(z) / Σ exp(z)", `exp(${formatFigure(z)}) / (${joinTerms(exps)})`];
  }
  if (name === "sigmoid") return ["σ(z)", `σ(${formatFigure(z)})`];
  if (name === "tanh") return ["tanh(z)", `tanh(${formatFigure(z)})`];
  return ["z", formatFigure(z)];
}

/** The loss of one example of the batch. */
export function nodeOfLoss(step, row) {
  const { last, widths } = step;
  const k = widths[last];
  const { targets, loss } = step.example(row);
  const outputs = targets.map((_, i) => step.value("h", row, last, i));
  const right = outputs[Math.max(0, targets.indexOf(1))];
  const [formula, numbers] = writeLoss(step.loss, { p: outputs[0], y: targets[0], k, right }).loss;
  const squares = outputs.map((p, i) => `(${formatFigure(p)} − ${formatFigure(targets[i])})²`);
  return makeNode("L", formula, numbers ?? `(${joinTerms(squares)}) / ${k}`, loss,
    outputs.map((_, i) => () => nodeOfOutput(step, row, i)));
}
