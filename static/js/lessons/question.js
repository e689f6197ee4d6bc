/** Questions and predictions: answered, then explained; a prediction is tried in between. */

import { h, icon, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { word } from "lib/words";
import { createEntry } from "lessons/entries";
import { createOutcome } from "lessons/outcome";

const CHECK = ["M3 8.5l3.4 3.4L13 4.6"];
const CROSS = ["M4 4l8 8", "M12 4l-8 8"];

/**
 * @param {Object} block
 * @param {{place: number, kept: any, onAnswer: (place: number, answer: {given: any, found: any}) => void,
 *   context: Context, frames: Object, stage: (panel: string) => ?HTMLElement, apply: (block: Object) => void, speed: number}} parts `kept` is the
 *   answer that was given before, whose `found` is null until what came of it was seen
 * @returns {{element: HTMLElement, attach?: () => void, destroy: () => void}}
 */
export function makeQuestion(block, parts) {
  const { place, kept, onAnswer } = parts;
  const { kind } = block;
  const predicts = kind === "predict";
  const result = h("div.lesson-result", { role: "status" });
  const entry = createEntry(block, { ...parts, name: `answer-${place}`, onChange: (ready) => { button.disabled = !ready; } });
  const button = h("button.button.primary", { type: "button", disabled: !block.number, data: { action: "answer" }, on: { click: answer } },
    word(predicts ? "lesson.predict.answer" : "lesson.question.answer"));
  const goOn = h("button.button", { type: "button", hidden: true, data: { action: "goOn" }, on: { click: () => outcome.goOn() } }, word("lesson.goOn"));
  const element = h(`div.lesson-box.lesson-${kind}`, { role: "group", "aria-label": word(`lesson.${kind}`) },
    h("p.lesson-label", {}, word(`lesson.${kind}`)), prose(block.html), entry.element, button, result, goOn);
  const outcome = predicts ? createOutcome({
    ...parts, block, onPause: (paused) => { goOn.hidden = !paused; },
    onFrame(frame, diverged) {
      goOn.hidden = true;
      found({ ...entry.judge(given, frame), diverged });
    },
  }) : null;
  let given = null;

  function answer() {
    given = entry.read();
    if (given === null) {
      setText(result, word(entry.none ?? "lesson.noAnswer"));
      return;
    }
    if (!predicts) {
      found({});
      return;
    }
    onAnswer(place, { given, found: null });
    entry.show(given, { locked: true, found: null });
    element.dataset.state = "trying";
    button.hidden = true;
    setText(result, block.epochs ? word("lesson.trying", { epochs: formatCount(block.epochs) }) : "");
    outcome.begin();
  }

  function found(what) {
    onAnswer(place, { given, found: what });
    explain(what);
  }

  function explain(what) {
    const { right, text, verdict = null } = entry.describe(given, what);
    element.dataset.right = String(right);
    element.dataset.state = "answered";
    entry.show(given, { locked: predicts, found: what });
    button.hidden = predicts || right;
    const said = verdict ?? (right ? "lesson.right" : predicts ? "lesson.surprise" : "lesson.wrong");
    result.replaceChildren(
      h("p.lesson-verdict", {}, icon(...(right ? CHECK : CROSS)), h("strong", {}, word(said))),
      ...(text ? [h("p.lesson-found", {}, text)] : []), prose(block.explanation));
  }

  if (isKept(kept, entry)) {
    ({ given } = kept);
    if (kept.found) explain(kept.found);
    else {
      entry.show(given, { locked: false, found: null });
      button.disabled = false;
    }
  }

  function destroy() {
    outcome?.destroy();
    entry.destroy?.();
  }

  return { element, attach: entry.attach, destroy };
}

/** What a browser kept may be of a lesson that has changed since. */
function isKept(kept, entry) {
  return Boolean(kept) && typeof kept === "object" && entry.accepts(kept.given);
}

/** HTML that the server has made of Markdown, without any of the author's own. */
export function prose(html) {
  const element = h("div.lesson-prose");
  element.innerHTML = html;
  return element;
}
