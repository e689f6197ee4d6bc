/** Formulas of the backward pass and of the update: the chain rule as nodes that open. Pure. */

import { makeNode, nodeOfActivation, nodeOfOutput, nodeOfPreActivation, nodeOfUnit, nodeOfWeight, slopeBelow, sumOf } from "step/forward-formulas";
import { unitOf } from "step/description";
import { writeActivation, writeLoss, writeOptimizer } from "step/functions";
import { isNormalized, nodeThroughNormalization, writeDeviation } from "step/normalization-formulas";
import { isFrozen } from "spec/layers";
import { bracket, formatFigure, joinTerms, slopeFor, symbolOf, symbolOfUnit, symbolOfWeight } from "step/notation";

const UNTIL = 8;

/** The gradient of an example's loss for an input, or for a weighted sum, z. */
export function nodeOfGradient(step, row, column, unit) {
  if (column === 0) return nodeOfHandedOn(step, row, column, unit);
  return column === step.last ? nodeOfLogitGradient(step, row, unit) : nodeOfInner(step, row, column, unit);
}

function nodeOfInner(step, row, column, sum) {
  const unit = unitOf(step, column, sum);
  if (step.sums[column] > step.widths[column]) return nodeOfPiece(step, row, column, sum);
  const { activation } = step.spec.layers[column - 1];
  const z = step.value("z", row, column, unit);
  const a = step.value("a", row, column, unit);
  const slope = step.value("slopes", row, column, unit);
  const above = nodeOfActivationGradient(step, row, column, unit);
  const written = writeActivation(activation, z, a, slopeBelow(step, column, unit));
  return makeNode(slopeFor(symbolOf("z", step, column, unit)),
    `${above.symbol} · ${written.slope === "f′(z)" ? "f′(z)" : `(${written.slope})`}`,
    `${bracket(above.value)} · ${bracket(slope)}`, step.value("byZ", row, column, unit), [
      () => above,
      () => makeNode("f′(z)", written.slope, written.slope === "f′(z)" ? "" : written.slopeNumbers, slope, [
        () => nodeOfActivation(step, row, column, unit),
      ]),
    ]);
}

/** The gradient for one piece of a unit: the whole of it for the largest, none for the others. */
function nodeOfPiece(step, row, column, sum) {
  const unit = unitOf(step, column, sum);
  const above = nodeOfActivationGradient(step, row, column, unit);
  const slope = step.value("slopes", row, column, sum);
  const [z, a] = [symbolOf("z", step, column, sum), symbolOf("a", step, column, unit)];
  return makeNode(slopeFor(z), `${above.symbol} · ∂a/∂z`, `${bracket(above.value)} · ${formatFigure(slope)}`,
    step.value("byZ", row, column, sum), [
      () => above,
      () => makeNode("∂a/∂z", slope ? `${z} = ${a}` : `${z} < ${a}`, formatFigure(slope), slope, [
        () => nodeOfActivation(step, row, column, unit),
      ], "step.note.piece"),
    ]);
}

/** Back through dropout, where there is any. */
function nodeOfActivationGradient(step, row, column, unit) {
  const handed = nodeOfHandedOn(step, row, column, unit);
  const { dropout } = step.spec.layers[column - 1];
  if (!dropout) return { ...handed, symbol: slopeFor(symbolOf("a", step, column, unit)) };
  const factor = step.value("h", row, column, unit) === 0 ? 0 : 1 / (1 - dropout);
  return makeNode(slopeFor(symbolOf("a", step, column, unit)), `${handed.symbol} · ${factor ? "1 / (1 − p)" : "0"}`,
    `${bracket(handed.value)} · ${formatFigure(factor)}`, handed.value * factor, [() => handed], "step.note.dropout");
}

