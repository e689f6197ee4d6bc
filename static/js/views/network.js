/** Network drawing: tiles, links, column headers, and edits in place. */

import { addUnit, outputActivation, removeUnit } from "spec/layers";
import { createLayerEdits, createNetworkHead, everything, togglePin, unpinWhatIsGone } from "network/editing/editing";
import { matchColumns } from "network/geometry";
import { createColumnHeaders } from "network/column-headers";
import { createLinks } from "network/links";
import { createStage } from "network/stage";
import { createStageNumbers } from "step/stage-numbers";
import { createTiles } from "network/tiles";
import { createUnits, nameUnit } from "network/units";
import { createWeightPointer } from "network/editing/weight-pointer";
import { isAblated, isLinkOff, switchLink, zeroWeights } from "spec/ablation";
import { isTable } from "spec/data-sets";
import { inputsOf, labelRoom, listInputs, toggleInput } from "spec/inputs";
import { indexWeights, listPieces, piecesOf, sumsOfUnit, widthsOf } from "spec/weights";

const FINE = 32;
const COARSE = 16;
const COARSE_BELOW = 30;

/** Later than any stage of an update: its last one is shown. */
const LAST_STAGE = 99;

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, edits, actions, schema, tooltip, taskOf, model, may = everything } = context;
  const allFeatures = schema.field("features").names;
  const mostUnits = schema.field("layers.units").maximum;
  const fixed = !may("layers");
  const head = createNetworkHead("help.card.network", {
    model, fixed, openStep: context.opensStep ? toggleStep : null,
  });
  element.append(head.element);
  const { layers, change, activate, openMenu, openOutput, insert } = createLayerEdits(context, schema.defaults().layers[0], showSpace);
  const stage = createStage(element, put, fixed);
  const links = createLinks(stage.base, stage.front);
  const tiles = createTiles(stage.pictures);
  const numbers = createStageNumbers(stage.field);
  let frame = null;
  let signature = "";
  let columns = [];
  let shown = null;
  let index = null;
  let lookedAt = null;
  let linkRequest = 0;
  let roomRequest = 0;
  let room = "false false false";

  const palette = () => store.get().appearance.palette;

  const { panels } = store.get().page;
  // An embed compares in its panel for a unit.
  const power = panels.length && !panels.includes("unit") ? null : {
    isOff: (link) => isLinkOff(store.get().ablation, link),
    toggle: (link) => actions.ablate(switchLink(store.get().ablation, link)),
  };

  const pointer = createWeightPointer(stage.field, [stage.field, stage.units, stage.gaps], links, {
    frame: () => frame, palette, tooltip, setWeight: fixed ? null : actions.setWeight, take: takeWeight, power,
    follow: context.opensStep ? (weight) => actions.openStep({ chosen: { kind: "weight", ...weight }, stage: LAST_STAGE }) : null,
  });

  const units = createUnits(stage.units, {
    hover: look,
    hoverBias: (place, event) => pointer.showWeight(place && biasOf(place), event),
    press,
    pressBias: (place, event) => {
      if (place.role === "hidden" || place.role === "output") pointer.edit(biasOf(place), event);
    },
    remove: ({ role, layer, unit, name }) => {
      if (role === "input") toggleFeature(name);
      else if (role === "hidden") shrink(layer, unit);
    },
    add: ({ role, layer, name }) => {
      if (role === "idle") toggleFeature(name);
      else if (role === "hidden") grow(layer);
    },
    drop: ({ role, layer }) => role === "hidden" && shrink(layer),
  });

  const heads = createColumnHeaders(stage.heads, stage.gaps, {
    activations: schema.field("layers.activation").options,
    mostUnits,
    mostLayers: schema.field("layers").most,
  }, {
    addUnit: grow,
    dropUnit: (layer) => shrink(layer),
    activate,
    openMenu,
    openOutput,
    insert,
  });

  /** Layers are counted from the inputs, which are space 0. */
  function showSpace(layer) {
    if (store.get().step.open) actions.closeStep();
    store.set({ view: { space: layer + 1 } });
  }

  const isCovered = () => store.get().view.space !== null || store.get().map.open || store.get().search.open;

  function grow(layer) {
    const { units, activation } = layers()[layer] ?? {};
    if (units < mostUnits / piecesOf(activation)) change(addUnit(layers(), layer));
  }

  function shrink(layer, unit = (layers()[layer]?.units ?? 0) - 1) {
    const count = layers()[layer]?.units ?? 0;
    if (count > 1 && unit < count) change(removeUnit(layers(), layer, unit));
  }

  function toggleStep() {
    if (store.get().step.open) actions.closeStep();
    else actions.openStep();
  }

  /** While a step is looked at, a press opens the formulas of a unit or weight. */
  function takeWeight(link) {
    return takePlace({ kind: "weight", ...link });
  }

  function takePlace(chosen) {
    const { open, shown: step } = store.get().step;
    if (open && step) store.set({ step: { chosen } });
    return open;
  }

  function press({ role, layer, unit, name, column, row }) {
    if (role !== "idle" && takePlace({ kind: "unit", column, row })) return;
    if (role === "input" || role === "idle") toggleFeature(name);
    else if (role === "hidden") togglePin(store, layer, unit);
  }

  const mayToggle = (spec) => may(isTable(spec) ? "columns" : "features");

  /** The last input stays: a network without inputs is no network. */
  function toggleFeature(name) {
    const { draft } = store.get().run;
    if (!mayToggle(draft)) return;
    const patch = toggleInput(draft, allFeatures, name);
    if (patch) edits.edit(patch);
  }

  /** Shows a unit large and its links in front; null for none. */
  function look(place) {
    lookedAt = place && place.role !== "idle" ? place : null;
    store.set({ view: { hovered: place && (place.role === "idle" ? { ...place, role: "input" } : place) } });
    if (frame) links.highlight(linksOf(lookedAt), weightsShown(), palette());
    placeLens();
  }

  function linksOf(place) {
    if (!place) return null;
    const { column, row } = place;
    const [into, on] = [index.layers[column - 1], index.layers[column]];
    const every = (count, link) => Array.from({ length: count ?? 0 }, (_, i) => link(i));
    return [
      ...(into ? sumsOfUnit(row, into.units, into.outputs / into.units) : []).flatMap((to) =>
        every(into.inputs, (from) => ({ layer: column - 1, from, to }))),
      ...every(on?.outputs, (to) => ({ layer: column, from: row, to })),
    ];
  }

  function placeLens() {
    const { lens } = stage;
    const column = lookedAt && shown?.columns[lookedAt.column];
    const y = column?.ys[lookedAt.row];
    lens.hidden = y === undefined;
    if (lens.hidden) return;
    const { tile } = shown;
    lens.style.width = lens.style.height = `${tile}px`;
    lens.style.left = `${column.x - tile / 2}px`;
    lens.style.top = `${y - tile / 2}px`;
    if (frame) tiles.copy(lookedAt.column, lookedAt.row, lens);
  }

  function update(next) {
    frame = next;
    const { spec, meta, arrays } = frame;
    if (isCovered()) {
      head.update(meta);
      return;
    }
    const shape = {
      features: inputsOf(spec),
      table: arrays.columns ? [...arrays.columns.data].join() : "",
      idle: idleOf(spec),
      columns: widthsOf(spec, arrays.boundary.shape[0]),
      pieces: listPieces(spec),
      outputs: nameOutputs(spec, arrays.boundary.shape[0]),
    };
    const key = JSON.stringify(shape);
    if (key !== signature) rebuild(shape, key);
    head.update(meta);
    showHeads();
    paint();
  }

  /** Also after an edit that was refused, which a select shows by itself. */
  function showHeads() {
    if (!frame || isCovered()) return;
    const { spec } = frame;
    const task = taskOf(spec);
    heads.update(spec, outputActivation(task, spec.loss ?? schema.lossesOf(task)[0]));
  }

  function nameOutputs(spec, count) {
    return Array.from({ length: count }, (_, unit) => nameUnit(spec, spec.layers.length, unit, count));
  }

  /** Features that could be inputs too. */
  function idleOf(spec) {
    // One update needs the room, and says nothing of them.
    if (!mayToggle(spec) || store.get().step.open) return [];
    const inputs = inputsOf(spec);
    return listInputs(spec, allFeatures).filter((name) => !inputs.includes(name));
  }

  function rebuild(shape, key) {
    signature = key;
    const before = columns;
    columns = ["in", ...frame.spec.layers.map(({ units: n, activation }) => `${n} ${activation}`), "out"];
    heads.build(frame.spec.layers.length);
    units.build(shape);
    if (palette()) tiles.paintInputs(frame, palette());
    const old = shown && matchColumns(shown, before, columns);
    measure();
    unpinWhatIsGone(store, frame.spec);
    units.mark(store.get().view.pinned, store.get().ablation);
    if (lookedAt) look(null);
    stage.slideFrom(old);
  }

  function measure() {
    const [inputs, ...hidden] = widthsOf(frame.spec, frame.arrays.boundary.shape[0]);
    const outputs = hidden.pop();
    const { tile } = stage.measure({
      inputs, idle: idleOf(frame.spec).length, hidden, outputs, label: labelRoom(frame.spec),
    });
    store.set({ view: { tile: tile < COARSE_BELOW ? COARSE : FINE } });
  }

  function put(layout) {
    shown = layout;
    index = indexWeights(layout.columns.map(({ ys }) => ys.length), listPieces(frame.spec));
    links.place(layout, index);
    tiles.place(layout);
    units.place(layout);
    heads.place(layout);
    paint();
    showNumbers();
  }

  /** The panels below take some of the card's height, or give it back. */
  function makeRoom({ step: { open, shown: step }, ablation }) {
    const now = `${open} ${Boolean(step)} ${isAblated(ablation)}`;
    if (now === room) return;
    room = now;
    cancelAnimationFrame(roomRequest);
    roomRequest = requestAnimationFrame(resize);
  }

  /** The numbers of one step, while it is looked at. */
  function showNumbers() {
    const { open, shown: step, stage: at, row, chosen } = store.get().step;
    if (open && step && shown) numbers.show(shown, step, { stage: at, row, chosen });
    else numbers.hide();
  }

  function paint() {
    if (!frame || !shown || !palette() || isCovered()) return;
    tiles.draw(frame, palette());
    paintLinks();
    if (lookedAt) placeLens();
  }

  /** Links that are switched off are drawn as if their weights were 0. */
  function weightsShown() {
    const { spec, arrays } = frame;
    return zeroWeights(arrays.weights.data, widthsOf(spec, arrays.boundary.shape[0]), store.get().ablation, listPieces(spec));
  }

  /** Paints the links; those that are left for later before the next painting, if no frame comes. */
  function paintLinks() {
    cancelAnimationFrame(linkRequest);
    if (!links.draw(weightsShown(), palette())) linkRequest = requestAnimationFrame(paintLinks);
  }

  function resize() {
    if (!frame || !shown || isCovered()) return;
    // What is left out while one update is looked at may have gone since the last frame.
    update(frame);
    measure();
    stage.slideFrom(null);
  }

  /** What came while something else stood in this place is painted once it is seen again. */
  function uncover() {
    if (!frame || isCovered()) return;
    update(frame);
    resize();
  }

  const unwatch = [
    store.watch(["appearance.palette"], () => {
      if (!palette() || !frame) return;
      tiles.paintInputs(frame, palette());
      paint();
    }),
    store.watch(["view.pinned", "ablation.units"], ({ view: { pinned }, ablation }) => units.mark(pinned, ablation)),
    store.watch(["ablation.units", "ablation.links"], paint),
    store.watch(["run.draft"], showHeads),
    store.watch(["view.space", "map.open", "search.open"], uncover),
    store.watch(["step.open", "step.shown", "ablation.units", "ablation.links"], makeRoom),
    store.watch(["timeline.recalled"], ({ timeline: { recalled } }) => {
      // Nothing is trained from a step of the past that is only looked at.
      if (head.opener) head.opener.hidden = recalled !== null;
    }),
    store.watch(["step.open", "step.shown", "step.stage", "step.row", "step.chosen"], showNumbers),
  ];

  function destroy() {
    stage.stop();
    cancelAnimationFrame(linkRequest);
    cancelAnimationFrame(roomRequest);
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize, destroy };
}

/** The bias of a tile, as a weight. */
function biasOf({ layer, unit }) {
  return { layer, from: "bias", to: unit };
}
