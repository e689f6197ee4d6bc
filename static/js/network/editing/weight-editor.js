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
 * @param {{title: string, sources: {from: number|"bias", text: string}[],
 *   from: number|"bias", read: Function, write: Function, power: ?{isOff: Function, toggle: Function},
 *   follow: ?Function, onClose: () => void}} what
 *   `read(from)` gives the value, `write(from, value)` sets it; `power` switches it off to be compared,
 *   `follow(from)` shows its next update
 */
export function editWeight(place, { title, sources, from, read, write, power, follow, onClose }) {
  let request = 0;
  const select = h("select.select", {
    "aria-label": word("label.weight.from"), data: { path: "weight.from" }, on: { change: show },
  }, ...sources.map((source) => h("option", { value: source.from }, source.text)));
  select.value = String(from);
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
    return select.value === "bias" ? "bias" : Number(select.value);
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
