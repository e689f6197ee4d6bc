/** Metrics: train and test loss and score, and their gap. */

import { h, setText } from "lib/dom";
import { formatLoss, formatPercent, describeDifference } from "lib/format";
import { makeTerm } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { targetOf } from "plot/table-axes";
import { word } from "lib/words";

const PERIOD = 100;
const percent = (value) => formatPercent(value);
/** Between two percentages. */
const points = (value) => word("format.points", { value: (100 * value).toFixed(1) });

/** @type {[string, (value: number) => string][]} */
const CLASSIFICATION = [
  ["train_loss", formatLoss], ["test_loss", formatLoss],
  ["train_accuracy", percent], ["test_accuracy", percent],
];
/** @type {[string, (value: number) => string][]} */
const REGRESSION = [
  ["train_rmse", formatLoss], ["test_rmse", formatLoss],
  ["train_r2", formatLoss], ["test_r2", formatLoss],
];

/** @returns {{update, resize, destroy}} */
export function create(element) {
  const cards = Array.from({ length: 4 }, () => {
    const label = h("span.metric-label");
    const value = h("span.metric-value");
    const card = makeTerm("div.metric", "", label, value);
    element.append(card);
    return { label, value, card };
  });
  const gap = makeTerm("p.gap", "");
  element.after(gap);
  const throttle = createThrottle(PERIOD, paint);

  function update(frame) {
    throttle.offer(frame);
  }

  function paint(frame) {
    const { meta } = frame;
    const target = targetOf(frame);
    element.dataset.step = meta.step;
    const shown = "train_accuracy" in meta ? CLASSIFICATION : REGRESSION;
    shown.forEach(([key, format], i) => {
      setText(cards[i].label, word(`metric.${key}`));
      setText(cards[i].value, format(meta[key]));
      cards[i].card.dataset.metric = key;
      cards[i].card.dataset.help = explain(key, meta);
    });
    setText(gap, describeGap(meta, shown, target));
    gap.dataset.help = meta.penalty > 0
      ? `${word("help.metric.gap")}\n${word("help.metric.penalty")}` : word("help.metric.gap");
  }

  /** What a number is and, where that is not plain, what it was measured on. */
  function explain(key, meta) {
    const help = word(`help.metric.${key}`);
    if (!("measured_step" in meta)) return help;
    const images = word(`help.metric.images.${key.split("_", 1)[0]}`);
    return `${help}\n${images}`;
  }

  function describeGap(meta, shown, target) {
    const [train, test, trainScore, testScore] = shown.map(([key]) => meta[key]);
    const classes = shown === CLASSIFICATION;
    const parts = [word(classes ? "metric.gap" : "metric.gap.regression", {
      loss: describeDifference(test - train),
      score: describeDifference(testScore - trainScore, classes ? points : formatLoss),
    })];
    if (target) parts.push(word("metric.unit", { unit: target.unit }));
    const validation = describeValidation(meta);
    if (validation) parts.push(validation);
    if (meta.penalty > 0) parts.push(word("metric.penalty", { penalty: formatLoss(meta.penalty) }));
    if (shownLoss(meta)) parts.push(shownLoss(meta));
    return parts.join(" · ");
  }

  function describeValidation(meta) {
    if (!("validation_loss" in meta)) return "";
    return "validation_accuracy" in meta
      ? word("metric.validation", { loss: formatLoss(meta.validation_loss), score: percent(meta.validation_accuracy) })
      : word("metric.validation.regression", { loss: formatLoss(meta.validation_rmse), score: formatLoss(meta.validation_r2) });
  }

  function shownLoss(meta) {
    if ("train_accuracy" in meta) return "";
    return word("metric.losses", { train: formatLoss(meta.train_loss), test: formatLoss(meta.test_loss) });
  }

  function destroy() {
    throttle.cancel();
    gap.remove();
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
