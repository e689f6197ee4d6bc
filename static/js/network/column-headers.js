/** Column headers: a layer's name, units and activation; between them, buttons for a new layer. */

import { h, icon, setText } from "lib/dom";
import { makeTerm, optionHelp, optionText } from "lib/terms";
import { isFrozen } from "spec/layers";
import { piecesOf } from "spec/weights";
import { word } from "lib/words";

const PLUS = "M8 4v8M4 8h8";
const MINUS = "M4 8h8";
const CHEVRON = "M5 6.5l3 3 3-3";
const LOCK = "M5 7.5V5.5a3 3 0 0 1 6 0v2M4 7.5h8v5H4z";

/**
 * @param {HTMLElement} heads above the columns
 * @param {HTMLElement} gaps holds the buttons that insert a layer
 * @param {{activations: string[], mostUnits: number, mostLayers: number, aboutInputs?: string}}
 *   limits `aboutInputs` is the key of what is said of the inputs
 * @param {Object} on `addUnit(layer)`, `dropUnit(layer)`, `activate(layer, name)`,
 *   `openMenu(button, layer)`, `openOutput(button)`, `insert(layer)`; with `setUnits(layer, units)` the number of
 *   units can be typed
 * @returns {{build, update, place}}
 */
export function createColumnHeaders(heads, gaps, limits, on) {
  let columns = [];
  let inserts = [];

  /** Makes the heads of a new number of layers. */
  function build(count) {
    columns = [
      makePlain(word("network.inputs"), word(limits.aboutInputs ?? "help.network.inputs")),
      ...Array.from({ length: count }, (_, layer) => makeHead(layer)),
      makeOutput(),
    ];
    heads.replaceChildren(...columns.map(({ element }) => element));
    const full = count >= limits.mostLayers;
    inserts = Array.from({ length: count + 1 }, (_, at) => h("button.insert", {
      type: "button", "aria-label": word("action.insertLayer", { layer: at + 1 }), disabled: full,
      data: { insert: at, help: full ? "" : word("help.insertLayer") }, on: { click: () => on.insert(at) },
    }, icon(PLUS)));
    gaps.replaceChildren(...inserts);
  }

  function makePlain(text, help) {
    const note = makeTerm("span.head-note", "");
    note.hidden = true;
    return { element: h("div.head", {}, makeTerm("span.head-name", help, text), note), note };
  }

  function makeOutput() {
    const note = makeTerm("span.head-note", "");
    note.hidden = true;
    const menu = h("button.head-name", {
      type: "button", "aria-label": word("action.outputMenu"), "aria-haspopup": "dialog",
      data: { menu: "output", help: word("help.network.output") }, on: { click: () => on.openOutput(menu) },
    }, word("network.output"), icon(CHEVRON));
    return { element: h("div.head", {}, menu, note), note, menu };
  }

  function makeHead(layer) {
    const values = { layer: layer + 1 };
    const units = on.setUnits ? makeUnitsInput(layer, values) : h("span.head-units");
    const drop = h("button.icon-button", {
      type: "button", "aria-label": word("action.dropUnit", values), data: { drop: layer },
      on: { click: () => on.dropUnit(layer) },
    }, icon(MINUS));
    const add = h("button.icon-button", {
      type: "button", "aria-label": word("action.addUnit", values), data: { add: layer },
      on: { click: () => on.addUnit(layer) },
    }, icon(PLUS));
    const select = h("select.chip", {
      "aria-label": word("label.activation.of", values), data: { path: `layers.${layer}.activation` },
      on: { change: () => on.activate(layer, select.value) },
    }, ...limits.activations.map((name) =>
      h("option", { value: name }, optionText("layers.activation", name))));
    const wrap = h("span.select-wrap.chip-wrap", {}, select);
    const menu = h("button.head-name", {
      type: "button", "aria-label": word("action.layerMenu", values), "aria-haspopup": "dialog",
      data: { menu: layer, help: word("help.layerMenu") }, on: { click: () => on.openMenu(menu, layer) },
    }, word("layer.name", values), icon(CHEVRON));
    const stepper = h("span.stepper", { data: { help: word("help.layers.units") } }, drop, units, add);
    const element = h("div.head", { role: "group", "aria-label": word("layer.name", values) },
      h("div.head-line", {}, menu, stepper), wrap);
    return { element, menu, stepper, units, drop, add, select, wrap };
  }

  function makeUnitsInput(layer, values) {
    const input = h("input.head-units", {
      type: "number", min: 1, max: limits.mostUnits, step: 1, inputmode: "numeric",
      "aria-label": word("label.layers.units.of", values), data: { path: `layers.${layer}.units` },
      on: { change: () => on.setUnits(layer, Number(input.value)) },
    });
    return input;
  }

  /** A lock in place of the chevron, and in words. */
  function markFrozen(menu, layer, frozen) {
    if (menu.classList.contains("frozen") === frozen) return;
    menu.classList.toggle("frozen", frozen);
    menu.querySelector("path").setAttribute("d", frozen ? LOCK : CHEVRON);
    const isOutput = layer === columns.length - 2;
    const name = isOutput ? word(frozen ? "action.outputMenu.frozen" : "action.outputMenu")
      : word(frozen ? "action.layerMenu.frozen" : "action.layerMenu", { layer: layer + 1 });
    menu.setAttribute("aria-label", name);
    menu.dataset.help = word(frozen ? "help.layers.frozen" : isOutput ? "help.network.output" : "help.layerMenu");
  }

  function showUnits(element, units) {
    if (!on.setUnits) setText(element, String(units));
    else if (element !== document.activeElement && Number(element.value) !== units) element.value = units;
  }

  /**
   * Shows units and activations of the spec, and the activation of the output; what differs from
   * the spec that is `present` has to wait.
   */
  function update(spec, output, present = null) {
    spec.layers.forEach(({ units, activation }, layer) => {
      const head = columns[layer + 1];
      if (!head?.select) return;
      showUnits(head.units, units);
      markFrozen(head.menu, layer, isFrozen(spec, layer));
      head.drop.disabled = units <= 1;
      head.add.disabled = units >= limits.mostUnits / piecesOf(activation);
      if (head.select.value !== activation) head.select.value = activation;
      const former = present?.layers[layer];
      head.stepper.toggleAttribute("data-pending", Boolean(former) && former.units !== units);
      head.wrap.toggleAttribute("data-pending", Boolean(former) && former.activation !== activation);
      head.wrap.dataset.help = explainActivation(activation);
    });
    const { note, menu } = columns.at(-1);
    if (columns.length === spec.layers.length + 2) markFrozen(menu, spec.layers.length, isFrozen(spec, spec.layers.length));
    note.hidden = false;
    setText(note, optionText("output", output));
    note.dataset.help = optionHelp("output", output);
  }

  function explainActivation(name) {
    return `${word("help.layers.activation")}\n${optionHelp("layers.activation", name)}`;
  }

  /** Moves everything to a layout. */
  function place(layout) {
    layout.columns.forEach(({ x }, i) => {
      const { style } = columns[i].element;
      style.transform = `translateX(${x}px) translateX(-50%)`;
      style.maxWidth = `${layout.apart - 2}px`;
      if (i === 0) return;
      const middle = layout.inserts?.[i - 1] ?? (layout.columns[i - 1].x + x) / 2;
      inserts[i - 1].style.transform = `translateX(${middle}px) translateX(-50%)`;
    });
  }

  return { build, update, place };
}
