/** Editor of one weight or bias, in a popover. */

import { h, setText } from "lib/dom";
import { openPopover } from "ui/popover";
import { word } from "lib/words";

const STEP = 0.1;
const DIGITS = 3;

/**
 * Opens the editor.
 *
 * @param {{x: number, y: number}} place in the window
 * @param {{title: string, sources: {weight: Link, text: string}[], chosen: number, read: Function, write: Function,
 *   power: ?{isOff: Function, toggle: Function}, follow: ?Function, onClose: () => void}} what
 *   all weights into a unit, and which of them is chosen; `read(weight)` gives the value, `write(weight, value)`
 *   sets it; `power` switches it off to be compared, `follow(weight)` shows its next update
 */
export function editWeight(place, { title, sources, chosen, read, write, power, follow, onClose }) {
  let request = 0;
  const select = h("select.select", {
    "aria-label": word("label.weight.from"), data: { path: "weight.from" }, on: { change: show },
  }, ...sources.map(({ weight, text }) => h("option", { value: valueOf(weight) }, text)));
  select.selectedIndex = chosen;
  const input = h("input.text-input", {
    type: "number", step: STEP, "aria-label": word("label.weight.value"),
    data: { path: "weight.value" },
    on: { input: change, keydown: (event) => event.key === "Enter" && popover.close() },
  });

  const button = power && h("button.button.small", {
    type: "button", data: { action: "switchLink", help: word("help.switchLink") },
    on: { click: () => { power.toggle(source()); showPower(); } },
  });

  const update = follow && h("button.button.small", {
    type: "button", data: { action: "followWeight", help: word("help.followUpdate") },
    on: { click: () => { popover.close(); follow(source()); } },
  }, word("action.followUpdate"));

  function showPower() {
    if (button) setText(button, word(power.isOff(source()) ? "action.switchOn" : "action.switchOff"));
  }

  function source() {
    return sources[select.selectedIndex].weight;
  }

  /** Where it comes from; of further pieces of a unit also where it leads to. */
  function valueOf({ from, to }) {
    return to === sources[0].weight.to ? from : `${from} ${to}`;
  }

  function show() {
    showPower();
    input.value = read(source()).toFixed(DIGITS);
    input.select();
  }

  function change() {
    cancelAnimationFrame(request);
    const [at, value] = [source(), input.valueAsNumber];
    if (Number.isFinite(value)) request = requestAnimationFrame(() => write(at, value));
  }

  const popover = openPopover(place, title, [
    h("label.field", { data: { help: word("help.weight.from") } },
      h("span.field-label", {}, word("label.weight.from")),
      h("span.select-wrap", {}, select)),
    h("label.field", { data: { help: word("help.weight.value") } },
      h("span.field-label", {}, word("label.weight.value")), input),
    ...(button || update ? [h("div.menu-actions", {}, update, button)] : []),
  ], onClose);
  popover.element.classList.add("weight-editor");
  show();
  input.focus();
}
