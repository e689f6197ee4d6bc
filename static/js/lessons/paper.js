/** A lesson on paper: the text of all its steps, then the answers; shown in print alone. */

import { h } from "lib/dom";
import { word } from "lib/words";
import { describeGoal } from "goals/words";
import { prose } from "lessons/question";

const ASKING = ["predict", "question"];

/**
 * @param {{title: string, summary: string, steps: {title: string, blocks: any[]}[]}} lesson
 * @returns {HTMLElement}
 */
export function makePaper({ title, summary, steps }) {
  const asked = steps.flatMap(({ title: step, blocks }) =>
    blocks.filter(({ kind }) => ASKING.includes(kind)).map((block) => ({ step, block })));
  return h("article.lesson-print", {}, h("h1", {}, title), h("p", {}, summary),
    ...steps.map((step, i) => h("section", {}, h("h2", {}, `${i + 1}. ${step.title}`), ...step.blocks.flatMap(makeBlock))),
    ...(asked.length ? [h("section", {}, h("h2", {}, word("lesson.print.answers")), ...asked.map(makeAnswer))] : []));
}

function makeBlock(block) {
  const { kind, html } = block;
  if (kind === "prose") return [prose(html)];
  if (kind === "goal") return [box(word("lesson.goal"), h("p", {}, describeGoal(block.goal)), prose(html))];
  if (kind === "hint") return [box(word("lesson.print.hint"), prose(html))];
  if (!ASKING.includes(kind)) return [];
  const choices = block.choices.map((choice) => h("li", {}, line(choice.html)));
  return [box(word(`lesson.${kind}`), prose(html), ...(choices.length ? [h("ul.print-choices", {}, ...choices)] : []))];
}

function makeAnswer({ step, block: { choices, number, explanation } }) {
  return h("div.print-answer", {}, h("h3", {}, step),
    ...choices.filter(({ right }) => right).map(({ html }) => h("p", {}, line(html))),
    number ? h("p", {}, String(number.value)) : null, prose(explanation));
}

function box(title, ...children) {
  return h("div.print-box", {}, h("h3", {}, title), ...children);
}

function line(html) {
  const element = h("span");
  element.innerHTML = html;
  return element;
}
