/** Synchronizes address and run: a link opens its state, every edit updates the address. */

import { describeError } from "lib/errors";
import { createThrottle } from "lib/throttle";
import { dropState, pickState, readPayload, readState, writeState } from "spec/url-state";
import { word } from "lib/words";

const KEPT = "livenet.state";
/** Browsers allow some hundred changes of the address in half a minute. */
const PERIOD = 500;

/** A run that another tab has branched off: its address must not open it twice. */
const BRANCH = /^#session=([\w-]{16,64})$/;

/** Where a tab of its own takes up a session. */
export function branchAddress(token) {
  return `${location.pathname}#session=${token}`;
}

function resumeBranch() {
  const session = BRANCH.exec(location.hash)?.[1];
  if (session) history.replaceState({ ...history.state, session }, "", location.pathname + location.search);
}

/**
 * Reads what the address asks for. Each entry of the browser's history remembers its session, so
 * that Back comes to the very run that was left; a state that the tab has not told itself is a
 * link that was followed, and gets a session of its own.
 *
 * @param {Store} store
 * @param {StorageLike} storage of the tab
 * @returns {{session: string|null|undefined, toOpen: Function, payload: Function, refuse: Function,
 *   leave: Function, reportProblem: Function, keep: Function}} `session` is that of this entry of the history, null
 *   for a new one, undefined for the one that the tab has
 */
export function createAddress(store, storage) {
  resumeBranch();
  const state = pickState(location.search);
  const known = history.state?.session;
  const isLink = !known && state !== "" && state !== storage.getItem(KEPT);
  let problem = null;
  let payload = null;
  let spec = read();

  function read() {
    try {
      payload = readPayload(state);
      const said = readState(state) ?? {};
      if (said.data?.name !== "points" || payload) return said;
      delete said.data.name;
      delete said.data.task;
      problem = () => word("link.noPoints");
      return said;
    } catch (error) {
      const { key, value } = error;
      if (!key) throw error;
      payload = null;
      problem = () => describeBroken(key, value);
      return {};
    }
  }

  /**
   * What a new session begins with.
   *
   * @param {Object|null} known the spec that the page has, when the server has lost the session
   */
  function toOpen(known) {
    return { spec: known ?? spec, ...(payload && { state: payload }) };
  }

  /** The state that the link carries, as long as the run is that one. */
  const getPayload = () => payload;

  /** The server refuses what the link says: the default is opened instead. */
  function refuse(error) {
    const { code } = error;
    const key = code === "invalid_spec" ? "link.refused" : "link.state";
    problem = () => word(key, { text: describeError(error) });
    spec = {};
    payload = null;
  }

  /** The run is no longer what the link carried. */
  function leave() {
    payload = null;
  }

  /** Says what was wrong with the link, once. */
  function reportProblem() {
    if (problem) store.set({ page: { message: { text: problem() } } });
    problem = null;
  }

  /**
   * Tells the state of the store from now on, without new entries in the browser's history.
   *
   * @param {Object} defaults the spec of the default playground
   * @param {() => string|null} token of the session
   */
  function keep(defaults, token) {
    const writing = createThrottle(PERIOD, () => {
      const text = writeState(store.get().run.spec, defaults, payload);
      storage.setItem(KEPT, text);
      const rest = dropState(location.search);
      const query = [rest, text].filter(Boolean).join("&");
      const { pathname, hash } = location;
      const entry = { ...history.state, session: token() };
      history.replaceState(entry, "", `${pathname}${query && `?${query}`}${hash}`);
    });
    store.watch(["run.spec"], ({ run: { spec: now } }) => now && writing.offer());
    // The browser may bring a page back from memory, whose session another page has had since.
    window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  }

  return { session: isLink ? null : known, toOpen, payload: getPayload, refuse, leave, reportProblem, keep };
}

function describeBroken(key, value) {
  if (key === "v") return word("link.version");
  return key === "state" ? word("link.damaged") : word("link.broken", { key, value });
}

/**
 * Follows the store with one word of the address, such as that of a map; says once what is wrong with it.
 *
 * @param {Store} store
 * @param {string} name of the word
 * @param {{open: (query: string, store: Store) => boolean, write: (state: PageState) => string, keys: StoreKey[]}} how
 *   `open` does what an address says, false for nonsense; `write` gives the word as a part of a query, "" for
 *   none; `keys` is what it says
 */
export function keepWordInAddress(store, name, { open, write, keys }) {
  const fine = open(location.search, store);
  if (!fine) store.set({ page: { message: { text: word("link.broken", { key: name, value: new URLSearchParams(location.search).get(name) }) } } });
  const writing = createThrottle(PERIOD, () => {
    const rest = location.search.replace(/^\?/, "").split("&").filter((pair) => pair && pair.split("=")[0] !== name);
    const query = [...rest, write(store.get())].filter(Boolean).join("&");
    history.replaceState(history.state, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
  });
  let first = true;
  store.watch(keys, () => {
    if (!first) writing.offer();
    first = false;
  });
}
