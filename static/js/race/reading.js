/** A race as a frame tells it, and the maps that are made of all its networks. Pure. */

import { spread } from "landscape/surface";

const ROW = 5;
const LEVELS = 255;

/**
 * @param {Frame} frame
 * @returns {Race|null} null where the frame has none
 */
export function readRace({ arrays, meta }) {
  const { race } = meta;
  if (!race?.racers) return null;
  const { race_curves: curves, race_boundaries: maps, race_ranges: ranges, race_ensemble: ensemble } = arrays;
  const there = curves && maps && ranges && ensemble && curves.shape[0] === race.racers.length;
  const count = race.racers.length;
  const [, rounds] = there ? curves.shape : [0, 0];
  const outputs = there ? maps.shape[0] / count : 0;
  const side = there ? maps.shape[1] : 0;
  const area = outputs * side * side;
  const column = (i, k) => Array.from({ length: rounds }, (_, at) => curves.data[(i * rounds + at) * ROW + k]);
  return {
    ...race, outputs, side,
    epochsSeen: there ? column(0, 0) : [],
    networks: race.racers.map((changes, i) => ({
      changes,
      train: column(i, 1), test: column(i, 2), trainScore: column(i, 3), testScore: column(i, 4),
      diverged: there && !Number.isFinite(column(i, 2).at(-1)),
      map: there ? maps.data.subarray(i * area, (i + 1) * area) : new Uint8Array(0),
      range: there ? [ranges.data[2 * i], ranges.data[2 * i + 1]] : [0, 1],
    })),
    members: there ? ensemble.data[0] : 0,
    ensemble: there ? { train: ensemble.data[1], test: ensemble.data[2] } : null,
    landscape: there ? readPaths(arrays, count) : null,
  };
}

/** The landscape that all networks share, and their paths over it, as far as they have not diverged. */
function readPaths({ race_surface: surface, race_paths: paths, race_plane: plane }, count) {
  if (!surface || !paths || !plane || paths.shape[0] !== count) return null;
  const [lowX, highX, lowY, highY, share] = plane.data;
  const [rows, columns] = surface.shape;
  const [, rounds] = paths.shape;
  return {
    share, x: spread(lowX, highX, columns), y: spread(lowY, highY, rows),
    losses: Array.from({ length: rows }, (_, i) => Array.from(surface.data.subarray(i * columns, (i + 1) * columns))),
    paths: Array.from({ length: count }, (_, i) => {
      const places = Array.from({ length: rounds }, (__, at) => 2 * (i * rounds + at)).filter((at) => Number.isFinite(paths.data[at]));
      return { x: places.map((at) => paths.data[at]), y: places.map((at) => paths.data[at + 1]) };
    }),
  };
}

/** Whether the networks differ in nothing but their seed: then they are an ensemble. */
export function isEnsemble({ racers }) {
  return racers.every((changes) => changes.every(({ path }) => path === "seed"));
}

/**
 * The mean of all outputs, as a map of its own.
 *
 * @param {RaceNetwork[]} networks
 * @returns {{map: Uint8Array, range: [number, number]}}
 */
export function meanMap(networks) {
  const [low, high] = spanOf(networks);
  const map = new Uint8Array(networks[0].map.length);
  const decoders = networks.map(decoderOf);
  for (let at = 0; at < map.length; at += 1) {
    let sum = 0;
    networks.forEach((network, i) => { sum += decoders[i](network.map[at]); });
    map[at] = Math.round((LEVELS * (sum / networks.length - low)) / (high - low || 1));
  }
  return { map, range: [low, high] };
}

/**
 * Where the networks do not agree: for classes the share of them that decide otherwise than most,
 * for numbers their standard deviation, both as shares of the largest possible.
 *
 * @param {RaceNetwork[]} networks
 * @param {number} outputs
 * @param {Task} task
 */
export function disagreementMap(networks, outputs, task) {
  const area = networks[0].map.length / outputs;
  const map = new Uint8Array(area);
  const decide = networks.map((network) => deciderOf(network, outputs, area));
  const decode = networks.map(decoderOf);
  const [low, high] = spanOf(networks);
  const most = task === "regression" ? (high - low) / 2 : 1 - 1 / Math.max(2, outputs);
  for (let at = 0; at < area; at += 1) {
    const share = task === "regression"
      ? deviation(networks.map((network, i) => decode[i](network.map[at])))
      : minority(decide.map((one) => one(at)));
    map[at] = Math.round(LEVELS * Math.min(1, share / (most || 1)));
  }
  return map;
}

/**
 * How far two networks are apart: half the sum of the differences of all probabilities, for one
 * output the difference as a share of its range.
 *
 * @param {RaceNetwork} one
 * @param {RaceNetwork} other
 * @param {number} outputs
 * @returns {{map: Uint8Array, share: number}} `share` of the plane where they decide otherwise
 */
export function differenceMap(one, other, outputs) {
  const area = one.map.length / outputs;
  const map = new Uint8Array(area);
  const [decodeOne, decodeOther] = [decoderOf(one), decoderOf(other)];
  const [decideOne, decideOther] = [deciderOf(one, outputs, area), deciderOf(other, outputs, area)];
  const [low, high] = spanOf([one, other]);
  const most = outputs > 1 ? 2 : high - low || 1;
  let otherwise = 0;
  for (let at = 0; at < area; at += 1) {
    let apart = 0;
    for (let k = 0; k < outputs; k += 1) {
      apart += Math.abs(decodeOne(one.map[k * area + at]) - decodeOther(other.map[k * area + at]));
    }
    map[at] = Math.round(LEVELS * Math.min(1, apart / most));
    otherwise += decideOne(at) === decideOther(at) ? 0 : 1;
  }
  return { map, share: otherwise / area };
}

/**
 * @param {RaceNetwork[]} networks
 * @returns {[number, number]}
 */
function spanOf(networks) {
  return [Math.min(...networks.map(({ range }) => range[0])), Math.max(...networks.map(({ range }) => range[1]))];
}

/** @param {{range: [number, number]}} network */
function decoderOf({ range: [low, high] }) {
  return (byte) => low + ((high - low) * byte) / LEVELS;
}

/**
 * Which class a network decides for at a place.
 *
 * @param {RaceNetwork} network
 * @param {number} outputs
 * @param {number} area
 * @returns {(at: number) => number}
 */
function deciderOf({ map, range: [low, high] }, outputs, area) {
  if (outputs === 1) {
    const middle = low === 0 ? high / 2 : 0;
    const decode = decoderOf({ range: [low, high] });
    return (at) => (decode(map[at]) >= middle ? 1 : 0);
  }
  return (at) => {
    let best = 0;
    for (let k = 1; k < outputs; k += 1) if (map[k * area + at] > map[best * area + at]) best = k;
    return best;
  };
}

/** The share of those who decide otherwise than most. */
function minority(decisions) {
  const counts = new Map();
  for (const one of decisions) counts.set(one, (counts.get(one) ?? 0) + 1);
  return 1 - Math.max(...counts.values()) / decisions.length;
}

function deviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
