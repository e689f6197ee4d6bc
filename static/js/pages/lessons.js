/** Entry module of the list of lessons: a visitor's own ones, dropped or chosen, kept in the browser. */

import { LessonProblem, addressOf, createKeptLessons, nameOf, readLesson, writeFragment } from "lessons/own-lessons";
import { showLivePictures } from "lessons/live-pictures";
import { createProgress } from "lessons/progress";
import { h, setText } from "lib/dom";
import { readTheme } from "lib/preferences";
import { createMemory, openStorage } from "lib/storage";
import { showTheme } from "lib/theme";
import { loadWords, word } from "lib/words";
import { createCopyButton } from "share/copy";
import { PATHS, createTransports } from "stream/transport-choice";

const config = JSON.parse(document.getElementById("config").textContent);
const place = (id) => document.getElementById(id);

async function start() {
  showTheme(readTheme(openStorage("localStorage")));
  await loadWords(config.language, config.catalogues[config.language]);
  const keptLessons = createKeptLessons(openStorage("localStorage"));
  const problem = h("p.lessons-broken", { role: "alert", hidden: true });
  const list = h("ul.lessons-list");
  const input = h("input.sr-only", { type: "file", accept: ".md,.markdown,.txt,text/markdown,text/plain", tabindex: -1, "aria-hidden": "true",
    on: { change: () => take(input.files[0]) } });
  const choose = h("button.button", { type: "button", data: { action: "openLesson" }, on: { click: () => input.click() } }, word("lessons.own.choose"));
  place("own").append(h("h2", {}, word("lessons.own")), h("p.quiet", {}, word("lessons.own.about")), h("p", {}, choose, input), problem, list);
  show();
  sayProgress();
  const pictured = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".lessons-item[data-network]")]);
  if (pictured.length) showLivePictures(pictured, createTransports({ ...PATHS, stream: config.stream, storage: createMemory() }));

  /** Says at which step a reader is in each lesson that was begun. */
  function sayProgress() {
    for (const item of document.querySelectorAll("[data-lesson]")) {
      const { lesson, steps } = item.dataset;
      const step = createProgress(openStorage("localStorage"), lesson, Number(steps)).step();
      if (step > 0) item.querySelector(".lessons-time").append(` · ${word("lesson.count", { step: step + 1, steps })}`);
    }
  }

  /** Reads a file, and keeps it if it is a lesson. */
  async function take(file) {
    if (!file) return;
    problem.hidden = true;
    choose.disabled = true;
    try {
      const { title } = await readLesson(file);
      keptLessons.put({ name: nameOf(file.name), title, text: await file.text() });
      show();
    } catch (error) {
      if (!(error instanceof LessonProblem)) throw error;
      problem.hidden = false;
      setText(problem, `${file.name}: ${error.message}`);
    } finally {
      choose.disabled = false;
      input.value = "";
    }
  }

  function show() {
    list.replaceChildren(...keptLessons.list().map(makeItem));
    list.hidden = !list.children.length;
  }

  function makeItem({ name, title, text }) {
    const label = word("lessons.own.link");
    const link = h("input.lessons-address", { type: "text", readonly: true, "aria-label": `${label}: ${title}` });
    writeFragment(text).then((fragment) => {
      link.value = new URL(`lesson#${fragment}`, document.baseURI).href;
    });
    const remove = h("button.button.small", {
      type: "button", "aria-label": `${word("lessons.own.remove")}: ${title}`, data: { action: "removeLesson" },
      on: { click() {
        keptLessons.remove(name);
        show();
        choose.focus();
      } },
    }, word("lessons.own.remove"));
    return h("li.lessons-item", {}, h("h3", {}, h("a", { href: addressOf(name) }, title)),
      h("div.lessons-tools", {}, link, createCopyButton(link, label), remove));
  }

  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      if (!(event instanceof DragEvent) || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.classList.toggle("dropping", type === "dragenter" || type === "dragover");
      if (type === "drop") take(event.dataTransfer.files[0]);
    });
  }
}

start();
