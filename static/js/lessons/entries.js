/**
 * Entries of a question: how an answer is given. Each has an `element`, `read` (the answer, or null),
 * `accepts` (whether what a browser kept is one), `show`, and what came of it: `judge` finds it
 * in a frame, as JSON that is kept with the answer, and `describe` says it.
 */

import { h } from "lib/dom";
import { word } from "lib/words";
import { createBoundaryEntry } from "lessons/boundary-entry";
import { createLossEntry } from "lessons/loss-entry";

/**
 * @param {Object} block
 * @param {{name: string, onChange: (ready: boolean) => void, context: Context, frames: Object,
 *   stage: (panel: string) => ?HTMLElement}} parts
 * @returns {Object}
 */
export function createEntry(block, parts) {
  if (block.draw) return createBoundaryEntry(parts);
  if (block.mark) return createLossEntry(block, parts);
  return block.number ? createNumber(block, parts) : createChoices(block, parts);
}

function createChoices({ choices, kind }, { name, onChange }) {
  const radios = choices.map(({ html }, i) => {
    const text = h("span");
    text.innerHTML = html;
    const input = h("input", { type: "radio", name, value: i, on: { change: () => onChange(true) } });
    return { input, label: h("label.lesson-choice", {}, input, h("span.lesson-choice-mark", { "aria-hidden": "true" }), text) };
  });

  function show(given, { locked, found }) {
    radios.forEach(({ input, label }, i) => {
      input.checked = i === given;
      input.disabled = locked && kind === "predict";
      label.dataset.state = !found ? "" : choices[i].right ? "right" : i === given ? "wrong" : "";
    });
  }

  return {
    element: h("div.lesson-choices", { role: "radiogroup", "aria-label": word("lesson.choices") }, ...radios.map(({ label }) => label)),
    read: () => (radios.some(({ input }) => input.checked) ? radios.findIndex(({ input }) => input.checked) : null),
    accepts: (given) => Number.isInteger(given) && given in choices,
    show, judge: () => ({}),
    describe: (given) => ({ right: choices[given].right, text: "" }),
  };
}

function createNumber({ number, kind }, { name, onChange }) {
  const field = h("input.lesson-number", {
    type: "text", inputmode: "decimal", name, "aria-label": word("lesson.number"), on: { input: () => onChange(true) },
  });

  function read() {
    const text = field.value.replace(",", ".").replace("−", "-").trim();
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
  }

  function show(given, { locked }) {
    field.value = String(given);
    field.disabled = locked && kind === "predict";
  }

  return {
    element: h("div.lesson-choices", { role: "group", "aria-label": word("lesson.choices") }, field),
    read, show, accepts: Number.isFinite, judge: () => ({}),
    describe: (given) => ({ right: Math.abs(given - number.value) <= number.tolerance + 1e-12, text: "" }),
  };
}
