/** Controls for more than one field of the spec: speed, common activation, loss. */

import { createChoice } from "controls/choice";
import { markPending } from "controls/pending";
import { createSlider } from "controls/slider";
import { optionHelp, optionText } from "lib/terms";
import { word } from "lib/words";

const SPEEDS = { path: "speed", minimum: 1, maximum: 200, initial: 1, log: true, whole: true };

/** Epochs between two pictures. */
export function createSpeed({ store, actions }) {
  const field = { ...SPEEDS, label: word("label.speed"), help: word("help.speed") };
  const slider = createSlider(field, { onInput: actions.setSpeed, format: (value) => `×${value}` });
  const destroy = store.watch(["run.speed", "images.set"], ({ run: { speed }, images: { set: images } }) => {
    slider.update(speed);
    // An epoch of images takes many pictures, so there is nothing to choose.
    slider.element.hidden = Boolean(images);
  });
  return { ...slider, destroy };
}

/** One activation for all layers; "Mixed" when they differ. */
export function createActivation({ schema, store, edits }) {
  const field = schema.field("layers.activation");
  const names = field.options.map((name) => [name, optionText(field.key, name)]);
  const choice = createChoice(
    { ...field, label: word("label.activation.all"), help: word("help.activation.all"), path: "activation" },
    { options: names, onInput: change, explain: (name) => optionHelp(field.key, name) });

  function change(activation) {
    if (activation === "mixed") return;
    edits.edit({ layers: store.get().run.draft.layers.map((layer) => ({ ...layer, activation })) });
  }

  const unwatch = store.watch(["run.draft"], ({ run: { draft } }) => {
    if (!draft) return;
    const used = new Set(draft.layers.map((layer) => layer.activation));
    choice.setOptions(used.size > 1 ? [["mixed", word("option.mixed")], ...names] : names);
    choice.update(used.size > 1 ? "mixed" : ([...used][0] ?? field.initial));
    choice.input.disabled = used.size === 0;
  });
  const unmark = markPending(choice.element, store, ({ layers }) => layers.map((layer) => layer.activation).join());
  const destroy = () => [unwatch, unmark].forEach((stop) => stop());
  return { ...choice, destroy };
}

/** The losses that fit the task; the first is the default, which null names. */
export function createLoss({ schema, store, edits, taskOf }) {
  const field = schema.field("loss");
  let fitting = [];
  const choice = createChoice(field, {
    options: [], explain: (name) => optionHelp("loss", name), onInput: (name) => edits.edit({ loss: name === fitting[0] ? null : name }),
  });
  const unwatch = store.watch(["run.draft"], ({ run: { draft } }) => {
    if (!draft) return;
    fitting = schema.lossesOf(taskOf(draft));
    choice.setOptions(fitting.map((name) => [name, optionText("loss", name)]));
    choice.update(draft.loss ?? fitting[0]);
  });
  const unmark = markPending(choice.element, store, ({ loss }) => loss);
  const destroy = () => [unwatch, unmark].forEach((stop) => stop());
  return { ...choice, destroy };
}