/** The gradient for what the next layer gets: from every unit of that layer, by its weight. */
function nodeOfHandedOn(step, row, column, unit) {
  const next = Array.from({ length: step.sums[column + 1] }, (_, to) => to);
  const link = (to) => ({ layer: column, from: unit, to });
  const weight = (to) => step.parameter(step.indexOf(link(to))).old;
  const back = (to) => step.value("bySums", row, column + 1, to);
  return makeNode(slopeFor(symbolOfUnit(step, column, unit)),
    joinTerms(next.map((to) => `${symbolOfWeight(step, link(to))} ${slopeFor(symbolOfSum(step, column + 1, to))}`), UNTIL),
    joinTerms(next.map((to) => `${bracket(weight(to))} · ${bracket(back(to))}`), UNTIL),
    step.value("byH", row, column, unit), [
      ...next.map((to) => () => nodeOfSumGradient(step, row, column + 1, to)),
      ...next.map((to) => () => nodeOfWeight(step, link(to))),
    ]);
}

/** The gradient for a unit's weighted sum: that for z, but for batch normalization between them. */
function nodeOfSumGradient(step, row, column, unit) {
  if (!isNormalized(step, column)) return nodeOfGradient(step, row, column, unit);
  if (isFrozen(step.spec, column - 1)) {
    const above = nodeOfGradient(step, row, column, unit);
    const { variance } = step.statistics(column, unit);
    const scale = step.parameter(step.unitParameter("scale", column, unit)).old;
    return makeNode(slopeFor(symbolOfSum(step, column, unit)), `γ ${above.symbol} / √(σ² + 0.001)`,
      `${bracket(scale)} · ${bracket(above.value)} / ${writeDeviation(variance)}`,
      step.value("bySums", row, column, unit), [() => above], "step.note.averages");
  }
  return nodeThroughNormalization(step, row, column, unit, {
    sumOf: sumOf(step, column, unit), gradientOf: (one) => nodeOfGradient(step, one, column, unit),
  });
}

function symbolOfSum(step, column, unit) {
  return symbolOf(isNormalized(step, column) ? "s" : "z", step, column, unit);
}

/** The gradient for the output layer's z. */
function nodeOfLogitGradient(step, row, unit) {
  const { last, widths } = step;
  const k = widths[last];
  const { targets } = step.example(row);
  const p = step.value("h", row, last, unit);
  const { slope } = writeLoss(step.loss, { p, y: targets[unit], k, right: p });
  const value = step.value("byZ", row, last, unit);
  const symbol = slopeFor(symbolOf("z", step, last, unit));
  const output = () => nodeOfOutput(step, row, unit);
  if (!slope) {
    return makeNode(symbol, `${symbolOfUnit(step, last, unit)} − y`, `${formatFigure(p)} − ${bracket(targets[unit])}`, value,
      [output], "step.note.together");
  }
  const byOutput = step.value("byH", row, last, unit);
  const first = makeNode(slopeFor(symbolOfUnit(step, last, unit)), slope[0], slope[1], byOutput, [output]);
  if (k > 1) return makeNode(symbol, "ŷ (∂L/∂ŷ − Σ ŷ ∂L/∂ŷ)", "", value, [() => first], "step.note.softmax");
  const { outputActivation } = step;
  const local = outputActivation === "tanh" ? 1 - p * p : outputActivation === "sigmoid" ? p * (1 - p) : 1;
  const [formula, numbers] = { tanh: ["1 − ŷ²", `1 − ${bracket(p)}²`], sigmoid: ["ŷ (1 − ŷ)", `${formatFigure(p)} · (1 − ${bracket(p)})`] }[outputActivation] ?? ["1", "1"];
  return makeNode(symbol, `${first.symbol} · (${formula})`, `${bracket(byOutput)} · ${bracket(local)}`, value, [
    () => first, () => makeNode("∂ŷ/∂z", formula, numbers, local, [() => nodeOfPreActivation(step, row, last, unit)]),
  ]);
}

