/** The address and the run: a link opens the state that it tells, and every edit is told in it. */

import { tellError } from "errors";
import { createThrottle } from "throttle";
import { dropState, pickState, readState, writeState } from "url-state";
import { word } from "words";

const KEPT = "livenet.state";
/** Browsers allow some hundred changes of the address in half a minute. */
const PERIOD = 500;

/**
 * Reads what the address asks for. Each entry of the browser's history remembers its session, so
 * that Back comes to the very run that was left; a state that the tab has not told itself is a
 * link that was followed, and gets a session of its own.
 *
 * @param {object} store
 * @param {Storage} storage of the tab
 * @returns {{session: string|null|undefined, spec: () => object, refuse: Function,
 *   tellProblem: Function, keep: Function}} `session` is that of this entry of the history, null
 *   for a new one, undefined for the one that the tab has
 */
export function createAddress(store, storage) {
  const state = pickState(location.search);
  const known = history.state?.session;
  const isLink = !known && state !== "" && state !== storage.getItem(KEPT);
  let problem = null;
  let spec = isLink ? read() : {};

  function read() {
    try {
      const read = readState(state);
      if (read.data?.name !== "points") return read;
      delete read.data.name;
      delete read.data.task;
      problem = () => word("link.noPoints");
      return read;
    } catch (error) {
      const { key, value } = error;
      if (!key) throw error;
      problem = () => word(key === "v" ? "link.version" : "link.broken", { key, value });
      return {};
    }
  }

  /** The server refuses the spec of the link: the default is opened instead. */
  function refuse(error) {
    problem = () => word("link.refused", { text: tellError(error) });
    spec = {};
  }

  /** Says what was wrong with the link, once. */
  function tellProblem() {
    if (problem) store.set({ message: { text: problem() } });
    problem = null;
  }

  /**
   * Tells the state of the store from now on, without new entries in the browser's history.
   *
   * @param {object} defaults the spec of the default playground
   * @param {() => string|null} token of the session
   */
  function keep(defaults, token) {
    const writing = createThrottle(PERIOD, () => {
      const text = writeState(store.get().spec, defaults);
      storage.setItem(KEPT, text);
      const rest = dropState(location.search);
      const query = [rest, text].filter(Boolean).join("&");
      const { pathname, hash } = location;
      const entry = { ...history.state, session: token() };
      history.replaceState(entry, "", `${pathname}${query && `?${query}`}${hash}`);
    });
    store.watch(["spec"], ({ spec: now }) => now && writing.offer());
    // The browser may bring a page back from memory, whose session another page has had since.
    window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  }

  return { session: isLink ? null : known, spec: () => spec, refuse, tellProblem, keep };
}
