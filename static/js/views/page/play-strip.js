/** Control strip: run controls and the main settings; the rest behind "More". */

import { createField } from "controls/field";
import { createScheduleCurve } from "controls/schedule-curve";
import { createSettingsGroup } from "controls/settings";
import { h, icon } from "lib/dom";
import { createActivation, createLoss, createSpeed } from "controls/special-fields";
import { createRunButtons } from "controls/run-buttons";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";

const PHONE = "(max-width: 719px)";
const CONTROLS = ["M2 5h6.5M12.5 5H14M2 11h1.5M7.5 11H14", "M10.5 3.2v3.6M5.5 9.2v3.6"];
const CLIP_START = 1;

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const transport = createRunButtons(context);
  const sheet = createSheet(context);
  const open = h("button.button.sheet-open", {
    type: "button", "aria-expanded": "false", "aria-controls": "controls",
    "aria-label": word("action.controls"),
    on: { click: () => showSheet(open.getAttribute("aria-expanded") !== "true") },
  }, icon(...CONTROLS));
  transport.element.append(open);
  element.setAttribute("aria-label", word("action.controls"));
  element.append(transport.element, sheet.element);

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

  /** What is needed least often has no room beside the rest on a phone. */
  function placeRare() {
    const { steps, oneBatch, newSeed } = transport;
    if (phone.matches) rare.append(oneBatch, newSeed);
    else {
      steps.firstChild.after(oneBatch);
      steps.append(newSeed);
    }
  }

  const rare = h("div.rare");
  sheet.head.after(rare);
  const phone = window.matchMedia(PHONE);
  phone.addEventListener("change", placeRare);
  placeRare();

  // What is below leaves so much less to the output, so that all of it stays in sight.
  const observer = new ResizeObserver(() =>
    document.querySelector(".columns").style.setProperty("--strip", `${element.offsetHeight}px`));
  observer.observe(element);

  function destroy() {
    observer.disconnect();
    phone.removeEventListener("change", placeRare);
    transport.destroy();
    sheet.destroy();
    element.replaceChildren();
  }

  function update(frame) {
    transport.update(frame);
    sheet.update(frame);
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
  const curve = createScheduleCurve(context);
  rate.element.append(curve.now);
  const more = createMore(context, curve);
  const close = h("button.icon-button.sheet-close", {
    type: "button", "aria-label": word("action.close"),
  }, icon("M4 4l8 8", "M12 4l-8 8"));
  const fields = { rate, optimizer, activation, loss, l1, l2, speed };
  const head = h("div.sheet-head", {}, makeTerm("span.card-title", word("help.controls"), word("action.controls")), close);
  const settings = createSettingsGroup(context.store, ...Object.entries(fields).map(([name, field]) => {
    field.element.classList.add(`control-${name}`);
    return field.element;
  }));
  const element = h("div.sheet", { id: "controls" }, head, settings.element, more.toggle, more.element);
  const update = ({ meta }) => curve.update(meta.step);
  const destroy = () => [...Object.values(fields), settings, curve, more].forEach((f) => f.destroy?.());
  return { element, head, close, update, destroy };
}

/** The less used controls, in a row of their own. */
function createMore(context, curve) {
  const { store, schema } = context;
  const made = [];
  const field = (path, options) => {
    const control = createField(path, context, options);
    made.push(control);
    return control.element;
  };
  /** Settings that only some choices of a path read; the others hide them. */
  const readBy = (path) => Object.fromEntries(schema.readBy(path).map((one) => [one, field(one)]));
  const rates = readBy("optimizer.name");
  const group = (name, ...children) => h("fieldset.group", {},
    makeTerm("legend.group-title", word(`help.${name}.name`), word(`group.${name}`)), ...children);
  const settings = createSettingsGroup(store,
    group("optimizer", ...Object.values(rates),
      field("optimizer.clip_norm", { initial: CLIP_START })),
    group("initializer", field("initializer.name"), field("initializer.scale")));
  const decay = readBy("schedule.name");
  if (schema.field("schedule.name").options.length > 1) {
    settings.element.append(group("schedule", field("schedule.name"), field("schedule.warmup_steps"),
      ...Object.values(decay), curve.element));
  }
  const element = h("div.more", { id: "more", hidden: true }, settings.element);
  const toggle = h("button.button.more-toggle", {
    type: "button", "aria-expanded": "false", "aria-controls": "more",
    data: { help: word("help.more") }, on: { click: () => store.set({ page: { more: element.hidden } }) },
  }, word("action.more"), icon("M4 6l4 4 4-4"));

  function show({ page: { more } }) {
    element.hidden = !more;
    toggle.setAttribute("aria-expanded", more);
  }

  const unwatch = [store.watch(["page.more"], show), store.watch(["run.draft"], ({ run: { draft } }) => {
    if (!draft) return;
    for (const [path, element] of Object.entries(rates)) {
      element.hidden = !schema.reads("optimizer.name", draft.optimizer.name, path);
    }
    for (const [path, element] of Object.entries(decay)) {
      element.hidden = !schema.reads("schedule.name", draft.schedule.name, path);
    }
  })];
  const destroy = () => [...unwatch, settings.destroy, ...made.map((control) => control.destroy)].forEach((f) => f());
  return { toggle, element, destroy };
}
