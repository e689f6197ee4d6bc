/** Tiles as elements, for hover, focus and press; their pictures lie below them. */

import { h, icon } from "lib/dom";
import { explain } from "lib/terms";
import { isUnitOff } from "spec/ablation";
import { inputsOf, labelLines } from "spec/inputs";
import { nameClass } from "spec/data-sets";
import { word } from "lib/words";

const CROSS = "M5 5l6 6M11 5l-6 6";

/**
 * @param {HTMLElement} element holds one element per tile
 * @param {Object} on `hover(place|null)`, `hoverBias(place|null, event)`,
 *   `press(place)`, `pressBias(place, event)`, `remove(place)`, `add(place)`
 * @returns {{build, place, mark}} a place is {column, row, role, layer, unit, name}
 */
export function createUnits(element, on) {
  let columns = [];
  let active = null;

  /** Makes the elements of a new architecture. */
  function build(shape) {
    const focused = element.contains(document.activeElement) ? active : null;
    const last = shape.columns.length - 1;
    columns = shape.columns.map((count, column) =>
      Array.from({ length: count }, (_, row) => makeUnit(placeOf(shape, column, row, last))));
    shape.idle.forEach((name) => columns[0].push(makeIdle(name)));
    element.replaceChildren(...columns.flat().map((unit) => unit.element));
    setActive(nearest(active ?? { column: 0, row: 0 }));
    if (focused) active.button.focus({ preventScroll: true });
  }

  function placeOf({ features, outputs }, column, row, last) {
    if (column === 0) return { column, row, role: "input", layer: -1, unit: row, name: features[row] };
    const role = column === last ? "output" : "hidden";
    return { column, row, role, layer: column - 1, unit: row, name: role === "output" ? outputs[row] : null };
  }

  function makeUnit(place) {
    const { role, name } = place;
    const button = h("button.tile", {
      type: "button", tabindex: -1, "aria-label": labelOf(place),
      "aria-pressed": role === "input" ? "true" : role === "hidden" ? "false" : null,
      data: {
        role, column: place.column, row: place.row, ...(role === "input" ? explainInput(name) : {}),
      },
    });
    const wrap = h("div.unit", {}, button);
    if (role === "input") button.append(makeInputLabel(place.name));
    else wrap.append(h("button.bias", {
      type: "button", tabindex: -1, "aria-label": word("unit.bias", { name: labelOf(place) }),
    }));
    if (role === "hidden") wrap.append(h("button.remove", {
      type: "button", tabindex: -1, "aria-label": word("action.remove", { name: labelOf(place) }),
    }, icon(CROSS)));
    return { element: wrap, button, place };
  }

  function makeIdle(name) {
    const place = { column: 0, row: -1, role: "idle", name };
    const button = h("button.tile.idle", {
      type: "button", tabindex: -1, "aria-pressed": "false", "aria-label": word(`feature.${name}`),
      data: { role: "idle", feature: name, ...explainInput(name) },
    }, makeInputLabel(name));
    return { element: h("div.unit", {}, button), button, place };
  }

  /** Moves the elements to a layout. */
  function place(layout) {
    columns.forEach((units, column) => {
      units.forEach((unit, row) => {
        const idle = unit.place.role === "idle";
        const at = idle
          ? layout.idle[row - layout.columns[0].ys.length]
          : { x: layout.columns[column].x, y: layout.columns[column].ys[row] };
        const size = idle ? layout.idleTile : layout.tile;
        const style = unit.element.style;
        style.width = style.height = `${size}px`;
        style.transform = `translate(${at.x - size / 2}px, ${at.y - size / 2}px)`;
      });
    });
  }

  function unitOf(target) {
    const wrap = target.closest?.(".unit");
    return wrap && columns.flat().find((unit) => unit.element === wrap);
  }

  function nearest({ column, row }) {
    const units = columns[Math.min(column, columns.length - 1)];
    return units[Math.min(Math.max(0, row), units.length - 1)];
  }

  function setActive(unit) {
    if (active?.button) active.button.tabIndex = -1;
    const column = columns.findIndex((units) => units.includes(unit));
    active = { button: unit.button, column, row: columns[column].indexOf(unit) };
    unit.button.tabIndex = 0;
  }

  function move(dx, dy) {
    const column = Math.max(0, Math.min(columns.length - 1, active.column + dx));
    const row = dx && columns[active.column].length > 1
      ? Math.round((active.row / (columns[active.column].length - 1)) * (columns[column].length - 1))
      : active.row + dy;
    const unit = nearest({ column, row });
    setActive(unit);
    unit.button.focus();
  }

  const KEYS = {
    ArrowLeft: () => move(-1, 0), ArrowRight: () => move(1, 0),
    ArrowUp: () => move(0, -1), ArrowDown: () => move(0, 1),
    Delete: (unit) => on.remove(unit.place), Backspace: (unit) => on.remove(unit.place),
    "+": (unit) => on.add(unit.place), "=": (unit) => on.add(unit.place),
    "-": (unit) => on.drop(unit.place),
    e: (unit, event) => on.pressBias(unit.place, event),
  };

  element.addEventListener("keydown", (event) => {
    const unit = unitOf(event.target);
    if (!unit || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key](unit, event);
  });

  element.addEventListener("click", (event) => {
    const unit = unitOf(event.target);
    if (!unit) return;
    setActive(unit);
    if (event.target.closest(".bias")) on.pressBias(unit.place, event);
    else if (event.target.closest(".remove")) on.remove(unit.place);
    else on.press(unit.place);
  });

  function enter(event) {
    const unit = unitOf(event.target);
    if (!unit) return;
    if (event.target.closest(".bias")) on.hoverBias(unit.place, event);
    else {
      on.hoverBias(null);
      on.hover(unit.place);
    }
  }

  function leave(event) {
    if (event.relatedTarget && unitOf(event.relatedTarget)) return;
    on.hover(null);
    on.hoverBias(null);
  }

  element.addEventListener("pointerover", (event) => event.pointerType === "mouse" && enter(event));
  element.addEventListener("pointerout", leave);
  element.addEventListener("focusin", (event) => {
    const unit = unitOf(event.target);
    if (!unit) return;
    setActive(unit);
    if (event.target.matches(":focus-visible")) on.hover(unit.place);
  });
  element.addEventListener("focusout", leave);

  /** Marks the pinned unit, and those that are switched off. */
  function mark(pinned, ablation) {
    for (const { button, place: at } of columns.flat()) {
      if (at.role !== "hidden") continue;
      const yes = Boolean(pinned) && at.layer === pinned.layer && at.unit === pinned.unit;
      button.setAttribute("aria-pressed", yes);
      const off = isUnitOff(ablation, at);
      if (button.classList.contains("off") === off) continue;
      button.classList.toggle("off", off);
      button.setAttribute("aria-label", off ? word("unit.off", { name: labelOf(at) }) : labelOf(at));
    }
  }

  return { build, place, mark };
}

function explainInput(name) {
  return { help: explain(word(`feature.${name}`), word(`help.feature.${name}`)) };
}

function makeInputLabel(name) {
  return h("span.input-label", { "aria-hidden": "true" }, ...labelLines(name).flatMap((line, i) => [i ? " " : "", h("span", {}, line)]));
}

/** What the tile of a place is called. */
export function labelOf({ role, layer, unit, name }) {
  if (role === "output") return name;
  return role === "hidden" ? nameHidden(layer, unit) : word(`feature.${name}`);
}

function nameHidden(layer, unit) {
  return word("unit.name", { layer: layer + 1, unit: unit + 1 });
}

/**
 * What a unit of a spec is called.
 *
 * @param {Spec} spec
 * @param {number} layer -1 for the inputs, 0 for the first hidden layer
 * @param {number} unit
 * @param {number} outputs
 */
export function nameUnit(spec, layer, unit, outputs) {
  if (layer < 0) return word(`feature.${inputsOf(spec)[unit]}`);
  if (layer < spec.layers.length) return nameHidden(layer, unit);
  return outputs > 1 ? nameClass(spec, unit) : word("unit.output");
}
