/** Actions on the run, shared by buttons, keys and hints. */

import { isObject } from "lib/objects";
import { INITIAL_NETWORK, createDataSwitch } from "spec/data-switch";
import { isImages } from "spec/data-sets";

const SEED_LIMIT = 2 ** 31;

/**
 * @param {{store: Store, edits, customPoints, send: Function, schema, ablate: Function}} parts
 * @returns {Object} one function per action
 */
export function createActions({ store, edits, customPoints, send, schema, ablate }) {
  function run() {
    store.set({ run: { running: true, diverged: null } });
  }

  function pause() {
    store.set({ run: { running: false } });
  }

  function toggle() {
    if (store.get().run.running) pause();
    else run();
  }

  function step(count) {
    if (store.get().run.running) pause();
    edits.afterThese(() => send({ type: "step", ...count }), () => {});
  }

  function reset() {
    store.set({ run: { diverged: null } });
    // A map begins anew by itself, and the run stays as it is.
    if (store.get().map.sweep) send({ type: "reset" });
    else edits.command({ type: "reset" });
  }

  /** The curves are of the whole run, or of what followed the last change of data or loss. */
  function wholeRun() {
    store.set({ view: { wholeRun: !store.get().view.wholeRun } });
  }

  /** Points that were taken away, but are still trained on, come back first. */
  function undo() {
    if (store.get().run.waiting) edits.leave();
    else if (!customPoints.restore() && store.get().run.canUndo) goBack("undo");
  }

  function redo() {
    if (store.get().run.canRedo) goBack("redo");
  }

  function goBack(type) {
    store.set({ run: { diverged: null } });
    edits.command({ type });
  }

  function newSeed() {
    store.set({ run: { diverged: null } });
    edits.edit({ seed: randomSeed() });
  }

  function newPoints() {
    edits.edit({ data: { seed: randomSeed() } });
  }

  /** Opens one step in slow motion; numbers that change all the time could not be read, so the run pauses. */
  function openStep(what = {}) {
    if (store.get().run.running) pause();
    store.set({ step: { open: true, point: null, row: 0, stage: 0, chosen: null, check: null, back: 0, ...what } });
  }

  function closeStep() {
    store.set({ step: { open: false, shown: null } });
  }

  /** Has networks trained side by side that the changes make; none of them ends that. */
  function race(racers, { epochs = 1, restart = true } = {}) {
    send({ type: "race", racers, epochs, restart });
  }

  /** Has seeds of the present spec trained, as many as a goal names. */
  function checkGoal(goal) {
    send({ type: "check", goal });
  }

  /** Goes on with a network of the race. */
  function adopt(racer) {
    store.set({ run: { diverged: null } });
    if (edits.admits()) edits.command({ type: "adopt", racer });
  }

  /** Goes on with the network of a cell of the map. */
  function adoptCell(row, column) {
    store.set({ run: { diverged: null } });
    if (!edits.admits()) return;
    store.set({ map: { adopting: true } });
    edits.command({ type: "adopt", cell: { row, column } }, () => store.set({ map: { adopting: false } }));
  }

  /** Begins a search, goes on with a study, or stops: null. */
  function search(settings) {
    if (!settings || settings.study) send({ type: "search", ...settings });
    else edits.afterThese(() => send({ type: "search", search: settings }), () => {});
  }

  /** Tries values that were chosen by hand. */
  function propose(values) {
    store.set({ search: { problem: null } });
    send({ type: "propose", values });
  }

  /** Says which of two networks is better. */
  function prefer(trial) {
    store.set({ search: { problem: null, duel: null } });
    send({ type: "prefer", trial });
  }

  /** Asks for the mean of some trials. */
  function combine(trials) {
    store.set({ search: { problem: null } });
    send({ type: "ensemble", trials });
  }

  /** Looks at the test points of the best trials, which ends the search. */
  function testSearch() {
    send({ type: "test" });
  }

  /** Goes on with the network of a trial. */
  function adoptTrial(trial) {
    store.set({ run: { diverged: null } });
    if (!edits.admits()) return;
    store.set({ search: { opening: trial } });
    edits.command({ type: "adopt", trial }, (lost, error) => {
      if (lost || error) store.set({ search: { opening: null } });
    });
  }

  function setSpeed(epochs) {
    store.set({ run: { speed: epochs } });
  }

  function setWeight(layer, from, to, value, group) {
    if (edits.admits()) edits.command({ type: "set_weight", layer, from, to, value, ...(group ? { group } : {}) });
  }

  /** Sets a link that is switched off to 0 and on again: one step of undo. */
  function removeLink({ layer, from, to }) {
    if (!edits.admits()) return;
    const group = `link ${Date.now()}`;
    setWeight(layer, from, to, 0, group);
    ablate({ units: [], links: [] }, group);
  }

  /**
   * Starts a preset afresh: its spec on the defaults, and its first weights. Those that it sets itself
   * are the axes of the loss landscape.
   */
  function startPreset({ id, spec, weights = [] }) {
    edits.replace(complete(spec), { preset: id });
    reset();
    for (const [layer, from, to, value] of weights) edits.command({ type: "set_weight", layer, from, to, value });
    if (weights.length) store.set({ landscape: { kind: "weights", weights: null } });
  }

  /** The whole spec that a partial one stands for, as a patch. */
  function complete(spec) {
    return { ...defaultsFor(spec), ...completed(spec) };
  }

  /** Images have a batch size of their own. */
  function defaultsFor(spec) {
    const defaults = schema.defaults();
    return spec.data && isImages(spec) ? { ...defaults, batch_size: INITIAL_NETWORK.batch_size } : defaults;
  }

  /** A preset's parts are patches on the defaults too. */
  function completed(patch) {
    const defaults = schema.defaults();
    const whole = {};
    for (const [key, value] of Object.entries(patch)) {
      if (key === "layers" && Array.isArray(value)) whole[key] = value.map((layer) => ({ ...defaults.layers[0], ...layer }));
      else if (isObject(value)) whole[key] = { ...defaults[key], ...value };
      else whole[key] = value;
    }
    return whole;
  }

  return {
    run, pause, toggle, oneEpoch: () => step({ epochs: 1 }), oneBatch: () => step({ batches: 1 }), reset, wholeRun, undo, redo, newSeed, newPoints, openStep, closeStep, race, adopt, adoptCell, search, propose, prefer, combine, testSearch, adoptTrial, checkGoal, setSpeed, setWeight, removeLink, ablate, startPreset, complete,
    chooseData: createDataSwitch({ store, edits, schema }),
  };
}

function randomSeed() {
  return Math.floor(Math.random() * SEED_LIMIT);
}
