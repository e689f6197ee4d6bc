/** Values that a person tries: a field for each dimension of the search, on the same plots as the method's. */

import { h } from "lib/dom";
import { optionText } from "lib/terms";
import { word } from "lib/words";
import { nameAxis } from "map/words";
import { formatAt } from "search/words";

/**
 * @param {Context} context
 * @param {(path: string) => AxisKind} kindOf
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function createByHand({ store, schema, actions }, kindOf) {
  const fields = h("div.search-hand-fields");
  const button = h("button.button.small", { type: "submit", data: { action: "propose", help: word("help.search.propose") } }, word("action.search.propose"));
  const element = h("form.search-hand", { "aria-label": word("search.hand"), on: { submit: propose } },
    h("span.search-part-name", { data: { help: word("help.search.hand") } }, word("search.hand")), fields, button);
  let inputs = [];
  let drawn = "";

  function propose(event) {
    event.preventDefault();
    actions.propose(Object.fromEntries(inputs.map(({ path, input, isText }) => [path, isText ? input.value : Number(input.value)])));
  }

  function update() {
    const { search: { settings, tested }, run: { spec } } = store.get();
    element.hidden = !settings || Boolean(tested);
    if (!settings || !spec) return;
    const key = JSON.stringify(settings.dimensions);
    if (key === drawn) return;
    drawn = key;
    inputs = settings.dimensions.map((dimension) => makeInput(dimension, spec));
    fields.replaceChildren(...inputs.map(({ path, input, isText }) => h("label.search-hand-field", {},
      h("span.field-label", {}, nameAxis(path, schema)), isText ? h("span.select-wrap", {}, input) : input)));
  }

  function makeInput({ path, low, high, values }, spec) {
    const kind = kindOf(path);
    const present = readPath(spec, path);
    const choices = values ?? kind.values;
    if (choices) {
      const input = h("select.select", {}, ...choices.map((value) => h("option", { value, selected: value === present }, optionText(path, value))));
      return { path, input, isText: true };
    }
    const [from, to] = [low ?? kind.usual[0], high ?? kind.usual[1]];
    const value = Math.max(from, Math.min(to, present ?? from));
    const input = h("input.text-input", {
      type: "number", required: true, min: from, max: to, step: kind.kind === "integer" ? 1 : "any", value: formatAt(path, value).replace("−", "-"),
    });
    return { path, input, isText: false };
  }

  return { element, update };
}

/** What the network has where a dimension leads: of layers the first one's. */
function readPath(spec, path) {
  const [part, key] = path.split(".");
  if (path === "layers.count") return spec.layers.length;
  if (part === "layers") return spec.layers[0]?.[key];
  return key ? spec[part][key] : spec[part];
}
