/** Formulas of batch normalization: mean and variance of the batch, and the chain rule through them. Pure. */

import { bracket, formatFigure, joinTerms, slopeFor, symbolOf } from "step/notation";

/** What is added to the variance. */
const EPSILON = "0.001";
const SHOWN = 5;

/** The root that a sum is divided by. */
export function writeDeviation(variance) {
  return `√(${formatFigure(variance)} + ${EPSILON})`;
}

/** Whether a column of units is normalized. */
export function isNormalized({ spec, last }, column) {
  return column > 0 && column < last && spec.layers[column - 1].batch_norm;
}

/** Mean of a unit's weighted sums over the batch. */
function nodeOfMean(step, column, unit, sumOf) {
  return nodeOfAverage(step, "μ", "s", step.statistics(column, unit).mean, (row) => {
    const value = step.value("sums", row, column, unit);
    return [bracket(value), () => sumOf(row)];
  });
}

/** Their variance. */
function nodeOfVariance(step, column, unit, sumOf) {
  const { mean, variance } = step.statistics(column, unit);
  return nodeOfAverage(step, "σ²", "(s − μ)²", variance, (row) => {
    const away = `(${formatFigure(step.value("sums", row, column, unit))} − ${bracket(mean)})²`;
    return [away, () => sumOf(row)];
  }, [() => nodeOfMean(step, column, unit, sumOf)]);
}

/** A weighted sum after normalization, before scale and shift. */
export function nodeOfNormal(step, row, column, unit, sumOf) {
  const { mean, variance } = step.statistics(column, unit);
  const sum = step.value("sums", row, column, unit);
  return {
    symbol: symbolOf("ŝ", step, column, unit), formula: `(s − μ) / √(σ² + ${EPSILON})`,
    numbers: `(${formatFigure(sum)} − ${bracket(mean)}) / ${writeDeviation(variance)}`,
    value: normalOf(step, row, column, unit), note: "",
    parts: [
      () => sumOf(row), () => nodeOfMean(step, column, unit, sumOf), () => nodeOfVariance(step, column, unit, sumOf),
    ],
  };
}

/**
 * The gradient for a unit's weighted sum. Every row moves mean and variance, so what it has in common with
 * the rest of the batch, the gradients of shift and scale, is taken off:
 * γ (∂L/∂z − ∂L/∂β − ŝ ∂L/∂γ) / √(σ² + 0.001).
 *
 * @param {any} step
 * @param {number} row
 * @param {number} column
 * @param {number} unit
 * @param {{sumOf: (row: number) => FormulaNode, gradientOf: (row: number) => FormulaNode}} nodes the weighted
 *   sum of a row, and the gradient for its z
 * @returns {FormulaNode}
 */
export function nodeThroughNormalization(step, row, column, unit, { sumOf, gradientOf }) {
  const above = gradientOf(row);
  const [scale, shift] = ["scale", "shift"].map((name) => step.parameter(step.unitParameter(name, column, unit)));
  const normal = nodeOfNormal(step, row, column, unit, sumOf);
  const { variance } = step.statistics(column, unit);
  const back = (one) => step.value("byZ", one, column, unit);
  const byShift = () => nodeOfAverage(step, slopeFor("β"), "∂L/∂z", shift.lossGradient,
    (one) => [bracket(back(one)), () => gradientOf(one)]);
  const byScale = () => nodeOfAverage(step, slopeFor("γ"), "ŝ · ∂L/∂z", scale.lossGradient, (one) => [
    `${bracket(normalOf(step, one, column, unit))} · ${bracket(back(one))}`,
    () => nodeOfNormal(step, one, column, unit, sumOf),
  ]);
  return {
    symbol: slopeFor(symbolOf("s", step, column, unit)),
    formula: `γ (∂L/∂z − ∂L/∂β − ŝ · ∂L/∂γ) / √(σ² + ${EPSILON})`,
    numbers: `${bracket(scale.old)} · (${formatFigure(above.value)} − ${bracket(shift.lossGradient)} − `
      + `${bracket(normal.value)} · ${bracket(scale.lossGradient)}) / ${writeDeviation(variance)}`,
    value: step.value("bySums", row, column, unit), note: "step.note.through",
    parts: [() => above, byShift, byScale, () => normal, () => nodeOfVariance(step, column, unit, sumOf)],
  };
}

function normalOf(step, row, column, unit) {
  const { mean, variance } = step.statistics(column, unit);
  return (step.value("sums", row, column, unit) - mean) / Math.sqrt(variance + Number(EPSILON));
}

/** The mean of something over all rows of the batch, of which the first ones are known. */
function nodeOfAverage(step, symbol, each, value, termOf, more = []) {
  const { batch } = step.summary;
  const terms = Array.from({ length: step.rows }, (_, row) => termOf(row));
  const hidden = batch > step.rows;
  const written = joinTerms([...terms.map(([text]) => text), ...(hidden ? ["…"] : [])], SHOWN);
  return {
    symbol, formula: `(Σ ${each}) / ${batch}`, numbers: `(${written}) / ${batch}`, value,
    parts: [...more, ...terms.map(([, open]) => open)], note: hidden ? "step.note.rows" : "",
  };
}
