/** Image network drawing: the image, a block of cells for each layer, and the prediction. */

import { nextSize } from "controls/sizes";
import { h, reducedMotion, rem, setText } from "lib/dom";
import { formatCount, formatWeight } from "lib/format";
import { createBars } from "network/prediction-bars";
import { createLayerBlock } from "network/layer-block";
import { LAYER } from "spec/data-switch";
import { createDenseLinks } from "network/dense-links";
import { layOutImages } from "network/image-geometry";
import { drawSelectedImage } from "images/saliency";
import { className } from "spec/data-sets";
import { changeLayer } from "spec/layers";
import { createLayerEdits, createNetworkHead, everything, togglePin, unpinWhatIsGone } from "network/editing/editing";
import { createColumnHeaders } from "network/column-headers";
import { createScrollSign } from "ui/scroll-hint";
import { makeTerm } from "lib/terms";
import { piecesOf, unitIndex } from "spec/weights";
import { word } from "lib/words";

const SLIDE = 150;
const HEAD_WIDE = 11.6;

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, edits, schema, tooltip, model, library, may = everything } = context;
  const fixed = !may("layers");
  const [least, most] = schema.field("layers.units").images;
  const heads = h("div.heads");
  const gaps = h("div.gaps");
  const fans = createDenseLinks();
  const picture = h("canvas.input-picture", { role: "img" });
  const caption = h("p.input-caption");
  const input = h("div.input-column", {}, picture, caption);
  const bars = createBars();
  const output = h("div.output-column", {}, makeTerm("div.bars-box", word("help.network.predictions"), bars.element));
  const blockPlace = h("div.blocks", { role: "group", "aria-label": word("network.blocks") });
  const field = h("div.image-field", {}, fans.element, input, blockPlace, output, gaps);
  const stage = h("div.stage", {}, heads, field);
  const scroller = h("div.stage-scroll", {}, stage);
  const title = createNetworkHead("help.card.network.images", { model, fixed });
  element.append(title.element, scroller, createScrollSign(scroller));
  scroller.classList.toggle("fixed", fixed);
  heads.inert = fixed;
  let frame = null;
  let blocks = [];
  let columns = [];
  let layout = null;
  let pointed = null;
  let label = null;
  let shownDigit = null;
  let named = null;

  const { layers, activate, openMenu, openOutput, insert } = createLayerEdits(
    context, { ...schema.defaults().layers[0], ...LAYER }, store.get().images.imageTab === "none" ? undefined : showSpace);

  function showSpace(layer) {
    store.set({ images: { space: layer + 1, imageTab: "space" } });
  }

  const head = createColumnHeaders(heads, gaps, {
    activations: schema.field("layers.activation").options,
    mostUnits: most,
    mostLayers: schema.field("layers").images[1],
    aboutInputs: "help.network.inputs.images",
  }, {
    addUnit: (layer) => setUnits(layer, nextSize(layers()[layer].units, 1, [least, most])),
    dropUnit: (layer) => setUnits(layer, nextSize(layers()[layer].units, -1, [least, most])),
    setUnits,
    activate,
    openMenu,
    openOutput,
    insert,
  });

  function setUnits(layer, wanted) {
    const room = most / piecesOf(layers()[layer]?.activation);
    const units = Math.max(least, Math.min(room, Math.round(wanted) || least));
    if (layers()[layer] && units !== layers()[layer].units) {
      edits.edit({ layers: changeLayer(layers(), layer, { units }) });
    }
    showHeads();
  }

  function update(next) {
    frame = next;
    const { spec, meta } = frame;
    nameClasses(store.get());
    const now = ["in", ...spec.layers.map(({ units, activation }) => `${units} ${activation}`), named?.classes.length];
    if (now.join() !== columns.join()) rebuild(now);
    title.update(meta);
    paint();
  }

  function nameClasses({ images: { set: images } }) {
    if (!images || named?.name === images.name) return;
    named = images;
    bars.name(named);
  }

  function rebuild(now) {
    columns = now;
    const before = layout?.columns.map(({ x }) => x);
    const count = frame.spec.layers.length;
    if (blocks.length !== count) {
      head.build(count);
      blocks = frame.spec.layers.map((_, layer) => createLayerBlock(layer, {
        hover: (unit, at) => point(layer, unit, at), press: (unit) => togglePin(store, layer, unit),
        describe: (unit) => describe(layer, unit),
      }));
      blockPlace.replaceChildren(...blocks.map((block) => block.element));
    }
    unpinWhatIsGone(store, frame.spec);
    measure();
    mark(store.get());
    showHeads();
    if (before && before.length !== layout.columns.length) slide(before);
  }

  /** Heads run ahead of the frames: they show what was asked for, also while it is compiled. */
  function showHeads() {
    if (!frame) return;
    const { run: { draft, spec, waiting } } = store.get();
    const ahead = draft && draft.layers.length === blocks.length;
    head.update(ahead ? draft : frame.spec, "softmax", ahead && waiting ? spec : null);
  }

  /** Columns come from where one was before. */
  function slide(before) {
    if (reducedMotion()) return;
    const columns = [input, ...blocks.map((block) => block.element), output];
    columns.forEach((column, i) => {
      const from = before[i === columns.length - 1 ? before.length - 1 : Math.min(i, before.length - 1)];
      const by = from - layout.columns[i].x;
      column.animate([{ translate: `${by}px` }, { translate: "0px" }], { duration: SLIDE, easing: "ease-out" });
    });
  }

  function measure() {
    const units = frame.spec.layers.map((layer) => layer.units);
    const room = () => ({
      width: scroller.clientWidth, height: scroller.clientHeight - heads.offsetHeight, rem: rem(), fixed,
    });
    heads.classList.toggle("narrow", layOutImages(units, room()).apart < HEAD_WIDE * rem());
    layout = layOutImages(units, room());
    stage.style.width = `${layout.width}px`;
    field.style.height = `${layout.height}px`;
    head.place(layout);
    blocks.forEach((block, i) =>
      block.place(layout.blocks[i], units[i], { x: layout.columns[i + 1].x, y: layout.middle }));
    const [first, last] = [layout.columns[0], layout.columns.at(-1)];
    placeColumn(input, first);
    placeColumn(output, last);
    fans.draw(layout, bars.element.offsetHeight);
  }

  function placeColumn(column, { x, width }) {
    column.style.width = `${width}px`;
    column.style.left = `${x - width / 2}px`;
    column.style.top = `${layout.middle}px`;
  }

  function activationsOf(layer) {
    const { data } = frame.arrays.activations ?? { data: [] };
    const start = unitIndex(frame.spec, layer, 0);
    return data.length ? data.subarray(start, start + frame.spec.layers[layer].units) : null;
  }

  function paint() {
    const { appearance: { palette }, images: { set: images } } = store.get();
    if (!palette || !frame || !images) return;
    const { image, probabilities, activations } = frame.arrays;
    if (image) drawSelectedImage(picture, frame.arrays, store.get());
    if (activations) blocks.forEach((block, layer) => block.paint(activationsOf(layer), palette));
    if (probabilities) bars.update(probabilities.data, label, palette);
    if (pointed) showValue();
  }

  /** Says which image it is; the right label is known of images of the set. */
  function followDigit({ images: { digit, set: images } }) {
    if (!images) return;
    shownDigit = digit;
    label = null;
    const drawn = !("row" in digit);
    const sample = digit.part === "train" ? "network.sample.train" : "network.sample";
    const text = drawn ? word("network.drawing") : word(sample, { row: formatCount(digit.row + 1) });
    setText(caption, text);
    picture.setAttribute("aria-label", text);
    if (drawn) return;
    library.get(digit.part, [digit.row]).then(({ labels }) => {
      if (shownDigit !== digit || store.get().images.set?.name !== images.name) return;
      [label] = labels;
      const said = word("network.labelled", { name: className(images, label) });
      setText(caption, said);
      picture.setAttribute("aria-label", `${text}, ${said}`);
      paint();
    }, () => {});
  }

  function describe(layer, unit) {
    const name = word("unit.name", { layer: layer + 1, unit: unit + 1 });
    const value = frame?.arrays.activations && layer < frame.spec.layers.length
      ? activationsOf(layer)[unit] : undefined;
    return value === undefined ? name : word("spoken.value", { name, value: formatWeight(value) });
  }

  function point(layer, unit, at) {
    pointed = unit === null ? null : { layer, unit, at };
    if (pointed) showValue();
    else tooltip.hide();
  }

  function showValue() {
    const { layer, unit, at } = pointed;
    tooltip.showAt(describe(layer, unit), at.x, at.y);
  }

  function mark({ view: { pinned } }) {
    blocks.forEach((block, layer) => block.mark(pinned?.layer === layer ? pinned.unit : null));
  }

  function resize() {
    if (frame) measure();
  }

  const unwatch = [
    store.watch(["appearance.palette", "images.showSaliency"], paint),
    store.watch(["view.pinned"], mark),
    store.watch(["run.draft", "run.spec", "run.waiting"], showHeads),
    store.watch(["images.digit", "images.set"], followDigit),
  ];

  function destroy() {
    unwatch.forEach((stop) => stop());
    tooltip.hide();
    element.replaceChildren();
  }

  return { update, resize, destroy };
}
