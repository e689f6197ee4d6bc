/** Data panel of images: the sets, their sources, and the selected image. */

import { markPending } from "controls/pending";
import { createControl } from "controls/field";
import { createSettingsGroup } from "controls/settings";
import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { createThumbnails } from "points/thumbnails";
import { hasWord, word } from "lib/words";

/** @returns {{update, resize, destroy, digits: HTMLElement}} `digits` has room for the views of one image */
export function create(element, context) {
  const { store, schema, edits } = context;
  const thumbnails = createThumbnails(context);
  const source = h("p.source-line");
  const field = schema.field("batch_size");
  const [minimum, maximum] = field.images;
  const batch = createControl(
    { ...field, minimum, maximum, sizes: true, help: word("help.batch_size.images") },
    { onInput: (size) => edits.edit({ batch_size: size }) });
  const digits = h("div.digits");
  const settings = createSettingsGroup(store, thumbnails.element, source, batch.element);
  element.append(
    h("div.card-head", {}, h("h2.card-title.term", {
      id: "data-title", tabindex: 0, data: { help: word("help.card.data.images") },
    }, word("card.data"))),
    h("div.data-body.image-data", {}, h("div.image-sets", {}, settings.element), digits));

  const unwatch = [
    store.watch(["images.set"], ({ images: { set: images } }) => {
      const from = `data.source.${images?.source}`;
      source.hidden = !hasWord(from);
      if (source.hidden) return;
      setText(source, word(from, {
        train: formatCount(images.nTrain), test: formatCount(images.nTest),
      }));
    }),
    store.watch(["run.draft"], ({ run: { draft } }) => draft && batch.update(draft.batch_size)),
    markPending(batch.element, store, (spec) => spec?.batch_size),
  ];

  function destroy() {
    unwatch.forEach((stop) => stop());
    settings.destroy();
    thumbnails.destroy();
    element.replaceChildren();
  }

  return { update() {}, resize: thumbnails.resize, destroy, digits };
}
