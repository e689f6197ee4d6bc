/** Animation part of the picture tab. */

import { createChoice } from "controls/choice";
import { h, setText } from "lib/dom";
import { describeError } from "lib/errors";
import { saveFile } from "lib/files";
import { animate, pickEvenly, pointsOfRun } from "pictures/animation";
import { word } from "lib/words";

const FORMATS = ["gif", "webp", "png"];
const FRAMES = ["12", "24", "48"];
const PAUSES = ["60", "120", "250"];
const WIDTHS = ["480", "640", "960"];
const chosen = { format: "gif", frames: "24", pause: "120", width: "640" };

/**
 * @param {Context} context
 * @param {() => Object} sheetOf what the pictures show, as `pictures/sheet` takes it
 * @returns {{element: HTMLElement, destroy: () => void}}
 */
export function createAnimationPart(context, sheetOf) {
  const { store } = context;
  let giveUp = null;
  const choose = (key, names, labelOf) => {
    const choice = createChoice(
      { label: word(`animation.${key}`), help: "", path: `animation.${key}` },
      { options: names.map((name) => [name, labelOf(name)]), onInput: (value) => { chosen[key] = value; } });
    choice.update(chosen[key]);
    return choice.element;
  };
  const make = h("button.button", {
    type: "button", data: { action: "animate", help: word("help.animate") }, on: { click: start },
  }, word("action.animate"));
  const cancel = h("button.button", {
    type: "button", hidden: true, data: { action: "cancelAnimation" }, on: { click: () => giveUp?.abort() },
  }, word("action.cancel"));
  const bar = h("progress.animation-progress", { value: 0, max: 1, hidden: true, "aria-label": word("animation.progress") });
  const said = h("span.animation-said", { role: "status" });
  const element = h("section.animation", { "aria-label": word("animation.title") },
    h("h3.animation-title", {}, word("animation.title")),
    h("div.animation-controls", {},
      choose("format", FORMATS, (name) => word(`animation.format.${name}`)),
      choose("frames", FRAMES, (name) => name),
      choose("pause", PAUSES, (name) => word("animation.ms", { ms: name })),
      choose("width", WIDTHS, (name) => word("animation.px", { px: name })),
      make, cancel),
    h("div.animation-state", {}, bar, said));

  async function start() {
    const points = pickEvenly(pointsOfRun(store.get().timeline.points), Number(chosen.frames));
    if (points.length < 2) {
      setText(said, word("animation.tooShort"));
      return;
    }
    giveUp = new AbortController();
    showWork(true);
    setText(said, "");
    try {
      const file = await animate(context, shrink(sheetOf()), {
        points, format: chosen.format, pause: Number(chosen.pause), signal: giveUp.signal,
        progress: (share) => { bar.value = share; },
      });
      saveFile(`livenet-${store.get().run.spec.data.name}.${chosen.format}`, file);
      setText(said, word("animation.done", { size: (file.size / 1e6).toFixed(1) }));
    } catch (error) {
      setText(said, giveUp.signal.aborted ? "" : describeError(error.code ? error : { code: "unreachable" }));
    } finally {
      showWork(false);
    }
  }

  /** Even sizes, as films want them. */
  function shrink(sheet) {
    const width = Number(chosen.width);
    return { ...sheet, width, height: 2 * Math.round((width * sheet.height) / sheet.width / 2) };
  }

  function showWork(busy) {
    make.hidden = busy;
    cancel.hidden = bar.hidden = !busy;
    bar.value = 0;
    (busy ? cancel : make).focus({ preventScroll: true });
  }

  return { element, destroy: () => giveUp?.abort() };
}
