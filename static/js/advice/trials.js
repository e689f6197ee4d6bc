/**
 * Trials on the server: edits tried on copies of the network, one trial at a time. `store.advice.trial` tells how
 * it stands: `asking` is the name of the trial under way, `answer` what the last one found.
 */

const EPOCHS = 300;
/** Epochs of an experiment, which begins anew. */
const EXPERIMENT = 50;
/** Milliseconds from one trial to the next, and until a busy server is asked again. */
const APART = 2000;
const BUSY = 15_000;
/** An answer is out of date after so many times the epochs it looked ahead, not before a while. */
const AHEAD = 2;
const FRESH = 30_000;

/**
 * @param {{connection: Object, store: Store}} parts
 * @returns {{offer: Function, answerTo: Function, experiment: Function}}
 */
export function createTrials({ connection, store }) {
  let count = 0;
  let asked = null;
  let next = 0;

  /**
   * Has changes tried, unless they are being tried, or have been lately; cheap to call often.
   *
   * @param {string} name of what they are for
   * @param {{patch: Object, origin?: Array}[]} candidates
   * @param {number} epoch where the run is
   */
  function offer(name, candidates, epoch) {
    const { stream: { connection: { name: state } }, page: { visibility: page }, advice: { trial } } = store.get();
    const now = performance.now();
    if (state !== "open" || page !== "seen" || asked || now < next) return;
    const known = trial?.answer;
    if (known?.name === name && !isOld(known, epoch, now)) return;
    count += 1;
    next = now + APART;
    asked = { id: `${count}`, name, epoch, candidates };
    store.set({ advice: { trial: { asking: name, answer: known ?? null } } });
    const sent = candidates.map(({ patch, origin }) => (origin ? { patch, origin } : { patch }));
    connection.send({ type: "try", trial: asked.id, candidates: sent, epochs: EPOCHS });
  }

  /**
   * Has one change tried on copies that begin anew, at once and in place of any other trial, and
   * their gradients told.
   *
   * @param {Object} patch
   * @param {(answer: Object) => void} tell gets `baseline` and `results`, or why it has `stopped`
   */
  function experiment(patch, tell) {
    count += 1;
    next = performance.now() + APART;
    asked = { id: `${count}`, tell };
    store.set({ advice: { trial: null } });
    connection.send({
      type: "try", trial: asked.id, candidates: [{ patch }], epochs: EXPERIMENT, restart: true, flow: true,
    });
  }

  function isOld({ epoch, epochs, at, best }, here, now) {
    if (best === undefined) return now - at > BUSY;
    return now - at > FRESH && here - epoch > AHEAD * epochs;
  }

  function take({ trial, stopped, ...found }) {
    if (trial !== asked?.id) return;
    const { name, epoch, candidates, tell } = asked;
    asked = null;
    if (tell) {
      tell({ stopped, ...found });
      return;
    }
    // What was tried is another network now.
    if (stopped === "changed" || stopped === "replaced") {
      store.set({ advice: { trial: null } });
      return;
    }
    const answer = { name, epoch, candidates, at: performance.now(), ...(stopped ? {} : found) };
    store.set({ advice: { trial: { asking: null, answer } } });
  }

  /**
   * @param {string} name
   * @returns {Object|null} `candidates`, and unless the server could not try them `epochs`,
   *   `baseline`, `results` and `best`, as the server tells them
   */
  function answerTo(name) {
    const answer = store.get().advice.trial?.answer;
    return answer?.name === name ? answer : null;
  }

  connection.on("tried", take);
  connection.on("opened", () => {
    asked?.tell?.({ stopped: "changed" });
    asked = null;
    store.set({ advice: { trial: null } });
  });
  return { offer, answerTo, experiment };
}
