/** Form controls made from the schema and bound to the spec. */

import { createChoice } from "controls/choice";
import { markPending } from "controls/pending";
import { createSlider } from "controls/slider";
import { createToggle } from "controls/toggle";
import { optionHelp, optionText } from "lib/terms";
import { word } from "lib/words";

/** The value of a dotted path. */
function valueAt(spec, path) {
  return path.split(".").reduce((node, key) => node[key], spec);
}

/** The merge patch that sets one dotted path. */
function patchAt(path, value) {
  return path.split(".").reduceRight((inner, key) => ({ [key]: inner }), value);
}

/**
 * Makes the control of a field.
 *
 * @param {Object} field from the schema
 * @param {any} options
 */
export function createControl(field, options) {
  if (field.control === "choice") {
    const choices = field.options.map((name) => [name, optionText(field.key, name)]);
    const explain = (name) => optionHelp(field.key, name);
    return createChoice(field, { explain, ...options, options: choices });
  }
  if (field.control === "flag") return createToggle(field, options);
  return field.nullable ? createOptional(field, options) : createSlider(field, options);
}

/**
 * Makes a slider with a switch, for nullable numbers.
 *
 * @param {Object} field from the schema, nullable
 * @param {{onInput: Function, initial: number, format?: Function}} options
 *   `initial` is where the slider stands when first switched on
 */
function createOptional(field, { onInput, initial, format }) {
  let last = initial;
  const slider = createSlider({ ...field, initial }, { onInput: take, format });
  const toggle = createToggle(
    { label: "", path: `${field.path}.on` },
    { onInput: (on) => onInput(on ? last : null) },
  );
  toggle.input.setAttribute("aria-label", word("control.on.of", { name: field.label }));
  slider.element.firstChild.append(toggle.element);

  function take(value) {
    last = value;
    onInput(value);
  }

  function update(value) {
    const on = value !== null;
    toggle.update(on);
    slider.input.disabled = !on;
    slider.element.classList.toggle("off", !on);
    if (on) slider.update((last = value));
  }

  update(null);
  return { element: slider.element, input: slider.input, update };
}

/**
 * Makes the control of a path of the spec: it shows the draft and edits live.
 *
 * @param {string} path such as `optimizer.learning_rate`
 * @param {{schema, store: Store, edits}} context
 * @param {{format?: Function, initial?: number}} options
 * @returns {{element, input, destroy: Function}}
 */
export function createField(path, { schema, store, edits }, options = {}) {
  const control = createControl(schema.field(path), {
    ...options,
    onInput: (value) => edits.edit(patchAt(path, value)),
  });
  const unwatch = [
    store.watch(["run.draft"], ({ run: { draft } }) => {
      if (draft) control.update(valueAt(draft, path));
    }),
    markPending(control.element, store, (spec) => valueAt(spec, path)),
  ];
  const destroy = () => unwatch.forEach((stop) => stop());
  return { ...control, destroy };
}
