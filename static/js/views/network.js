/** The network itself: tiles, links, heads, and every way to change it in place. */

import { h, pixelRatio, reducedMotion, rem, setText } from "dom";
import { formatWeight } from "format";
import {
  addUnit, changeLayer, followUnit, insertLayer, removeLayer, removeUnit,
} from "layers";
import { between, layOut, matchColumns } from "network/geometry";
import { createHeads } from "network/heads";
import { openLayerMenu } from "network/layer-menu";
import { createLinks } from "network/links";
import { createTiles } from "network/tiles";
import { createUnits, labelOf } from "network/units";
import { editWeight } from "network/weight-editor";
import { optionText } from "controls/field";
import { indexWeights, placeOf } from "weights";
import { word } from "words";

const SLIDE = 150;
const LINK_PERIOD = 30;
const LINK_SHARE = 4;
const TILE_DETAIL = [32, 16];
const COARSE_BELOW = 30;

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, edits, actions, schema, tooltip, taskOf } = context;
  const allFeatures = schema.field("features").names;
  const note = h("span.card-note");
  const base = h("canvas.links", { "aria-hidden": "true" });
  const front = h("canvas.links", { "aria-hidden": "true" });
  const pictures = h("canvas.pictures", { "aria-hidden": "true" });
  const lens = h("canvas.lens", { "aria-hidden": "true", width: 64, height: 64, hidden: true });
  const unitLayer = h("div.units", { role: "group", "aria-label": word("network.units") });
  const gaps = h("div.gaps");
  const heads = h("div.heads");
  const field = h("div.field-of-units", {}, base, front, pictures, lens, gaps, unitLayer);
  const stage = h("div.stage", {}, heads, field);
  const scroller = h("div.stage-scroll", {}, stage);
  element.append(
    h("div.card-head", {}, h("h2.card-title", { id: "network-title" }, word("card.network")), note),
    scroller);

  const links = createLinks(base, front);
  const tiles = createTiles(pictures);
  let frame = null;
  let signature = "";
  let kinds = [];
  let target = null;
  let shown = null;
  let slide = 0;
  let lookedAt = null;
  let linked = 0;
  let linkCost = 0;

  const layers = () => store.get().draft.layers;
  const change = ({ layers: next, origin }) => {
    store.set({ pinned: followUnit(store.get().pinned, origin) });
    edits.edit({ layers: next }, origin);
  };

  const units = createUnits(unitLayer, {
    hover: (place) => look(place),
    hoverBias: (place, event) => tellWeight(place && { layer: place.layer, from: "bias", to: place.unit }, event),
    press,
    pressBias: (place, event) => {
      if (place.kind === "hidden" || place.kind === "output") {
        openEditor({ layer: place.layer, from: "bias", to: place.unit }, placeOfEvent(event));
      }
    },
    remove: ({ kind, layer, unit, name }) => {
      if (kind === "input") toggleFeature(name);
      else if (kind === "hidden" && layers()[layer]?.units > 1 && unit < layers()[layer].units) {
        change(removeUnit(layers(), layer, unit));
      }
    },
    add: ({ kind, layer, name }) => {
      if (kind === "idle") toggleFeature(name);
      else if (kind === "hidden") grow(layer);
    },
    drop: ({ kind, layer }) => kind === "hidden" && shrink(layer),
  });

  const mostUnits = schema.field("layers.units").maximum;
  const headRow = createHeads(heads, gaps, {
    activations: schema.field("layers.activation").options,
    mostUnits,
    mostLayers: schema.field("layers").most,
  }, {
    addUnit: grow,
    dropUnit: shrink,
    activate: (layer, activation) => edits.edit({ layers: changeLayer(layers(), layer, { activation }) }),
    openMenu: (button, layer) => openLayerMenu(button, layer, {
      store, edits, schema, removeLayer: (at) => change(removeLayer(layers(), at)),
    }),
    insert: (at) => change(insertLayer(layers(), Math.min(at, layers().length), schema.defaults().layers[0])),
  });

  function grow(layer) {
    if (layers()[layer]?.units < mostUnits) change(addUnit(layers(), layer));
  }

  function shrink(layer) {
    if (layers()[layer]?.units > 1) change(removeUnit(layers(), layer, layers()[layer].units - 1));
  }

  function press({ kind, layer, unit, name }) {
    if (kind === "input" || kind === "idle") toggleFeature(name);
    else if (kind === "hidden") {
      const { pinned } = store.get();
      const same = pinned && pinned.layer === layer && pinned.unit === unit;
      store.set({ pinned: same ? null : { layer, unit } });
    }
  }

  function toggleFeature(name) {
    const { features } = store.get().draft;
    const next = allFeatures.filter((one) => features.includes(one) !== (one === name));
    if (next.length) edits.edit({ features: next });
  }

  /** Shows a unit large and its links in front; null for none. */
  function look(place) {
    lookedAt = place && place.kind !== "idle" ? place : null;
    store.set({ hovered: place && (place.kind === "idle" ? { ...place, kind: "input" } : place) });
    lens.hidden = !lookedAt;
    if (frame) links.highlight(linksOf(lookedAt), frame.arrays.weights.data, store.get().palette);
    placeLens();
  }

  function linksOf(place) {
    if (!place) return null;
    const { column, row } = place;
    const widths = shown.columns.map(({ ys }) => ys.length);
    const chosen = [];
    for (let from = 0; column > 0 && from < widths[column - 1]; from += 1) {
      chosen.push({ layer: column - 1, from, to: row });
    }
    for (let to = 0; column < widths.length - 1 && to < widths[column + 1]; to += 1) {
      chosen.push({ layer: column, from: row, to });
    }
    return chosen;
  }

  function placeLens() {
    const column = lookedAt && shown?.columns[lookedAt.column];
    const y = column?.ys[lookedAt.row];
    if (y === undefined) {
      lens.hidden = true;
      return;
    }
    const { tile } = shown;
    lens.style.width = lens.style.height = `${tile}px`;
    lens.style.left = `${column.x - tile / 2}px`;
    lens.style.top = `${y - tile / 2}px`;
    if (frame) tiles.copy(lookedAt.column, lookedAt.row, lens);
  }

  function weightAt({ layer, from, to }) {
    const { layers: places } = indexWeights(widths());
    return frame.arrays.weights.data[placeOf(places[layer], from, to)];
  }

  function widths() {
    return [frame.spec.features.length, ...frame.spec.layers.map((l) => l.units), frame.arrays.boundary.shape[0]];
  }

  function nameOf(layer, unit) {
    if (layer < 0) return word(`feature.${frame.spec.features[unit]}`);
    const last = frame.spec.layers.length;
    return labelOf({ kind: layer === last ? "output" : "hidden", layer, unit, outputs: widths().at(-1) });
  }

  function tellWeight(weight, event) {
    if (!weight || !frame) {
      tooltip.hide();
      return;
    }
    const text = weight.from === "bias"
      ? word("readout.bias", { to: nameOf(weight.layer, weight.to) })
      : word("readout.weight", { from: nameOf(weight.layer - 1, weight.from), to: nameOf(weight.layer, weight.to) });
    tooltip.showAt(`${text}\n${formatWeight(weightAt(weight))}`, event.clientX, event.clientY);
  }

  function openEditor({ layer, from, to }, at) {
    tooltip.hide();
    const before = widths()[layer];
    editWeight(at, {
      title: nameOf(layer, to),
      sources: [
        ...Array.from({ length: before }, (_, i) => ({ from: i, text: nameOf(layer - 1, i) })),
        { from: "bias", text: word("label.bias") },
      ],
      from,
      read: (source) => weightAt({ layer, from: source, to }),
      write: (source, value) => actions.setWeight(layer, source, to, value),
      onClose: () => links.highlight(null, frame.arrays.weights.data, store.get().palette),
    });
  }

  function placeOfEvent(event) {
    if (event.clientX) return { x: event.clientX + 8, y: event.clientY + 8 };
    const box = event.target.getBoundingClientRect();
    return { x: box.right + 8, y: box.top };
  }

  function linkAt(event) {
    if (!frame || event.target !== field && event.target !== unitLayer && event.target !== gaps) return null;
    const box = field.getBoundingClientRect();
    return links.hit(event.clientX - box.left, event.clientY - box.top);
  }

  let hoveredLink = false;
  field.addEventListener("pointermove", (event) => {
    const link = linkAt(event);
    if (!link && !hoveredLink) return;
    hoveredLink = Boolean(link);
    field.classList.toggle("on-link", hoveredLink);
    tellWeight(link, event);
    links.highlight(link && [link], frame.arrays.weights.data, store.get().palette);
  });
  field.addEventListener("pointerleave", () => {
    if (!hoveredLink) return;
    hoveredLink = false;
    tooltip.hide();
    links.highlight(null, frame.arrays.weights.data, store.get().palette);
  });
  field.addEventListener("click", (event) => {
    const link = linkAt(event);
    if (link) openEditor(link, placeOfEvent(event));
  });

  function shapeOf(spec, outputs) {
    return {
      features: spec.features,
      idle: allFeatures.filter((name) => !spec.features.includes(name)),
      columns: [spec.features.length, ...spec.layers.map((layer) => layer.units), outputs],
    };
  }

  function update(next) {
    frame = next;
    const shape = shapeOf(frame.spec, frame.arrays.boundary.shape[0]);
    const key = JSON.stringify(shape);
    if (key !== signature) rebuild(shape, key);
    const params = frame.meta.parameters ?? indexWeights(shape.columns).count;
    setText(note, word("network.note", { count: params.toLocaleString("en-US") }));
    headRow.update(frame.spec, outputNote());
    paint();
  }

  function outputNote() {
    const task = taskOf(frame.spec);
    const loss = frame.spec.loss ?? schema.lossesOf(task)[0];
    if (task === "multiclass") return optionText("output", "softmax");
    if (task === "regression" || loss === "hinge") return optionText("output", "linear");
    return optionText("output", loss === "binary_crossentropy" ? "sigmoid" : "tanh");
  }

  function rebuild(shape, key) {
    signature = key;
    const before = kinds;
    kinds = ["in", ...frame.spec.layers.map(({ units: n, activation }) => `${n} ${activation}`), "out"];
    headRow.build(frame.spec.layers.length);
    units.build(shape);
    units.mark(store.get().pinned);
    if (store.get().palette) tiles.paintInputs(shape.features, store.get().palette);
    const from = shown && matchColumns(shown, before, kinds);
    measure(shape);
    keepPinnedInside();
    start(from);
  }

  function measure(shape) {
    const [inputs, ...rest] = shape.columns;
    const outputs = rest.pop();
    const counts = { inputs, idle: shape.idle.length, hidden: rest, outputs };
    const room = () => ({
      width: scroller.clientWidth, height: scroller.clientHeight - heads.offsetHeight, rem: rem(),
    });
    heads.classList.toggle("narrow", layOut(counts, room()).narrow);
    target = layOut(counts, room());
    stage.style.width = `${target.width}px`;
    field.style.height = `${target.height}px`;
    const ratio = pixelRatio();
    for (const canvas of [base, front, pictures]) {
      canvas.width = Math.round(target.width * ratio);
      canvas.height = Math.round(target.height * ratio);
      canvas.style.width = `${target.width}px`;
      canvas.style.height = `${target.height}px`;
    }
    store.set({ tile: target.tile < COARSE_BELOW ? TILE_DETAIL[1] : TILE_DETAIL[0] });
  }

  /** Slides from an old layout to the new one. */
  function start(from) {
    cancelAnimationFrame(slide);
    const began = performance.now();
    const duration = from && !reducedMotion() ? SLIDE : 0;
    const next = () => {
      const share = duration ? Math.min(1, (performance.now() - began) / duration) : 1;
      put(between(from, target, 1 - (1 - share) ** 3));
      if (share < 1) slide = requestAnimationFrame(next);
    };
    next();
  }

  function put(layout) {
    shown = layout;
    const index = indexWeights(layout.columns.map(({ ys }) => ys.length));
    links.place(layout, index);
    tiles.place(layout);
    units.place(layout);
    headRow.place(layout);
    linked = 0;
    paint();
  }

  function keepPinnedInside() {
    const { pinned } = store.get();
    const layer = pinned && frame.spec.layers[pinned.layer];
    if (pinned && (!layer || pinned.unit >= layer.units)) store.set({ pinned: null });
    look(null);
  }

  function paint() {
    const { palette } = store.get();
    if (!frame || !shown || !palette) return;
    tiles.draw(frame, palette);
    const now = performance.now();
    if (now - linked > Math.max(LINK_PERIOD, linkCost * LINK_SHARE)) {
      links.draw(frame.arrays.weights.data, palette);
      linkCost = performance.now() - now;
      linked = now;
    }
    if (lookedAt) placeLens();
  }

  function resize() {
    if (!frame) return;
    measure(shapeOf(frame.spec, frame.arrays.boundary.shape[0]));
    start(null);
  }

  const unwatch = [
    store.watch(["palette"], ({ palette }) => {
      if (!palette || !frame) return;
      tiles.paintInputs(frame.spec.features, palette);
      linked = 0;
      paint();
    }),
    store.watch(["pinned"], ({ pinned }) => units.mark(pinned)),
  ];

  function destroy() {
    cancelAnimationFrame(slide);
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize, destroy };
}
