/** Unit panel of an image network: incoming weights and maximally activating images. */

import { h, setText } from "lib/dom";
import { formatCount, formatScale } from "lib/format";
import { createGallery } from "images/gallery";
import { beginPicture } from "images/library";
import { createPowerButton } from "network/editing/power-button";
import { className } from "spec/data-sets";
import { DIVERGING } from "plot/palette";
import { makeTerm, optionText } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { namePiece, piecesOf } from "spec/weights";
import { word } from "lib/words";

const MIDDLE = (DIVERGING - 1) / 2;
/** Images are not exchanged more often than an eye can follow. */
const PERIOD = 300;

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store } = context;
  const hint = h("p.hint", {}, word("unit.hint.images"));
  const title = makeTerm("span.unit-title", word("help.unit.title"));
  const unpin = h("button.button.small", {
    type: "button", data: { action: "unpin", help: word("help.unpin") }, on: { click: () => store.set({ view: { pinned: null } }) },
  }, word("action.unpin"));
  const power = createPowerButton(context);
  const canvas = h("canvas", { role: "img", "aria-label": word("unit.weights.alt") });
  const caption = makeTerm("span.field-label", word("help.unit.weights"), word("unit.weights"));
  const weights = h("div.unit-weights", {}, caption, canvas);
  const gallery = createGallery(context, word("unit.exciting"));
  gallery.element.classList.add("exciting");
  const exciting = h("div.unit-exciting", {},
    makeTerm("span.field-label", word("help.unit.exciting"), word("unit.exciting")), gallery.element);
  const body = h("div.unit-body", { hidden: true },
    h("div.unit-head", {}, title, h("span.spacer"), power.element, unpin), h("div.unit-images", {}, weights, exciting));
  element.append(hint, body);
  let signature = "";

  const throttle = createThrottle(PERIOD, (rows) => {
    const { images: { set: images } } = store.get();
    if (!images) return;
    const format = formatScale(Math.abs(rows[1]));
    const entries = Array.from({ length: rows.length / 2 }, (_, i) => {
      const [row, value] = [rows[2 * i], rows[2 * i + 1]];
      return {
        row, caption: () => format(value),
        name: (label) => word("unit.excited", {
          row: formatCount(row + 1), label: className(images, label), value: format(value),
        }),
      };
    });
    gallery.show("test", entries);
  });

  function update({ arrays, meta }) {
    const { view: { pinned }, appearance: { palette } } = store.get();
    if (!pinned || !palette || element.clientWidth === 0) return;
    if (arrays.input_weights && pinned.layer === 0) paintWeights(arrays.input_weights, palette);
    const now = arrays.exciting && `${[...arrays.exciting.data]} ${meta.spec_id}`;
    if (!now || now === signature) return;
    signature = now;
    throttle.offer(arrays.exciting.data);
  }

  /** Row 0 is the top, as in the images; zero is always in the middle of the palette. */
  function paintWeights({ data, shape }, { diverging }) {
    const { context: picture, image } = beginPicture(canvas, shape);
    const words = new Uint32Array(image.data.buffer);
    let largest = 1e-6;
    for (const value of data) largest = Math.max(largest, Math.abs(value));
    const stride = MIDDLE / largest;
    for (let i = 0; i < data.length; i += 1) words[i] = diverging[(MIDDLE + 0.5 + data[i] * stride) | 0];
    picture.putImageData(image, 0, 0);
  }

  const unwatch = store.watch(["view.pinned", "run.spec"], ({ view: { pinned }, run: { spec } }) => {
    hint.hidden = Boolean(pinned);
    body.hidden = !pinned;
    const layer = pinned && spec?.layers[pinned.layer];
    if (!layer) return;
    weights.hidden = pinned.layer > 0;
    setText(caption, namePiece(word("unit.weights"), 0, piecesOf(layer.activation)));
    setText(title, word("unit.title", {
      layer: pinned.layer + 1,
      unit: pinned.unit + 1,
      activation: optionText("layers.activation", layer.activation),
    }));
  });

  function destroy() {
    throttle.cancel();
    unwatch();
    power.destroy();
    gallery.destroy();
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
