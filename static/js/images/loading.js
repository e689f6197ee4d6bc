/** How far a set of images is that somebody waits for: its download as a bar, or why it failed. */

import { h, setText } from "dom";
import { IMAGE_SETS } from "images/sets";
import { word } from "words";

const PATH = "/api/images";
/** Milliseconds between two questions, while an edit waits for a set. */
const PERIOD = 400;
const MEGA = 1e6;

/**
 * @param {object} store
 * @returns {{element: HTMLElement, destroy: Function}} unseen while nothing is loaded
 */
export function createLoading(store) {
  const text = h("span", { role: "status" });
  const bar = h("span.loading-bar");
  const track = h("div.loading-track", {}, bar);
  const element = h("div.loading", { hidden: true }, text, track);
  let timer = 0;
  let awaited = null;
  let gone = false;

  /** Follows the set that an edit waits for; once none does, looks what has become of it. */
  function follow({ waiting, draft }) {
    const name = waiting && IMAGE_SETS.includes(draft?.data.name) ? draft.data.name : null;
    if (name === awaited) return;
    const last = awaited;
    awaited = name;
    if (name || last) look(name ?? last);
  }

  async function look(name) {
    clearTimeout(timer);
    const answer = await fetch(PATH).then((found) => found.json()).catch(() => null);
    if (gone || (awaited && awaited !== name)) return;
    const { state = "absent", done, total, message } = answer?.[name] ?? {};
    const waits = awaited === name;
    element.hidden = !(state === "loading" && waits) && !(state === "failed" && !waits);
    if (!element.hidden) show(word(`data.${name}`), { state, done, total, message });
    if (waits && state !== "ready") timer = setTimeout(() => look(name), PERIOD);
  }

  function show(name, { state, done, total, message }) {
    element.dataset.state = state;
    element.dataset.help = state === "failed" ? message : "";
    track.hidden = !total || state === "failed";
    bar.style.transform = `scaleX(${total ? done / total : 0})`;
    const size = (bytes) => (bytes / MEGA).toFixed(1);
    if (state === "failed") setText(text, word("data.failed", { name }));
    else if (!total) setText(text, word("data.loading", { name }));
    else setText(text, word("data.loading.share", { name, done: size(done), total: size(total) }));
  }

  const unwatch = store.watch(["waiting", "draft"], follow);

  function destroy() {
    gone = true;
    clearTimeout(timer);
    unwatch();
  }

  return { element, destroy };
}
