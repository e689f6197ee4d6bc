/** Takes what the server tells of a search into the store, and takes its study up again after a new connection. */

import { partOfError } from "lib/errors";
import { mergeTrials } from "search/model/trials";

/** The study of this tab, for a page that is loaded again. */
const KEPT = "livenet.study";
const NOTHING = { settings: null, state: null, share: 0, left: null, found: [], best: [], importances: {}, ticked: [], ensemble: null, tested: null, duel: null };

/**
 * @param {Object} connection
 * @param {Store} store
 * @param {StorageLike} storage of the tab
 */
export function followSearch(connection, store, storage) {
  /** Whether the study that is taken up had been stopped, and is to be again. */
  let resting = false;

  connection.on("search", ({ study, search: settings }) => {
    const same = study !== "" && study === store.get().search.study;
    const { ticked, ensemble, tested } = same ? store.get().search : NOTHING;
    store.set({ search: { ...NOTHING, study, settings, state: "training", ticked, ensemble, tested, problem: null } });
    if (resting) connection.send({ type: "search" });
    resting = false;
  });
  connection.on("searching", ({ study, state, share, seconds_left: left, trials, best, importances }) => {
    const { search } = store.get();
    if (study !== search.study) return;
    store.set({ search: { state, share, left, found: mergeTrials(search.found, trials), best, importances } });
    storage.setItem(KEPT, JSON.stringify({ study, state }));
  });
  connection.on("duel", ({ study, trials }) => {
    if (study === store.get().search.study) store.set({ search: { duel: { trials } } });
  });
  connection.on("ensembled", (ensemble) => store.set({ search: { ensemble } }));
  connection.on("tested", ({ trials }) => store.set({ search: { tested: trials, state: "ended" } }));
  connection.on("spec", () => {
    const { search: { opening } } = store.get();
    store.set({ search: { opened: opening, opening: null } });
  });
  connection.on("error", (error) => {
    if (partOfError(error) !== "search") return;
    if (error.code === "unknown_study") forget();
    store.set({ search: { problem: error, opening: null } });
  });
  connection.on("opened", () => {
    const { search } = store.get();
    const known = search.study ? { study: search.study, state: search.state } : readKept();
    if (!known?.study) return;
    resting = known.state === "stopped";
    store.set({ search: { study: known.study } });
    connection.send({ type: "search", study: known.study });
  });

  function forget() {
    storage.removeItem(KEPT);
    store.set({ search: { ...NOTHING, study: null } });
  }

  function readKept() {
    try {
      return JSON.parse(storage.getItem(KEPT) ?? "null");
    } catch {
      return null;
    }
  }
}
