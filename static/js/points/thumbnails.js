/** A picture to press for each data set, grouped by task, and one for the points of one's own. */

import { h, icon, pixelRatio } from "dom";
import { labelColour } from "palette";
import { inferTask, widenTask } from "points/labels";
import { explain, makeTerm } from "terms";
import { createThrottle } from "throttle";
import { word } from "words";

const TASKS = ["binary", "multiclass", "regression"];
const OWN = "points";
const PICTURE = 48;
const DOT = 1.35;
/** A picture so small shows no more of many points. */
const MOST_DOTS = 300;
const PERIOD = 250;
const PENCIL = ["M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z", "M9.6 4.1l2.3 2.3"];
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * @param {object} context
 * @param {HTMLElement} beside what stands beside the picture of the own points
 * @returns {{element: HTMLElement, paint: () => void, destroy: () => void}}
 */
export function createThumbnails({ store, edits, own, datasets, taskOf }, beside) {
  const buttons = new Map();
  const element = h("div.thumbnails", { role: "radiogroup", "aria-label": word("card.data") });
  for (const task of TASKS) {
    const names = Object.keys(datasets).filter((name) => datasets[name].task === task);
    if (!names.length) continue;
    element.append(
      makeTerm("span.group-title", word(`help.task.${task}`), word(`task.${task}`)),
      h("div.thumbnail-row", {}, ...names.map(makeButton)));
  }
  const pencil = icon(...PENCIL);
  const ownButton = makeButton(OWN);
  ownButton.append(pencil);
  element.append(h("div.thumbnail-row.own-row", {}, ownButton,
    h("div.own-beside", {},
      makeTerm("span.group-title", word("help.dataset.points"), word("data.points")), beside)));

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
    if (name === OWN) own.choose();
    else edits.edit({ data: { name } });
  }

  function move(event, name) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const names = [...buttons.keys()];
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    buttons.get(next).focus();
    choose(next);
  }

  function paint() {
    const { palette } = store.get();
    if (!palette) return;
    for (const [name, button] of buttons) {
      if (name !== OWN) paintPoints(button.firstChild, datasets[name], palette);
    }
    paintOwn();
  }

  function paintOwn() {
    const { palette, own: points, draft } = store.get();
    const empty = !points?.length;
    ownButton.firstChild.hidden = empty;
    // An SVG element has no `hidden` of its own.
    pencil.toggleAttribute("hidden", !empty);
    if (empty || !palette || !draft) return;
    const task = widenTask(points, draft.data.name === OWN ? taskOf(draft) : draft.data.task)
      ?? inferTask(points);
    const every = Math.ceil(points.length / MOST_DOTS);
    const some = points.filter((_, i) => i % every === 0);
    paintPoints(ownButton.firstChild, { task, points: some }, palette);
  }

  const throttle = createThrottle(PERIOD, paintOwn);
  const unwatch = [
    store.watch(["palette"], paint),
    store.watch(["own"], () => throttle.offer()),
    store.watch(["draft"], ({ draft }) => {
      const chosen = draft?.data.name ?? null;
      for (const [name, button] of buttons) {
        button.setAttribute("aria-checked", name === chosen);
        button.tabIndex = name === (chosen ?? buttons.keys().next().value) ? 0 : -1;
      }
    }),
  ];

  function destroy() {
    throttle.cancel();
    unwatch.forEach((stop) => stop());
  }

  return { element, paint, destroy };
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
