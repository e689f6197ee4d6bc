/** A visitor's own lesson: the one that the fragment of the address carries or names. */

import { LessonProblem, createKeptLessons, nameOf, readFragment, readLesson } from "lessons/own-lessons";
import { h, setText } from "lib/dom";
import { openStorage } from "lib/storage";
import { word } from "lib/words";

/**
 * @returns {Promise<{name: string, lesson: Object, origin: ?HTMLElement}>} `origin` says that it came by a
 *   link, and offers to keep it
 * @throws {LessonProblem}
 */
export async function readVisitorsLesson() {
  const keptLessons = createKeptLessons(openStorage("localStorage"));
  const own = await readFragment(location.hash, keptLessons);
  const lesson = await readLesson(new Blob([own.text]));
  return { name: `own.${own.name}`, lesson, origin: own.linked ? makeOrigin(keptLessons, lesson, own.text) : null };
}

function makeOrigin(keptLessons, { title }, text) {
  const keep = h("button.button.small", { type: "button", data: { action: "keepLesson" }, on: { click() {
    keptLessons.put({ name: nameOf(title), title, text });
    keep.disabled = true;
    setText(keep, word("lessons.kept"));
  } } }, word("lessons.keep"));
  return h("p.lesson-origin", {}, word("lessons.linked"), keep);
}

/** What is wrong with it, below the head of the page. */
export function sayProblem(error, head) {
  if (!(error instanceof LessonProblem)) throw error;
  head.after(h("p.lesson-problem", { role: "alert" }, error.message), h("p", {}, h("a.lesson-all", { href: "lessons" }, word("lesson.all"))));
}
