/** The strip of play, epoch and what is changed most; the rest behind "More". */

import { createChoice } from "controls/choice";
import { createField, optionText } from "controls/field";
import { createSlider } from "controls/slider";
import { h, icon, setText } from "dom";
import { createThrottle } from "throttle";
import { word } from "words";

const PLAY = "M4.5 2.6v10.8L13 8z";
const PAUSE = ["M5 3v10", "M11 3v10"];
const ICONS = {
  step: ["M3.5 3v10l6.5-5z", "M12.5 3v10"],
  reset: ["M3.4 8a4.6 4.6 0 1 0 1.5-3.4", "M4.6 1.8v3h3"],
  newSeed: ["M3 3h10v10H3z", "M6 6h.01M10 6h.01M6 10h.01M10 10h.01M8 8h.01"],
  controls: ["M2 5h6.5M12.5 5H14M2 11h1.5M7.5 11H14", "M10.5 3.2v3.6M5.5 9.2v3.6"],
};
const SPEEDS = { path: "speed", minimum: 1, maximum: 200, initial: 1, log: true, whole: true };
const CLIP_START = 1;
const PERIOD = 100;

/** Rates that each optimizer reads. */
const READS = {
  momentum: ["momentum"],
  nesterov: ["momentum"],
  adagrad: ["epsilon"],
  adadelta: ["rho", "epsilon"],
  rmsprop: ["rho", "epsilon"],
  adam: ["beta_1", "beta_2", "epsilon"],
  adamw: ["beta_1", "beta_2", "epsilon", "weight_decay"],
  nadam: ["beta_1", "beta_2", "epsilon"],
  lion: ["beta_1", "beta_2", "weight_decay"],
};
/** What each schedule reads besides the steps of its warm-up. */
const DECAYS = {
  step: ["decay_steps", "decay_rate"],
  exponential: ["decay_steps", "decay_rate"],
  cosine: ["decay_steps"],
};
const DECAY = ["decay_steps", "decay_rate"];
const RATES = ["momentum", "rho", "beta_1", "beta_2", "epsilon", "weight_decay"];

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, actions } = context;
  const play = h("button.play", { type: "button", on: { click: actions.toggle } });
  const epoch = h("output.epoch-value", { "aria-live": "off" }, "0");
  const button = (name, action) => h("button.button", {
    type: "button", "aria-label": word(`action.${name}`),
    data: { help: word(`help.${name}`), action: name }, on: { click: action },
  }, icon(...ICONS[name]), h("span.button-text", {}, word(`action.${name}`)));
  const sheet = createSheet(context);
  const open = h("button.button.sheet-open", {
    type: "button", "aria-expanded": "false", "aria-controls": "controls",
    "aria-label": word("action.controls"),
    on: { click: () => showSheet(open.getAttribute("aria-expanded") !== "true") },
  }, icon(...ICONS.controls));

  element.append(
    h("div.transport", {}, play,
      h("div.steps", {}, button("step", actions.step), button("reset", actions.reset),
        button("newSeed", actions.newSeed)),
      h("div.epoch", {}, h("span.field-label", {}, word("label.epoch")), epoch), open),
    sheet.element);

  function showSheet(shown) {
    open.setAttribute("aria-expanded", shown);
    sheet.element.classList.toggle("open", shown);
  }

  sheet.close.addEventListener("click", () => {
    showSheet(false);
    open.focus();
  });
  sheet.element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") sheet.close.click();
  });

  const unwatch = store.watch(["running"], ({ running }) => {
    play.replaceChildren(running ? icon(...PAUSE) : icon(PLAY));
    play.classList.toggle("running", running);
    play.setAttribute("aria-label", word(running ? "action.pause" : "action.run"));
    play.dataset.help = word("help.play");
  });

  const count = new Intl.NumberFormat("en-US");
  const throttle = createThrottle(PERIOD, (value) => setText(epoch, count.format(value)));

  function update(frame) {
    throttle.offer(frame.meta.epoch);
  }

  function destroy() {
    unwatch();
    throttle.cancel();
    sheet.destroy();
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}

