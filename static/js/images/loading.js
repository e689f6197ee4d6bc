/** Loading progress of the image set that an edit waits for (`store.run.loading`), and its error. */

import { h, setText } from "lib/dom";
import { listImageSets } from "spec/data-sets";
import { word } from "lib/words";

const PATH = "api/images";
/** Milliseconds between two questions, while an edit waits for a set. */
const PERIOD = 400;

/**
 * Asks how far the set is that an edit waits for; once none does, what has become of it. Nothing
 * else polls.
 *
 * @param {Store} store its `loading` is {name, state, done, total, message}, or null
 */
export function followLoading(store) {
  let timer = 0;
  let awaited = null;

  function follow({ run: { waiting, draft, pending } }) {
    const { name: next } = (pending?.spec ?? draft)?.data ?? {};
    const name = waiting && listImageSets().includes(next) ? next : null;
    if (name === awaited) return;
    const last = awaited;
    awaited = name;
    look(name ?? last);
  }

  async function look(name) {
    clearTimeout(timer);
    const answer = await fetch(PATH).then((found) => found.json()).catch(() => null);
    if (awaited && awaited !== name) return;
    const { state = "absent", done, total, message } = answer?.[name] ?? {};
    const waits = awaited === name;
    const told = waits ? state === "loading" : state === "failed";
    store.set({ run: { loading: told ? { name, state, done, total, message } : null } });
    if (waits && state !== "ready") timer = setTimeout(() => look(name), PERIOD);
  }

  store.watch(["run.waiting", "run.draft", "run.pending"], follow);
}

/**
 * Says beside the sets which one could not be had.
 *
 * @param {Store} store
 * @returns {{element: HTMLElement, destroy: Function}}
 */
export function createLoading(store) {
  const element = h("p.loading", { role: "status", hidden: true });
  const destroy = store.watch(["run.loading"], ({ run: { loading } }) => {
    element.hidden = loading?.state !== "failed";
    if (element.hidden) return;
    element.dataset.help = loading.message;
    setText(element, word("data.failed", { name: word(`data.${loading.name}`) }));
  });
  return { element, destroy };
}
