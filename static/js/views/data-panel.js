/** Data panel: thumbnails of the data sets and their settings. */

import { createChoice } from "controls/choice";
import { createField } from "controls/field";
import { createSettingsGroup } from "controls/settings";
import { h, icon, setText } from "lib/dom";
import { formatPercent } from "lib/format";
import { openPointsDialog } from "points/dialog";
import { fitsTask } from "spec/point-labels";
import { createTableAxes } from "points/table-axes";
import { createThumbnails } from "points/thumbnails";
import { isTable } from "spec/data-sets";
import { word } from "lib/words";

const TASKS = ["binary", "multiclass", "regression"];
const BY_LABELS = "labels";

const percent = (value) => formatPercent(value, 0);

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, schema, actions, customPoints } = context;
  const table = h("button.button.small", {
    type: "button", data: { help: word("help.table"), action: "table" },
    on: { click: () => openPointsDialog(context) },
  }, word("action.table"));
  const thumbnails = createThumbnails(context, table);
  const task = createTask(context);
  const anew = h("button.button.small", {
    type: "button", data: { action: "newPoints" }, on: { click: actions.newPoints },
  }, word("action.newPoints"));
  const fields = {
    noise: createField("data.noise", context),
    samples: createField("data.samples", context),
    share: createField("data.test_fraction", context, { format: percent }),
    validation: createField("data.validation_fraction", context, { format: percent }),
    batch: createField("batch_size", context),
    classes: createField("data.classes", context),
    flipped: createField("data.label_noise", context, { format: percent }),
    balance: createField("data.class_balance", context, { format: percent }),
  };
  const { noise, samples, share, validation, batch, classes, flipped, balance } = fields;
  const axes = createTableAxes(context);
  const more = h("details.data-more", {},
    h("summary", { data: { help: word("help.more") } }, word("action.more"), icon("M4 6l4 4 4-4")),
    h("div.fields", {}, validation.element, flipped.element, balance.element));

  const settings = [
    createSettingsGroup(store, anew),
    createSettingsGroup(store, thumbnails.element,
      h("div.fields", {}, task.element, noise.element, samples.element, share.element, batch.element,
        classes.element, axes.element, more), axes.note),
  ];
  const [aside, body] = settings.map((group) => group.element);
  element.append(
    h("div.card-head", {},
      h("h2.card-title.term", {
        id: "data-title", tabindex: 0, data: { help: word("help.card.data") },
      }, word("card.data")),
      h("div.spacer"),
      aside),
    h("div.data-body", {}, body));

  const unwatch = store.watch(["run.draft"], ({ run: { draft } }) => {
    if (!draft) return;
    const { name } = draft.data;
    const isCustom = name === "points";
    task.element.hidden = !isCustom;
    const reads = (path) => schema.reads("data.name", name, path);
    noise.element.hidden = !reads("data.noise");
    samples.element.hidden = !reads("data.samples");
    classes.element.hidden = !reads("data.classes");
    flipped.element.hidden = !reads("data.label_noise");
    balance.element.hidden = !reads("data.class_balance");
    // Own points and tables stay as they are: only their split can be drawn anew.
    const stays = isCustom || isTable(draft);
    setText(anew, word(stays ? "action.newSplit" : "action.newPoints"));
    anew.dataset.help = word(stays ? "help.newSplit" : "help.newPoints");
  });

  function destroy() {
    unwatch();
    settings.forEach((group) => group.destroy());
    thumbnails.destroy();
    task.destroy();
    axes.destroy();
    for (const field of Object.values(fields)) field.destroy();
    element.replaceChildren();
  }

  return { update: customPoints.see, resize: thumbnails.resize, destroy };
}

/** What own points are for; only tasks that their labels fit are offered. */
function createTask({ schema, store, edits }) {
  const field = schema.field("data.task");
  const choice = createChoice(field, {
    options: [], explain: (name) => (name ? word(`help.task.${name}`) : ""),
    onInput: (name) => edits.edit({ data: { task: name === BY_LABELS ? null : name } }),
  });
  const destroy = store.watch(["run.draft", "points.custom"], ({ run: { draft }, points: { custom } }) => {
    if (!draft || !custom) return;
    const tasks = TASKS.filter((task) => fitsTask(custom, task));
    choice.setOptions([BY_LABELS, ...tasks].map((name) => [name, word(`task.${name}`)]));
    choice.update(draft.data.task ?? BY_LABELS);
  });
  return { ...choice, destroy };
}
