/** Points dialog: table, import and export. */

import { h, icon, setText } from "lib/dom";
import { saveFile } from "lib/files";
import { formatCount } from "lib/format";
import { writeCsv } from "points/csv";
import { createImport } from "points/import";
import { createTable } from "points/table";
import { axesOf, targetOf } from "plot/table-axes";
import { listClassNames } from "spec/data-sets";
import { word } from "lib/words";

/** Opens the dialog; it is gone once it is closed, and the focus is where it was. */
export function openPointsDialog(context) {
  const { store, customPoints, taskOf } = context;
  const table = createTable(context);
  const loader = createImport({
    onTable: ({ points, task }) => customPoints.replace(points, { task }),
  });
  const count = h("span.dialog-note");
  const close = h("button.icon-button", {
    type: "button", "aria-label": word("action.close"), on: { click: () => dialog.close() },
  }, icon("M4 4l8 8", "M12 4l-8 8"));
  const foreign = h("div.foreign", {},
    h("p", {}, word("points.foreign")),
    h("button.button", { type: "button", data: { action: "makePoints" }, on: { click: customPoints.choose } },
      word("action.makePoints")));
  const dialog = h("dialog.dialog.points-dialog", { "aria-labelledby": "points-title" },
    h("div.dialog-head", {}, h("h2.dialog-title", { id: "points-title" }, word("points.title")),
      count, h("div.spacer"), close),
    h("div.dialog-body", {},
      h("div.dialog-main", {}, table.element, foreign),
      h("div.dialog-side", {}, loader.element, createSaving(context))));

  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    dialog.addEventListener(type, (event) => {
      event.preventDefault();
      dialog.classList.toggle("dropping", type === "dragenter" || type === "dragover");
      const [file] = type === "drop" ? event.dataTransfer.files : [];
      if (file) loader.take(file);
    });
  }

  const unwatch = store.watch(["run.draft", "points.custom", "run.spec"], ({ run: { draft }, points: { custom: points } }) => {
    const isCustom = draft.data.name === "points";
    const shown = table.element.hidden;
    table.element.hidden = !isCustom;
    foreign.hidden = isCustom;
    if (isCustom && shown) table.render();
    setText(count, isCustom ? word("points.count", {
      count: formatCount(points.length), task: word(`task.${taskOf(draft)}`),
    }) : word(`data.${draft.data.name}`));
  });
  dialog.addEventListener("close", () => {
    unwatch();
    table.destroy();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  table.render();
}

/** Downloads of the points as the network sees them now. */
function createSaving({ customPoints }) {
  const save = (action, kind, predictions) => h("button.button.small", {
    type: "button", data: { action },
    on: {
      click: async () => {
        const frame = await customPoints.askForPoints();
        const { arrays, meta, spec } = frame;
        const name = `livenet-${spec.data.name}-${kind}${predictions ? `-step-${meta.step}` : ""}.csv`;
        saveFile(name, writeCsv(arrays.points.data, {
          predictions, axes: axesOf(frame), target: targetOf(frame), classes: listClassNames(spec),
        }), "text/csv");
      },
    },
  }, word(`action.${action}`));
  return h("section.saving", {},
    h("h3.dialog-part", {}, word("points.save")),
    h("div.dialog-row", {}, save("saveData", "data", false),
      save("savePredictions", "predictions", true)),
    h("p.quiet", {}, word("points.save.hint")));
}
