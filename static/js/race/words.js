/** What a race shows in words: the names of its networks, how it stands, who is ahead. */

import { formatCount, formatLoss, formatPercent, formatValue } from "lib/format";
import { word } from "lib/words";
import { isEnsemble } from "race/reading";
import { describeValue } from "spoken/changes";

/** Test accuracy from which a network of an ensemble has learned its task. */
const SUCCESS = 0.95;

/**
 * What the networks are called by what differs: "Adam", "Learning rate 0.03". One without a change
 * has what the others were changed from.
 *
 * @param {Race} race
 * @param {{schema: Object}} context
 * @returns {string[]}
 */
export function nameNetworks({ racers }, { schema }) {
  const changed = racers.find((changes) => changes.length) ?? [];
  const unchanged = changed.map(({ path, from }) => ({ path, to: from }));
  return racers.map((changes) => {
    const texts = (changes.length ? changes : unchanged).filter(({ path }) => path)
      .map(({ path, to }) => nameChange(path, to, schema));
    return texts.length ? [...new Set(texts)].join(", ") : word("race.unchanged");
  });
}

function nameChange(path, to, schema) {
  const [, key] = /^layers\.\d+\.(\w+)$/.exec(path) ?? [];
  const known = key ? `layers.${key}` : path;
  if (!schema.has(known)) return known;
  const field = schema.field(known);
  if (field.control === "choice") return describeValue(known, to, { schema });
  const value = Array.isArray(to) ? to.join(", ") : typeof to === "number" ? formatValue(to) : String(to);
  return word("race.value", { name: field.label, value });
}

/**
 * @param {Race} race
 * @param {{task: Task, names: string[]}} known
 * @returns {string[]} sentences
 */
export function describeRace(race, { task, names }) {
  const lines = [describeState(race)];
  if (!race.epochsSeen.length) return lines;
  const order = rank(race);
  const gone = race.networks.flatMap(({ diverged }, i) => (diverged ? [names[i]] : []));
  if (order.length && race.epochsSeen.length > 1) lines.push(describeLeader(race, order, names));
  if (gone.length) lines.push(word("race.diverged", { names: gone.join(", ") }));
  if (isEnsemble(race) && race.members > 1) lines.push(...describeEnsemble(race, task, order));
  return lines;
}

function describeState({ state, epochs, epochsSeen, restart }) {
  const epoch = formatCount(epochsSeen.at(-1) ?? 0);
  return word(`race.state.${state}`, { epoch, epochs: formatCount(epochs), from: word(restart ? "race.from.start" : "race.from.here") });
}

function describeLeader(race, order, names) {
  const [first, last] = [order[0], order.at(-1)];
  const loss = (i) => formatLoss(race.networks[i].test.at(-1));
  return word("race.leader", { name: names[first], loss: loss(first), last: names[last], most: loss(last) });
}

function describeEnsemble({ networks, members, ensemble }, task, order) {
  const scores = order.map((i) => networks[i].testScore.at(-1));
  if (task === "regression") {
    return [word("race.mean.regression", { mean: formatLoss(ensemble.test), best: formatLoss(Math.min(...scores)) })];
  }
  const good = scores.filter((score) => score >= SUCCESS).length;
  return [
    word("race.success", { good, count: networks.length, share: formatPercent(SUCCESS, 0) }),
    word("race.mean", { members, mean: formatPercent(ensemble.test), best: formatPercent(Math.max(...scores)) }),
  ];
}

/**
 * The networks that have not diverged, the lowest test loss first.
 *
 * @param {Race} race
 * @returns {number[]}
 */
export function rank({ networks }) {
  const going = networks.flatMap((network, i) => (network.diverged ? [] : [i]));
  return going.sort((a, b) => networks[a].test.at(-1) - networks[b].test.at(-1));
}

/**
 * What two networks are to each other: numbers have no classes that they could decide between.
 *
 * @param {RaceNetwork[]} pair
 * @param {number} share of the plane where they decide otherwise
 * @param {Task} task
 * @returns {string}
 */
export function describePair(pair, share, task) {
  if (task !== "regression") return word("race.two.share", { share: formatPercent(share) });
  const [one, other] = pair.map(({ testScore }) => formatLoss(testScore.at(-1)));
  return word("race.two.regression", { one, other });
}

/** The score of a network as its cell shows it. */
export function describeScore({ testScore, diverged }, task) {
  if (diverged) return word("race.score.diverged");
  const score = testScore.at(-1);
  if (!Number.isFinite(score)) return "";
  return task === "regression" ? word("race.value", { name: word("tab.score.regression"), value: formatLoss(score) }) : formatPercent(score);
}
