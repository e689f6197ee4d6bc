/** Store of a page: its groups and initial values. */

import { createStore } from "lib/store";

/** @type {PageState} */
const INITIAL = {
  run: {
    spec: null, draft: null, preset: null, running: false, until: null, diverged: null, stopped: null, speed: 1,
    canUndo: false, canRedo: false, waiting: false, pending: null, promised: false, loading: null,
  },
  stream: { connection: { name: "connecting", seconds: 0 }, standby: null, unplayable: null },
  timeline: { points: [], recalled: null, past: null },
  advice: { trial: null, setback: null },
  page: {
    visibility: "seen", onScreen: true, reducedMotion: false, message: null, hint: null, tour: null, more: false,
    newcomer: false, panels: [],
  },
  preferences: {
    theme: "auto", colours: "standard", pauseHidden: true, language: null, visited: false, notesSeen: false,
  },
  appearance: { palette: null, scheme: null },
  view: {
    hovered: null, pinned: null, select: null, tile: 32, pointsWanted: false, showTest: false,
    discretize: false, logLoss: false, wholeRun: false, curveTab: "loss", flowLook: "now",
    dialog: null, space: null, solid: false,
  },
  landscape: { open: 0, kind: "path", weights: null, draw: 0, solid: false },
  race: {
    open: 0, place: "data", kind: "optimizer", epochs: 100, here: false,
    surface: "ravine", beside: null, against: "optimizer", rate: 0.03, optimizer: "momentum",
  },
  map: { open: false, axes: [], seeds: 1, colour: "boundary", zooms: [], sweep: null, problem: null, adopting: false },
  search: {
    open: false, dimensions: [], method: "tpe", objectives: ["validation_loss"], trials: 64, epochs: 100, pruning: false, seconds: null, batch: null, seed: 0,
    study: null, settings: null, state: null, share: 0, left: null, found: [], best: [], importances: {}, problem: null,
    chart: "history", ticked: [], ensemble: null, tested: null, duel: null, opening: null, opened: null,
  },
  goal: { text: null, tree: null, verdict: null, reached: null, check: null },
  ablation: { units: [], links: [] },
  classes: { open: 0, part: "test" },
  step: { open: false, point: null, row: 0, stage: 0, chosen: null, check: null, back: 0, shown: null },
  points: { custom: null, label: null, painting: false, brush: { radius: 0.5, label: 1, erase: false } },
  images: {
    set: null, digit: { part: "test", row: 0 }, cell: null, space: null, dimensions: 2, camera: null,
    digitTab: "choose", strokes: [], pen: "medium", unprepared: false, showSaliency: false,
    showNearest: false, imageTab: "confusion", strip: { first: 0, wrong: false },
  },
  recording: { active: false, frames: 0, replaySpeed: null },
};

/**
 * @param {PagePatch} [patch] values other than the usual ones
 * @returns {Store}
 */
export function createPageStore(patch = {}) {
  const groups = Object.entries(INITIAL).map(([name, values]) => [name, { ...values, ...patch[name] }]);
  return createStore(Object.fromEntries(groups));
}