/** The gradient of a weight or bias: the mean over the batch. */
export function nodeOfWeightGradient(step, link) {
  const { layer, from, to } = link;
  const batch = step.summary.batch;
  const p = step.parameter(step.indexOf(link));
  const rows = Array.from({ length: step.rows }, (_, row) => row);
  const symbol = slopeFor(symbolOfWeight(step, link));
  if (from === "bias" && layer < step.last - 1 && step.spec.layers[layer].batch_norm) {
    return makeNode(symbol, "0", "", p.lossGradient, [], "step.note.bias");
  }
  const handed = (row) => (from === "bias" ? 1 : step.value("h", row, layer, from));
  const back = (row) => step.value("bySums", row, layer + 1, to);
  const product = (row) => (from === "bias" ? bracket(back(row)) : `${bracket(handed(row))} · ${bracket(back(row))}`);
  const one = `${from === "bias" ? "" : `${symbolOfUnit(step, layer, from)} · `}${slopeFor(symbolOfSum(step, layer + 1, to))}`;
  const parts = rows.map((row) => () => makeNode(`${row + 1}`, one, product(row), handed(row) * back(row), [
    () => nodeOfSumGradient(step, row, layer + 1, to),
    ...(from === "bias" ? [] : [() => nodeOfUnit(step, row, layer, from)]),
  ]));
  const hidden = batch > step.rows;
  return makeNode(symbol, batch > 1 ? `(Σ ${one}) / ${batch}` : one,
    batch > 1 ? `(${joinTerms([...rows.map((row) => bracket(handed(row) * back(row))), ...(hidden ? ["…"] : [])], 5)}) / ${batch}` : product(0),
    p.lossGradient, parts, hidden ? "step.note.rows" : "");
}

/**
 * The gradient that the optimizer is given: with the penalty's, and clipped.
 *
 * @returns {FormulaNode}
 */
export function nodeOfWholeGradient(step, link) {
  const p = step.parameter(step.indexOf(link));
  const loss = nodeOfWeightGradient(step, link);
  if (isFrozen(step.spec, link.layer)) return makeNode("g", "0", "", p.gradient, [() => loss], "step.note.frozen");
  const { clip } = step.summary;
  const { l1, l2 } = step.spec.regularization;
  const parts = [() => loss];
  let [formula, numbers] = [loss.symbol, formatFigure(p.lossGradient)];
  if (p.penaltyGradient !== 0) {
    const [f, n] = [
      [l1 && "l₁ sign(w)", l2 && "2 l₂ w"].filter(Boolean).join(" + "),
      [l1 && `${formatFigure(l1)} · ${Math.sign(p.old)}`, l2 && `2 · ${formatFigure(l2)} · ${bracket(p.old)}`].filter(Boolean).join(" + "),
    ];
    parts.push(() => makeNode("∂R/∂w", f, n, p.penaltyGradient));
    formula = `${formula} + ∂R/∂w`;
    numbers = `${numbers} + ${bracket(p.penaltyGradient)}`;
  }
  if (clip < 1) {
    formula = `(${formula}) · c / ‖g‖`;
    numbers = `(${numbers}) · ${formatFigure(step.spec.optimizer.clip_norm)} / ${formatFigure(step.summary.norm)}`;
  }
  return makeNode("g", formula, numbers, p.gradient, parts, clip < 1 ? "step.note.clipped" : "");
}

/** The new weight: the old one, the rate, and what the optimizer makes of the gradient. */
export function nodeOfUpdate(step, link) {
  const p = step.parameter(step.indexOf(link));
  const { rate } = step.summary;
  if (isFrozen(step.spec, link.layer)) {
    const own = symbolOfWeight(step, link);
    return makeNode(`${own} ←`, own, formatFigure(p.old), p.new, [() => nodeOfWholeGradient(step, link)], "step.note.frozen");
  }
  const lines = writeOptimizer(step.spec.optimizer, p, step.summary).map(([symbol, formula, numbers, value]) =>
    makeNode(symbol, formula, numbers, value, symbol === "d" ? [() => nodeOfWholeGradient(step, link)] : []));
  const symbol = symbolOfWeight(step, link);
  return makeNode(`${symbol} ←`, `${symbol} − η · d`, `${formatFigure(p.old)} − ${formatFigure(rate)} · ${bracket(p.change)}`, p.new, [
    ...lines.map((line) => () => line), () => nodeOfWholeGradient(step, link), () => nodeOfRate(step),
  ]);
}

function nodeOfRate(step) {
  const { rate, factor } = step.summary;
  const { learning_rate: whole } = step.spec.optimizer;
  return factor === 1
    ? makeNode("η", "", "", rate)
    : makeNode("η", "η₀ · s", `${formatFigure(whole)} · ${formatFigure(factor)}`, rate);
}
