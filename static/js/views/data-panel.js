/** What is trained on: pictures of the data sets and what shapes their points. */

import { createField } from "controls/field";
import { h, icon, pixelRatio } from "dom";
import { formatPercent } from "format";
import { labelColour } from "palette";
import { word } from "words";

const TASKS = ["binary", "multiclass", "regression"];
const WITH_CLASSES = ["blobs", "arms"];
const PICTURE = 48;
const DOT = 1.35;

const percent = (value) => formatPercent(value, 0);

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, actions, taskOf } = context;
  const thumbnails = createThumbnails(context);
  const fields = {
    noise: createField("data.noise", context),
    samples: createField("data.samples", context),
    share: createField("data.test_fraction", context, { format: percent }),
    batch: createField("batch_size", context),
    classes: createField("data.classes", context),
    flipped: createField("data.label_noise", context, { format: percent }),
    balance: createField("data.class_balance", context, { format: percent }),
  };
  const { noise, samples, share, batch, classes, flipped, balance } = fields;
  const more = h("details.data-more", {},
    h("summary", {}, word("action.more"), icon("M4 6l4 4 4-4")),
    h("div.fields", {}, flipped.element, balance.element));

  element.append(
    h("div.card-head", {},
      h("h2.card-title", { id: "data-title" }, word("card.data")),
      h("div.spacer"),
      h("button.button.small", {
        type: "button", data: { help: word("help.newPoints"), action: "newPoints" },
        on: { click: actions.newPoints },
      }, word("action.newPoints"))),
    h("div.data-body", {}, thumbnails.element,
      h("div.fields", {}, noise.element, samples.element, share.element, batch.element,
        classes.element, more)));

  const unwatch = store.watch(["draft"], ({ draft }) => {
    if (!draft) return;
    const task = taskOf(draft);
    classes.element.hidden = !WITH_CLASSES.includes(draft.data.name);
    balance.element.hidden = task !== "binary";
  });

  function destroy() {
    unwatch();
    thumbnails.destroy();
    for (const field of Object.values(fields)) field.destroy();
    element.replaceChildren();
  }

  return { update() {}, resize: thumbnails.paint, destroy };
}

/** A picture to press for each data set, grouped by task. */
function createThumbnails({ store, edits, datasets }) {
  const buttons = new Map();
  const element = h("div.thumbnails", { role: "radiogroup", "aria-label": word("card.data") });
  for (const task of TASKS) {
    const names = Object.keys(datasets).filter((name) => datasets[name].task === task);
    if (!names.length) continue;
    const group = h("div.thumbnail-row");
    for (const name of names) {
      const button = h("button.thumbnail", {
        type: "button", role: "radio", "aria-label": word(`data.${name}`),
        data: { help: word(`data.${name}`), dataset: name },
        on: { click: () => choose(name), keydown: (event) => move(event, name) },
      }, h("canvas"));
      buttons.set(name, button);
      group.append(button);
    }
    element.append(h("span.group-title", {}, word(`task.${task}`)), group);
  }

  function choose(name) {
    edits.edit({ data: { name } });
  }

  function move(event, name) {
    const direction = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    const names = [...buttons.keys()];
    const next = names[(names.indexOf(name) + direction + names.length) % names.length];
    buttons.get(next).focus();
    choose(next);
  }

  function paint() {
    const { palette } = store.get();
    if (!palette) return;
    for (const [name, button] of buttons) paintPoints(button.firstChild, datasets[name], palette);
  }

  const unwatch = [
    store.watch(["palette"], paint),
    store.watch(["draft"], ({ draft }) => {
      const chosen = draft && buttons.has(draft.data.name) ? draft.data.name : null;
      for (const [name, button] of buttons) {
        button.setAttribute("aria-checked", name === chosen);
        button.tabIndex = name === (chosen ?? buttons.keys().next().value) ? 0 : -1;
      }
    }),
  ];
  return { element, paint, destroy: () => unwatch.forEach((stop) => stop()) };
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
