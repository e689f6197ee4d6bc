/**
 * Line of the pending network while it waits for images or programs: its name, its progress, what the network
 * that is shown does until then, and the way to stay with it.
 */

import { describePending, describeMeanwhile } from "spoken/pending-words";
import { h, setText } from "lib/dom";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const { store, edits } = context;
  const what = h("strong");
  const far = h("span.pending-far");
  const then = h("span.pending-then");
  const bar = h("span.pending-bar");
  const stay = h("button.button.small", {
    type: "button", data: { action: "stay", help: word("help.stay") }, on: { click: edits.leave },
  }, word("action.stay"));
  const box = h("div.pending", { role: "group", "aria-label": word("pending.name"), hidden: true },
    h("p.pending-text", {}, what, far, then), stay, h("span.pending-track", {}, bar));
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
    setText(what, describePending(state, context));
    setText(far, describeProgress(loading));
    setText(then, describeMeanwhile(state));
    const share = loading?.state === "loading" && loading.total ? loading.done / loading.total : null;
    box.classList.toggle("unknown", share === null);
    bar.style.transform = share === null ? "" : `scaleX(${share.toFixed(3)})`;
  }

  const unwatch = store.watch(
    ["run.waiting", "run.pending", "run.draft", "run.spec", "run.promised", "run.running", "run.loading"], follow);

  function destroy() {
    unwatch();
    element.replaceChildren();
    document.documentElement.classList.remove("waiting");
  }

  return { update() {}, resize() {}, destroy };
}

function describeProgress(loading) {
  if (loading?.state !== "loading") return word("pending.compiling");
  if (!loading.total) return word("pending.loading");
  const size = (bytes) => (bytes / 1e6).toFixed(1);
  return word("pending.loading.share", { done: size(loading.done), total: size(loading.total) });
}
