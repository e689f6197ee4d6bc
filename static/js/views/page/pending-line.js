/**
 * One line while a choice waits for images or programs: what comes, how far it is, what the network
 * that is shown does until then, and the way to stay with it.
 */

import { tellComing, tellUntilThen } from "ui/pending-words";
import { h, setText } from "lib/dom";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const { store, edits } = context;
  const what = h("strong.coming-what");
  const far = h("span.coming-far");
  const then = h("span.coming-then");
  const bar = h("span.coming-bar");
  const stay = h("button.button.small", {
    type: "button", data: { action: "stay", help: word("help.stay") }, on: { click: edits.leave },
  }, word("action.stay"));
  const box = h("div.coming", { role: "group", "aria-label": word("coming.name"), hidden: true },
    h("p.coming-text", {}, what, far, then), stay, h("span.coming-track", {}, bar));
  element.append(box);

  function follow(state) {
    const { run: { waiting, loading } } = state;
    const hadFocus = box.contains(document.activeElement);
    box.hidden = !waiting;
    document.documentElement.classList.toggle("waiting", waiting);
    if (!waiting) {
      if (hadFocus) document.querySelector(".play")?.focus();
      return;
    }
    setText(what, tellComing(state, context));
    setText(far, tellProgress(loading));
    setText(then, tellUntilThen(state));
    const share = loading?.state === "loading" && loading.total ? loading.done / loading.total : null;
    box.classList.toggle("unknown", share === null);
    bar.style.transform = share === null ? "" : `scaleX(${share.toFixed(3)})`;
  }

  const unwatch = store.watch(
    ["run.waiting", "run.coming", "run.draft", "run.spec", "run.promised", "run.running", "run.loading"], follow);

  function destroy() {
    unwatch();
    element.replaceChildren();
    document.documentElement.classList.remove("waiting");
  }

  return { update() {}, resize() {}, destroy };
}

function tellProgress(loading) {
  if (loading?.state !== "loading") return word("coming.compiling");
  if (!loading.total) return word("coming.loading");
  const size = (bytes) => (bytes / 1e6).toFixed(1);
  return word("coming.loading.share", { done: size(loading.done), total: size(loading.total) });
}
