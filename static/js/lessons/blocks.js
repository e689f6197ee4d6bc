/** Blocks of a lesson's step as elements: prose, questions, predictions, goals and hints. */

import { h } from "lib/dom";
import { word } from "lib/words";
import { create as createGoal } from "goals/panel";
import { makeQuestion, prose } from "lessons/question";

/**
 * Makes the blocks of a step.
 *
 * @param {Object[]} blocks as the server has read them
 * @param {{context: Context, answers: Object, onAnswer: (place: number, answer: Object) => void,
 *   apply: (block: Object) => void, applyHint: (block: Object) => void, frames: Object, stage: Function, speed: number}} parts `answers` are those given
 *   before, by place
 * @returns {{elements: HTMLElement[], attach: () => void, destroy: () => void}} `attach` puts what lies over
 *   panels there, again when those are new
 */
export function makeBlocks(blocks, parts) {
  const made = blocks.flatMap((block, place) => {
    const make = MAKERS[block.kind];
    return make ? [make(block, { ...parts, place, kept: parts.answers[place] })] : [];
  });
  return {
    elements: made.map(({ element }) => element),
    attach: () => made.forEach(({ attach }) => attach?.()),
    destroy: () => made.forEach(({ destroy }) => destroy?.()),
  };
}

/** @type {Object<string, (block: Object, parts: any) => {element: HTMLElement, attach?: () => void, destroy?: () => void}>} */
const MAKERS = {
  prose: (block) => ({ element: prose(block.html) }),
  question: makeQuestion,
  predict: makeQuestion,
  goal: makeGoal,
  hint: makeHint,
};

function makeGoal(block, { context }) {
  const panel = h("div");
  const { destroy } = createGoal(panel, context);
  return { element: h("section.lesson-box.lesson-goal", { "aria-label": word("lesson.goal") }, prose(block.html), panel), destroy };
}

function makeHint(block, { applyHint }) {
  const button = block.edit || block.weights.length
    ? h("button.button", { type: "button", data: { action: "applyHint" }, on: { click: () => applyHint(block) } }, word("lesson.apply")) : null;
  return {
    element: h("details.lesson-hint", {}, h("summary", {}, word("lesson.hint")), prose(block.html), button),
  };
}
