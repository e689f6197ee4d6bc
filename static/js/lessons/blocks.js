/** Blocks of a lesson's step as elements: prose, questions, predictions, goals and hints. */

import { h, icon, setText } from "lib/dom";
import { word } from "lib/words";
import { create as createGoal } from "goals/panel";

const CHECK = ["M3 8.5l3.4 3.4L13 4.6"];
const CROSS = ["M4 4l8 8", "M12 4l-8 8"];

/**
 * Makes the blocks of a step.
 *
 * @param {Object[]} blocks as the server has read them
 * @param {{context: Context, answers: Object, onAnswer: (place: number, answer: any) => void,
 *   apply: (hint: Object) => void, tryOut: (block: Object) => void}} parts `answers` are those given before, by place
 * @returns {{elements: HTMLElement[], destroy: () => void}}
 */
export function makeBlocks(blocks, parts) {
  const destroys = [];
  const elements = blocks.flatMap((block, place) => {
    const make = MAKERS[block.kind];
    if (!make) return [];
    const { element, destroy } = make(block, { ...parts, place });
    if (destroy) destroys.push(destroy);
    return [element];
  });
  return { elements, destroy: () => destroys.forEach((one) => one()) };
}

const MAKERS = {
  prose: (block) => ({ element: prose(block.html, "lesson-prose") }),
  question: makeQuestion,
  predict: makeQuestion,
  goal: makeGoal,
  hint: makeHint,
};

/** HTML that the server has made of Markdown, without any of the author's own. */
function prose(html, name) {
  const element = h(`div.${name}`);
  element.innerHTML = html;
  return element;
}

function makeGoal(block, { context }) {
  const panel = h("div");
  const { destroy } = createGoal(panel, context);
  return { element: h("section.lesson-box.lesson-goal", { "aria-label": word("lesson.goal") }, prose(block.html, "lesson-prose"), panel), destroy };
}

function makeHint(block, { apply }) {
  const button = block.edit || block.weights.length
    ? h("button.button", { type: "button", data: { action: "applyHint" }, on: { click: () => apply(block) } }, word("lesson.apply")) : null;
  return {
    element: h("details.lesson-hint", {}, h("summary", {}, word("lesson.hint")), prose(block.html, "lesson-prose"), button),
  };
}

/** A question is answered and explained; a prediction is answered, then tried, then explained. */
function makeQuestion(block, { place, answers, onAnswer, tryOut }) {
  const { kind, choices, number } = block;
  const name = `answer-${place}`;
  const result = h("div.lesson-result", { role: "status" });
  const entry = number ? h("input.lesson-number", { type: "text", inputmode: "decimal", name, "aria-label": word("lesson.number") }) : null;
  const radios = choices.map(({ html }, i) => {
    const text = h("span");
    text.innerHTML = html;
    const input = h("input", { type: "radio", name, value: i, on: { change: () => { button.disabled = false; } } });
    return { input, element: h("label.lesson-choice", {}, input, h("span.lesson-choice-mark", { "aria-hidden": "true" }), text) };
  });
  const button = h("button.button.primary", { type: "button", disabled: choices.length > 0, data: { action: "answer" }, on: { click: answer } },
    word(kind === "predict" ? "lesson.predict.answer" : "lesson.question.answer"));
  const element = h(`section.lesson-box.lesson-${kind}`, { "aria-label": word(`lesson.${kind}`) },
    h("p.lesson-label", {}, word(`lesson.${kind}`)), prose(block.html, "lesson-prose"),
    h("div.lesson-choices", { role: number ? "group" : "radiogroup", "aria-label": word("lesson.choices") }, entry, ...radios.map((one) => one.element)),
    button, result);

  function answer() {
    const chosen = number ? Number(entry.value.replace(",", ".").replace("−", "-")) : radios.findIndex(({ input }) => input.checked);
    if (number ? entry.value.trim() === "" || !Number.isFinite(chosen) : chosen < 0) {
      setText(result, word("lesson.noAnswer"));
      return;
    }
    onAnswer(place, chosen);
    show(chosen);
    if (kind === "predict") tryOut(block);
  }

  function show(chosen) {
    const right = number ? Math.abs(chosen - number.value) <= number.tolerance + 1e-12 : choices[chosen].right;
    element.dataset.right = String(right);
    if (number) entry.value = String(chosen);
    radios.forEach(({ input, element: label }, i) => {
      input.checked = i === chosen;
      input.disabled = kind === "predict";
      label.dataset.state = choices[i].right ? "right" : i === chosen ? "wrong" : "";
    });
    button.hidden = kind === "predict" || right;
    const said = word(right ? "lesson.right" : kind === "predict" ? "lesson.surprise" : "lesson.wrong");
    result.replaceChildren(h("p.lesson-verdict", {}, icon(...(right ? CHECK : CROSS)), h("strong", {}, said)), prose(block.explanation, "lesson-prose"));
  }

  if (answers[place] !== undefined) show(answers[place]);
  return { element };
}
