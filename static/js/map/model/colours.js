/** Colours of a map's numbers: a scale that runs which diverged do not squash. Pure. */

import { readCell } from "map/model/reading";

/** What cells can be coloured by, beside their boundary. */
export const MEASURES = ["train_loss", "test_loss", "test_score", "gap", "success", "sharpness"];
/** Losses that differ by more than this factor are shown by their logarithm. */
const FAR = 6;
/** Where the scale ends among the finite values, and how far beyond the middle one at most. */
const HIGHEST = 0.95;
const BEYOND = 30;
/** Decades that colours tell apart. */
const WIDEST = 1e4;
const LOWEST = 1e-6;
/** How fast the ends of a scale follow, so that colours do not flicker. */
const EASE = 0.25;
const TICKS = [1, 2, 5];
const MOST_TICKS = 5;

/**
 * The number that a cell is coloured by; NaN where it has none.
 *
 * @param {MapCell} cell
 * @param {string} measure
 */
export function measureOf({ trainLoss, testLoss, testScore, good, sharpness, diverged }, measure) {
  if (diverged) return NaN;
  if (measure === "gap") return testLoss - trainLoss;
  if (measure === "success") return good;
  return { train_loss: trainLoss, test_loss: testLoss, test_score: testScore, sharpness }[measure];
}

/** A sharpness from this share of its limit on is at the edge of stability. */
const EDGE = 0.95;

/** Whether a cell's loss is curved as much as its optimizer bears, or more. */
export function isAtEdge({ sharpness, limit, diverged }) {
  return !diverged && sharpness >= EDGE * limit;
}

/** How many cells are at the edge of stability. */
export function countEdge(map) {
  if (!map.sharpness) return 0;
  return Array.from({ length: map.count }, (_, at) => readCell(map, at)).filter(isAtEdge).length;
}

/** The sharpness that no cell may have, where it is the same one for all; else NaN. */
export function limitOf({ sharpness, count }) {
  if (!sharpness) return NaN;
  const limits = new Set(Array.from({ length: count }, (_, at) => sharpness[2 * at + 1]).filter(Number.isFinite));
  return limits.size === 1 ? [...limits][0] : NaN;
}

/**
 * The scale of a measure over all cells.
 *
 * @param {MapFrame} map
 * @param {string} measure
 * @param {Task} task
 * @param {MapScale|null} [before] the last one, which the ends ease away from
 * @returns {MapScale} `share` gives 0 for the best colour and 1 for the worst
 */
export function scaleOf(map, measure, task, before = null) {
  const values = Array.from({ length: map.count }, (_, at) => measureOf(readCell(map, at), measure))
    .filter(Number.isFinite).sort((a, b) => a - b);
  if (measure === "success") return scale(measure, 0, 1, "linear", true);
  if (measure === "test_score" && task !== "regression") return scale(measure, Math.min(0.5, values[0] ?? 0.5), 1, "linear", true);
  if (!values.length) return scale(measure, 0, 1, "linear", false);
  if (measure === "gap") {
    const sizes = values.map(Math.abs).sort((a, b) => a - b);
    const most = ease(Math.max(1e-4, Math.min(quantile(sizes, HIGHEST), BEYOND * Math.max(1e-4, quantile(sizes, 0.5)))), before?.measure === "gap" ? before.high : null);
    return scale(measure, -most, most, "linear", false);
  }
  const low = Math.max(LOWEST, values[0]);
  const high = Math.max(low * 1.01, Math.min(quantile(values, HIGHEST), BEYOND * quantile(values, 0.5), WIDEST * low));
  const kept = before?.measure === measure ? before : null;
  const [from, to] = [ease(low, kept?.low), ease(high, kept?.high)];
  return scale(measure, from, to, to / from > FAR ? "log" : "linear", false);
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function ease(target, before) {
  if (!Number.isFinite(before) || before === null || Math.abs(target - before) > Math.abs(before) * 3) return target;
  return before + EASE * (target - before);
}

/** @returns {MapScale} */
function scale(measure, low, high, kind, rising) {
  const up = kind === "log"
    ? (value) => Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value) => (value - low) / (high - low);
  const share = (value) => {
    const at = Math.max(0, Math.min(1, up(value)));
    return rising ? 1 - at : at;
  };
  return { measure, low, high, kind, share, ticks: ticksIn(low, high, kind) };
}

/** Round numbers of a scale: its ends at least. */
function ticksIn(low, high, kind) {
  if (kind === "log") {
    const first = Math.floor(Math.log10(low));
    const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
    const inside = (numbers) => numbers.map((value) => Number(value.toPrecision(6))).filter((value) => value >= low && value <= high);
    const all = inside(powers.flatMap((power) => TICKS.map((step) => step * power)));
    const found = all.length <= 4 ? all : inside(powers);
    const every = Math.ceil(found.length / MOST_TICKS);
    if (found.length) return found.filter((_, i) => i % every === 0);
  }
  return [low, (low + high) / 2, high];
}