function createSheet(context) {
  const rate = createField("optimizer.learning_rate", context);
  const optimizer = createField("optimizer.name", context);
  const activation = createActivation(context);
  const loss = createLoss(context);
  const l1 = createField("regularization.l1", context);
  const l2 = createField("regularization.l2", context);
  const speed = createSpeed(context);
  const more = createMore(context);
  const close = h("button.icon-button.sheet-close", {
    type: "button", "aria-label": word("action.close"),
  }, icon("M4 4l8 8", "M12 4l-8 8"));
  const fields = { rate, optimizer, activation, loss, l1, l2, speed };
  const element = h("div.sheet", { id: "controls" },
    h("div.sheet-head", {}, h("span.card-title", {}, word("action.controls")), close),
    ...Object.entries(fields).map(([name, field]) => {
      field.element.classList.add(`control-${name}`);
      return field.element;
    }),
    more.toggle, more.element);
  return { element, close, destroy: () => [...Object.values(fields), more].forEach((f) => f.destroy?.()) };
}

function createSpeed({ store, actions }) {
  const field = { ...SPEEDS, label: word("label.speed"), help: word("help.speed") };
  const slider = createSlider(field, { onInput: actions.setSpeed, format: (value) => `×${value}` });
  const destroy = store.watch(["speed"], ({ speed }) => slider.update(speed));
  return { ...slider, destroy };
}

/** One activation for all layers; "Mixed" when they differ. */
function createActivation({ schema, store, edits }) {
  const field = schema.field("layers.activation");
  const names = field.options.map((name) => [name, optionText(field.key, name)]);
  const choice = createChoice(
    { ...field, label: word("label.activation.all"), help: word("help.activation.all"), path: "activation" },
    { options: names, onInput: change });

  function change(activation) {
    if (activation === "mixed") return;
    edits.edit({ layers: store.get().draft.layers.map((layer) => ({ ...layer, activation })) });
  }

  const destroy = store.watch(["draft"], ({ draft }) => {
    if (!draft) return;
    const used = new Set(draft.layers.map((layer) => layer.activation));
    choice.setOptions(used.size > 1 ? [["mixed", word("option.mixed")], ...names] : names);
    choice.update(used.size > 1 ? "mixed" : ([...used][0] ?? field.initial));
    choice.input.disabled = used.size === 0;
  });
  return { ...choice, destroy };
}

/** The losses that fit the task; the first is the default, which null names. */
function createLoss({ schema, store, edits, taskOf }) {
  const field = schema.field("loss");
  let fitting = [];
  const choice = createChoice(field, {
    options: [], onInput: (name) => edits.edit({ loss: name === fitting[0] ? null : name }),
  });
  const destroy = store.watch(["draft"], ({ draft }) => {
    if (!draft) return;
    fitting = schema.lossesOf(taskOf(draft));
    choice.setOptions(fitting.map((name) => [name, optionText("loss", name)]));
    choice.update(draft.loss ?? fitting[0]);
  });
  return { ...choice, destroy };
}

/** The less used controls, in a row of their own. */
function createMore(context) {
  const { store, schema } = context;
  const made = [];
  const field = (path, options) => {
    const control = createField(path, context, options);
    made.push(control);
    return control.element;
  };
  const rates = Object.fromEntries(RATES.map((name) => [name, field(`optimizer.${name}`)]));
  const group = (name, ...children) => h("fieldset.group", {},
    h("legend.group-title", {}, word(`group.${name}`)), ...children);
  const element = h("div.more", { id: "more", hidden: true },
    group("optimizer", ...Object.values(rates),
      field("optimizer.clip_norm", { initial: CLIP_START })),
    group("initializer", field("initializer.name"), field("initializer.scale")));
  const decay = Object.fromEntries(DECAY.map((name) => [name, field(`schedule.${name}`)]));
  if (schema.field("schedule.name").options.length > 1) {
    element.append(group("schedule", field("schedule.name"), field("schedule.warmup_steps"),
      ...Object.values(decay)));
  }
  const toggle = h("button.button.more-toggle", {
    type: "button", "aria-expanded": "false", "aria-controls": "more",
    data: { help: word("help.more") }, on: { click: () => show(element.hidden) },
  }, word("action.more"), icon("M4 6l4 4 4-4"));

  function show(shown) {
    element.hidden = !shown;
    toggle.setAttribute("aria-expanded", shown);
  }

  const unwatch = store.watch(["draft"], ({ draft }) => {
    if (!draft) return;
    const read = READS[draft.optimizer.name] ?? [];
    for (const name of RATES) rates[name].hidden = !read.includes(name);
    for (const name of DECAY) decay[name].hidden = !DECAYS[draft.schedule.name]?.includes(name);
  });
  return { toggle, element, destroy: () => [unwatch, ...made.map((c) => c.destroy)].forEach((f) => f()) };
}
