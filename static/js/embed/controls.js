/** Controls of an embed, in the order of its address. */

import { createChoice } from "controls/choice";
import { createField } from "controls/field";
import { h, icon } from "lib/dom";
import { TRANSPORT } from "embed/options";
import { isImages } from "spec/data-sets";
import { createLoss, createSpeed } from "controls/special-fields";
import { createRunButtons } from "controls/run-buttons";
import { createTableAxes } from "points/table-axes";
import { PATHS } from "spec/url-state";
import { word } from "lib/words";

const OUT = ["M6.5 3.5H3v9.5h9.5V9.5", "M9 2.8h4.2V7", "M13 3L7.6 8.4"];
/** They are changed in the network itself. */
const IN_PLACE = ["features", "columns", "layers"];
const PLAYGROUND = "./";

/**
 * @param {string[]} chosen words of the controls
 * @param {Context} context
 * @returns {{element, lead, update, destroy}} `lead` takes the state that the link opens
 */
export function createControls(chosen, context) {
  const run = createRunButtons(context, chosen);
  const fields = chosen.filter((name) => !TRANSPORT.includes(name) || name === "speed")
    .filter((name) => !IN_PLACE.includes(name)).map((name) => makeField(name, context));
  const link = h("a.embed-link", {
    target: "_blank", rel: "noopener", "aria-label": word("embed.open"), data: { help: word("embed.open") },
  }, h("span.embed-link-text", {}, word("embed.open")), icon(...OUT));
  const timed = ["play", "step", "step_batch", "reset"].some((name) => chosen.includes(name));
  run.element.hidden = !timed;
  const element = h("div.embed-controls", {}, run.element,
    fields.length ? h("div.embed-fields", {}, ...fields.map((field) => field.element)) : null, link);
  element.classList.toggle("bare", !timed && fields.length === 0);

  function lead(address) {
    link.href = `${PLAYGROUND}${address && `?${address}`}`;
  }

  function destroy() {
    run.destroy();
    for (const field of fields) field.destroy();
    element.remove();
  }

  return { element, lead, update: run.update, destroy };
}

function makeField(name, context) {
  if (name === "speed") return createSpeed(context);
  if (name === "loss") return createLoss(context);
  if (name === "data") return createData(context);
  if (name === "axes") return createTableAxes(context);
  return createField(PATHS[name], context);
}

/** Data sets by name, those of the same kind. */
function createData({ schema, store, actions, datasets }) {
  const field = schema.field("data.name");
  const choice = createChoice(field, { options: [], onInput: actions.chooseData });
  const destroy = store.watch(["run.draft", "run.pending"], ({ run: { draft, pending } }) => {
    if (!draft) return;
    const { name } = draft.data;
    const next = pending?.spec.data.name ?? name;
    const names = field.options.filter((one) =>
      one === name || (one in datasets ? !isImages(draft) : isImages({ data: { name: one } })));
    choice.setOptions(names.map((one) => [one, word(`data.${one}`)]));
    choice.update(next);
    choice.element.toggleAttribute("data-pending", next !== name);
  });
  return { ...choice, destroy };
}
