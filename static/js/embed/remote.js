/** Remote control of an embed by messages of the host page; docs/slides.md lists them. */

import { createCommands } from "embed/commands";
import { createDeckKeys } from "embed/deck-keys";
import { MessageError, VERSION, readMessage } from "embed/messages";
import { createProgress } from "embed/progress";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const EPOCH_PERIOD = 100;
const METRICS_PERIOD = 250;
/** How long a frame that is ready waits for who may drive it, in milliseconds. */
const PATIENCE = 200;
/** More commands than anybody means to give wait for each other. */
const MOST_WAITING = 100;

/**
 * @param {{parent: Object, connection: Object, context: Object, visibility: Object,
 *   showPanels: Function, startsWithSlide: boolean}} parts `startsWithSlide` is whether training
 *   begins when reveal.js comes to the slide
 * @returns {{ready: () => void, key: (key: string) => void}} the first frame is painted; a key is the deck's
 */
export function createRemote({ parent, connection, context, visibility, showPanels, startsWithSlide }) {
  const { store, actions } = context;
  const progress = createProgress(connection);
  /** @type {PromiseWithResolvers<void>} */
  const begun = Promise.withResolvers();
  const carryOut = createCommands({
    context, send: connection.send, progress, showPanels, ready: begun.promise,
  });
  const keys = createDeckKeys(parent);
  let driven = false;
  let isReady = false;
  let waiting = 0;

  const post = (say, message) => say({ livenet: VERSION, ...message });
  const sendEvent = (message) => post(parent.send, message);

  function describe() {
    const { epoch, step } = progress.now();
    return { epoch, step, running: store.get().run.running };
  }

  function describeReady() {
    return { type: "ready", opened: performance.timeOrigin, panels: store.get().page.panels, ...describe() };
  }

  function take(data, answer) {
    const refuse = (error) => {
      const { code, path, said } = error;
      post(answer, { type: "error", code, path, message: word(`embed.error.${nameError(code)}`), ...said });
    };
    try {
      const message = readMessage(data);
      if (message?.type === "slide") turn(message.when);
      else if (message) obey(message, answer, refuse);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      refuse(error);
    }
  }

  /**
   * reveal.js comes to the slide of the frame, or leaves it. A page that drives the frame itself
   * says so at once when it hears that the frame is ready.
   */
  async function turn(when) {
    visibility[when]();
    if (when === "stop") return;
    if (isReady) sendEvent(describeReady());
    await begun.promise;
    setTimeout(() => startsWithSlide && !driven && store.get().page.onScreen && actions.run(), PATIENCE);
  }

  function obey(command, answer, refuse) {
    if (waiting >= MOST_WAITING) throw new MessageError("rate_limited", "", command.said);
    keys.hear();
    driven ||= command.type !== "hello";
    waiting += 1;
    carryOut(command).then(() => {
      if (command.type === "hello") post(answer, describeReady());
    }).then(
      () => post(answer, { type: "done", ...command.said, ...describe(), metrics: progress.now().metrics }),
      (error) => {
        if (!(error instanceof MessageError)) throw error;
        refuse(new MessageError(error.code, error.path, command.said));
      },
    ).finally(() => {
      waiting -= 1;
    });
  }

  const epochs = createThrottle(EPOCH_PERIOD, () => sendEvent({ type: "epoch", ...describe() }));
  const metrics = createThrottle(METRICS_PERIOD, () => {
    const { epoch, step, metrics: figures } = progress.now();
    sendEvent({ type: "metrics", epoch, step, ...figures });
  });
  let told = "";
  function follow() {
    const now = JSON.stringify(describe());
    if (!isReady || now === told) return;
    told = now;
    epochs.offer();
    metrics.offer();
  }
  connection.on("frame", follow);
  store.watch(["run.running"], follow);
  store.watch(["run.diverged"], ({ run: { diverged } }) => {
    if (diverged) sendEvent({ type: "error", code: "diverged", path: "", message: word("embed.error.diverged") });
  });

  function ready() {
    if (isReady) return;
    isReady = true;
    begun.resolve();
    sendEvent(describeReady());
    follow();
  }

  parent.listen(take);

  return { ready, key: keys.send };
}

/** Errors of the server have one text here: their code and path say more. */
function nameError(code) {
  return ["version", "unknown_type", "invalid_message", "interrupted", "diverged", "rate_limited"]
    .includes(code) ? code : "refused";
}
