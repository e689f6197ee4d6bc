/** Picture tab of the share dialog: preview, save and copy. */

import { createChoice } from "controls/choice";
import { h } from "lib/dom";
import { saveFile } from "lib/files";
import { rasterize } from "pictures/raster";
import { MOTIF_NAMES, drawSheet } from "pictures/sheet";
import { describeSubject, makeSubject, nameSubject } from "pictures/subject";
import { createAnimationPart } from "share/animation-part";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const SIZES = ["1920x1080", "1600x900", "1600x1200", "1280x720"];
const THEMES = ["shown", "light", "dark"];
const PERIOD = 300;
/** What was chosen stays chosen until the page goes. */
const chosen = { motif: "all", size: SIZES[0], theme: THEMES[0] };

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{show: () => void, destroy: () => void}}
 */
export function create(element, context) {
  const { store } = context;
  if (store.get().images.set) {
    element.append(h("p.picture-note", {}, word("picture.imagesNot")));
    return { show() {}, destroy() {} };
  }
  let frame = null;
  let text = "";
  let turn = 0;

  const choose = (key, names) => {
    const choice = createChoice(
      { label: word(`picture.${key}`), help: word(`help.picture.${key}`), path: `picture.${key}` },
      {
        options: names.map((name) => [name, key === "size" ? name.replace("x", " × ") : word(`picture.${key}.${name}`)]),
        onInput: (value) => {
          chosen[key] = value;
          redraw.offer();
        },
      });
    choice.update(chosen[key]);
    return choice.element;
  };
  const write = (key) => h("input.text-input", {
    type: "text", maxlength: 200, data: { path: `picture.${key}` }, on: { input: () => redraw.offer() },
  });
  const field = (key, input) => h("label.field", { data: { help: word(`help.picture.${key}`) } },
    h("div.field-head", {}, h("span.field-label", {}, word(`picture.${key}`))), input);
  const title = write("title");
  const caption = write("caption");
  const preview = h("img.picture-preview", { alt: "" });
  const said = h("p.picture-said", { role: "status" });
  const button = (name, act) => h("button.button", {
    type: "button", data: { action: name, help: word(`help.${name}`) }, on: { click: act },
  }, word(`action.${name}`));
  const animation = createAnimationPart(context, () => sheet());
  element.append(
    h("div.picture-controls", {},
      choose("motif", MOTIF_NAMES), choose("size", SIZES), choose("theme", THEMES)),
    h("div.picture-words", {}, field("title", title), field("caption", caption)),
    h("div.picture-frame", {}, preview),
    h("div.picture-actions", {},
      button("savePng", savePng), button("saveSvg", saveSvg), button("copyPicture", copy),
      h("span.spacer"), button("newMoment", show)),
    said, animation.element);

  function sheet() {
    const [width, height] = chosen.size.split("x").map(Number);
    return {
      motif: chosen.motif, width, height, title: title.value, caption: caption.value,
      scheme: chosen.theme === "shown" ? "" : chosen.theme,
    };
  }

  /** Takes the snapshot that is seen now. */
  function show() {
    const next = context.frame();
    if (!next) return;
    // Words of a person's own stay.
    if (!title.value || title.value === title.dataset.made) title.value = title.dataset.made = nameSubject(next);
    if (!caption.value || caption.value === caption.dataset.made) {
      caption.value = caption.dataset.made = describeSubject(next);
    }
    frame = next;
    redraw.offer();
  }

  async function draw() {
    turn += 1;
    const mine = turn;
    const wanted = sheet();
    const drawn = await drawSheet(makeSubject(frame, context, wanted.scheme), wanted);
    if (mine !== turn) return;
    text = drawn;
    URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    preview.alt = [wanted.title, wanted.caption].join(". ");
    preview.style.aspectRatio = `${wanted.width} / ${wanted.height}`;
    preview.dataset.turn = String(turn);
    said.textContent = "";
  }

  const redraw = createThrottle(PERIOD, () => frame && draw());

  function nameFile(extension) {
    const { spec, meta } = frame;
    return `livenet-${spec.data.name}-epoch${meta.epoch}.${extension}`;
  }

  async function savePng() {
    saveFile(nameFile("png"), await rasterize(text, sheet()));
  }

  function saveSvg() {
    saveFile(nameFile("svg"), text, "image/svg+xml");
  }

  async function copy() {
    try {
      const png = rasterize(text, sheet());
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
      said.textContent = word("picture.copied");
    } catch {
      // Pages without https have no clipboard, or the person has refused it.
      said.textContent = word("picture.notCopied");
    }
  }

  function destroy() {
    turn += 1;
    redraw.cancel();
    animation.destroy();
    URL.revokeObjectURL(preview.src);
  }

  return { show, destroy };
}
