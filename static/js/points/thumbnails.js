/**
 * Thumbnail buttons of the data sets: points by their task, one for the custom points,
 * and the sets of images.
 */

import { h, icon, pixelRatio } from "lib/dom";
import { createLoading } from "images/loading";
import { whenFrameIsSeen } from "stream/first-frame";
import { paintGlyph } from "images/glyphs";
import { listImageSets } from "spec/data-sets";
import { labelColour } from "plot/palette";
import { inferTask, widenTask } from "spec/point-labels";
import { explain, makeTerm } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const TASKS = ["binary", "multiclass", "regression"];
const CUSTOM = "points";
const PICTURE = 48;
const DOT = 1.35;
/** A picture so small shows no more of many points. */
const MOST_DOTS = 300;
const PERIOD = 250;
const PENCIL = ["M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z", "M9.6 4.1l2.3 2.3"];
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * @param {Context} context
 * @param {HTMLElement|null} beside what stands beside the picture of the custom points; without it
 *   the images come first, and the points are folded away
 * @returns {{element: HTMLElement, resize: () => void, destroy: () => void}}
 */
export function createThumbnails({ store, actions, customPoints, datasets, taskOf }, beside = null) {
  const buttons = new Map();
  const element = h("div.thumbnails", { role: "radiogroup", "aria-label": word("card.data") });
  const loading = createLoading(store);
  let painted = { palette: null, ratio: 0 };
  let begun = false;
  const pencil = icon(...PENCIL);
  const customButton = beside && makeButton(CUSTOM);
  if (beside) element.append(...makePoints(), makeCustom(), ...makeImages());
  else {
    element.append(...makeImages(), h("details.data-more", {},
      h("summary", {}, word("task.plane"), icon("M4 6l4 4 4-4")),
      h("div.thumbnails", {}, ...makePoints())));
  }

  function makePoints() {
    return TASKS.flatMap((task) => {
      const names = Object.keys(datasets).filter((name) => datasets[name].task === task);
      return names.length ? makeRow(`help.task.${task}`, `task.${task}`, names) : [];
    });
  }

  function makeImages() {
    return [...makeRow("help.task.images", "task.images", listImageSets()), loading.element];
  }

  function makeRow(help, title, names) {
    return [makeTerm("span.group-title", word(help), word(title)),
      h("div.thumbnail-row", {}, ...names.map(makeButton))];
  }

  function makeCustom() {
    customButton.append(pencil);
    return h("div.thumbnail-row.custom-row", {}, customButton, h("div.custom-beside", {},
      makeTerm("span.group-title", word("help.dataset.points"), word("data.points")), beside));
  }

  function makeButton(name) {
    const button = h("button.thumbnail", {
      type: "button", role: "radio", "aria-label": word(`data.${name}`),
      data: { help: explain(word(`data.${name}`), word(`help.dataset.${name}`)), dataset: name },
      on: { click: () => choose(name), keydown: (event) => move(event, name) },
    }, h("canvas"));
    buttons.set(name, button);
    return button;
  }

  function choose(name) {
    if (name === CUSTOM) customPoints.choose();
    else actions.chooseData(name);
  }

  function move(event, name) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const names = [...buttons.keys()].filter((one) => buttons.get(one).checkVisibility());
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    buttons.get(next).focus();
    choose(next);
  }

  /** Paints the pictures in the colours and the resolution of now. */
  function paint() {
    const { appearance: { palette } } = store.get();
    const next = { palette, ratio: pixelRatio() };
    if (!begun || !palette || (painted.palette === palette && painted.ratio === next.ratio)) return;
    painted = next;
    for (const [name, button] of buttons) {
      if (name in datasets) paintPoints(button.firstChild, datasets[name], palette);
      else if (name !== CUSTOM) paintGlyph(button.firstChild, name, palette, PICTURE * pixelRatio());
    }
    if (beside) paintOwn();
  }

  function paintOwn() {
    const { appearance: { palette }, points: { custom: points }, run: { draft } } = store.get();
    const empty = !points?.length;
    customButton.firstChild.hidden = empty;
    // An SVG element has no `hidden` of its own.
    pencil.toggleAttribute("hidden", !empty);
    if (empty || !palette || !draft) return;
    const task = widenTask(points, draft.data.name === CUSTOM ? taskOf(draft) : draft.data.task)
      ?? inferTask(points);
    const every = Math.ceil(points.length / MOST_DOTS);
    const some = points.filter((_, i) => i % every === 0);
    paintPoints(customButton.firstChild, { task, points: some }, palette);
  }

  whenFrameIsSeen().then(() => {
    begun = true;
    paint();
  });
  const throttle = createThrottle(PERIOD, paintOwn);
  const unwatch = [
    store.watch(["appearance.palette"], paint),
    store.watch(["points.custom"], () => beside && throttle.offer()),
    store.watch(["run.draft", "run.pending"], ({ run: { draft, pending } }) => {
      const chosen = draft?.data.name ?? null;
      const next = pending?.spec.data.name ?? chosen;
      for (const [name, button] of buttons) {
        button.setAttribute("aria-checked", name === chosen);
        button.toggleAttribute("data-pending", name === next && next !== chosen);
        button.tabIndex = name === (next ?? buttons.keys().next().value) ? 0 : -1;
      }
    }),
  ];

  function destroy() {
    throttle.cancel();
    loading.destroy();
    unwatch.forEach((stop) => stop());
  }

  return { element, resize: paint, destroy };
}

function paintPoints(canvas, { task, points }, palette) {
  const ratio = pixelRatio();
  canvas.width = canvas.height = PICTURE * ratio;
  const context = canvas.getContext("2d");
  context.scale((PICTURE * ratio) / 12.6, (PICTURE * ratio) / 12.6);
  const largest = Math.max(...points.map(([, , label]) => Math.abs(label))) || 1;
  for (const [x1, x2, label] of points) {
    context.fillStyle = labelColour(palette, task, label, largest);
    context.beginPath();
    context.arc(6.3 + x1, 6.3 - x2, (DOT * 12.6) / PICTURE, 0, 2 * Math.PI);
    context.fill();
  }
}
