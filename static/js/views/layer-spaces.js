/**
 * Hidden space of each layer of a network on points: the plane as the layer maps it, a warped grid
 * with the points on it. It takes the place of the drawing of the network, or has a panel of its own.
 */

import { createToggle } from "controls/toggle";
import { h, icon, setText } from "lib/dom";
import { createThrottle } from "lib/throttle";
import { inputsOf } from "spec/inputs";
import { word } from "lib/words";
import { drawSpace } from "spaces/drawing";
import { findDecisionLines, fitWindow, projectSpace, spreadPoints } from "spaces/projection";
import { readAnswers, readSpaces } from "spaces/reading";
import { describeAxes, describeLines, nameSpace } from "spaces/words";
import { createTurning } from "spaces/turning";
import { makePictureButtons } from "ui/picture-buttons";

/** Milliseconds from one painting to the next. */
const PERIOD = 90;

/** @returns {{update, resize, destroy}} */
export function create(element, context) {
  const { store, taskOf } = context;
  const back = h("button.quiet-button", { type: "button", data: { action: "closeSpaces" }, on: { click: close } },
    icon("M9.5 3.5L5 8l4.5 4.5"), h("span", {}, word("spaces.back")));
  const solid = createToggle(
    { label: word("label.dimensions"), help: word("help.dimensions.plane"), path: "spaceDimensions" },
    { onInput: (on) => store.set({ view: { solid: on } }) });
  const strip = h("div.space-strip", { role: "group", "aria-label": word("spaces.strip") });
  const large = h("canvas.space-canvas", { role: "img", "aria-describedby": "space-words" });
  const [across, up] = [h("span.space-axis.across", { "aria-hidden": "true" }), h("span.space-axis.up", { "aria-hidden": "true" })];
  const words = h("p.space-words", { id: "space-words" });
  const hint = h("p.hint", {}, word("spaces.hint"));
  const body = h("div.space-body", { hidden: true }, strip, h("div.space-large", {}, h("div.space-box", {}, large, across, up)), words);
  const section = h("section.spaces", {
    hidden: true, "aria-label": word("spaces.title"), on: { keydown: leaveByKey },
  }, h("div.spaces-head", {}, back, h("span.spacer"), solid.element, makePictureButtons(context, "spaces.title", () => body)), hint, body);
  const drawing = element.querySelector(".stage-scroll");
  if (drawing) drawing.before(section);
  else element.append(section);
  back.hidden = !drawing;
  const turning = createTurning(large, () => show());
  /** What a panel of its own shows; the last hidden layer until another one is chosen. */
  let own = null;
  let cards = [];
  let frame = null;
  let points = null;
  const throttle = createThrottle(PERIOD, show);

  const visible = () => !section.hidden && section.clientWidth > 0;

  function chosenSpace() {
    return drawing ? store.get().view.space : own ?? frame.spec.layers.length;
  }

  function choose(space) {
    if (drawing) store.set({ view: { space } });
    else {
      own = space;
      show();
    }
  }

  function update(next) {
    if (next.arrays.points) points = next.arrays.points.data;
    if (!next.arrays.layer_spaces) return;
    frame = next;
    throttle.offer();
  }

  function show() {
    const { appearance: { palette }, view: { solid: wanted } } = store.get();
    if (!frame || !palette || !visible()) return;
    const chosen = chosenSpace();
    const spaces = readSpaces(frame);
    hint.hidden = spaces.length > 0;
    body.hidden = !spaces.length;
    if (!spaces.length) return;
    if (cards.length !== spaces.length) build(spaces.length);
    const task = taskOf(frame.spec);
    const answers = readAnswers(frame.arrays.boundary);
    const colours = { palette, task, range: frame.meta.boundary_range };
    const at = Math.min(chosen, spaces.length - 1);
    spaces.forEach((space, i) => {
      const card = cards[i];
      card.button.setAttribute("aria-pressed", String(i === at));
      setText(card.name, nameSpace(space));
      card.window = paint(card.canvas, "small", space, null, card.window, { answers, colours }).window;
    });
    const space = spaces[at];
    const canTurn = space.axes === 3;
    const isSolid = canTurn && wanted;
    solid.element.hidden = !canTurn;
    solid.update(wanted);
    turning.enable(isSolid);
    const card = cards[at];
    const key = isSolid ? "solid" : "flat";
    const shown = paint(large, "large", space, isSolid ? turning.turn() : null, card[key], { answers, colours });
    card[key] = shown.window;
    tell(space, shown, { task, isSolid });
  }

  function paint(canvas, size, space, turn, before, { answers, colours }) {
    const flat = projectSpace(space, turn);
    const window = fitWindow(before, flat);
    if (space.axes === 1) spreadPoints(flat, window);
    const lines = turn ? [] : findDecisionLines(space.surfaces, window);
    const exact = space.units <= 2;
    drawSpace(canvas, size, { space, flat, window, lines, exact, answers, points: rowsOf(space), colours });
    return { window, lines, exact };
  }

  /** The points, unless the space is of others. */
  function rowsOf(space) {
    const { arrays } = frame;
    const rows = arrays.points?.data ?? points;
    return rows && rows.length >= space.points ? rows : null;
  }

  function tell(space, { lines, exact }, { task, isSolid }) {
    const { spec } = frame;
    const plane = space.kind === "inputs" && inputsOf(spec).join() === "x1,x2";
    const said = [
      describeAxes(space, { plane, solid: isSolid }),
      describeLines(lines.length, { task, exact }),
    ].filter(Boolean).join(" ");
    setText(words, said);
    large.setAttribute("aria-label", word("spaces.alt", { name: nameSpace(space) }));
    const names = isSolid || space.kind === "output" ? ["", ""] : namesOfAxes(space, plane);
    setText(across, names[0]);
    setText(up, names[1]);
  }

  function build(count) {
    const focused = cards.findIndex(({ button }) => button === document.activeElement);
    cards = Array.from({ length: count }, (_, i) => {
      const canvas = h("canvas.space-canvas", { "aria-hidden": "true" });
      const name = h("span");
      const button = h("button.space-card", {
        type: "button", "aria-pressed": "false", data: { space: i }, on: { click: () => choose(i) },
      }, canvas, name);
      return { button, canvas, name, window: null, flat: null, solid: null };
    });
    strip.replaceChildren(...cards.map(({ button }) => button));
    cards[focused]?.button.focus();
  }

  function open(chosen) {
    const was = !section.hidden;
    section.hidden = chosen === null;
    if (drawing) element.classList.toggle("showing-spaces", chosen !== null);
    if (chosen === null) return;
    show();
    if (drawing && !was && !section.contains(document.activeElement)) back.focus({ preventScroll: true });
  }

  function close() {
    const { space } = store.get().view;
    const inside = section.contains(document.activeElement);
    store.set({ view: { space: null } });
    if (inside) element.querySelector(`[data-menu="${(space ?? 1) - 1}"]`)?.focus();
  }

  function leaveByKey(event) {
    if (event.key !== "Escape" || !drawing) return;
    event.stopPropagation();
    close();
  }

  const unwatch = [
    // One step is shown in the drawing that is covered here.
    store.watch(["step.open"], ({ step }) => step.open && store.set({ view: { space: null } })),
    store.watch(["view.space"], ({ view: { space } }) => open(drawing ? space : 0)),
    store.watch(["view.solid", "appearance.palette"], show),
  ];

  function destroy() {
    throttle.cancel();
    turning.stop();
    unwatch.forEach((stop) => stop());
    element.classList.remove("showing-spaces");
    section.remove();
  }

  return { update, resize: show, destroy };
}

function namesOfAxes({ units }, plane) {
  if (plane) return ["x₁", "x₂"];
  if (units > 2) return [word("space.first"), word("space.second")];
  return [word("spaces.unit", { unit: 1 }), units === 2 ? word("spaces.unit", { unit: 2 }) : ""];
}
