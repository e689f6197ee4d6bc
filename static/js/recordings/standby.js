/**
 * A source of frames that is live as long as the server can be reached, and a recording while it
 * cannot. `store.stream.standby` is null while it is live; else it holds the spec that the live run had.
 */

import { RecordingError } from "recordings/error";
import { unpack } from "recordings/format";
import { createRecordedSource } from "recordings/source";

const PATH = "api/recordings";
/** How long the server may be away before the recording takes its place (milliseconds). */
const PATIENCE = 4000;
/** States in which the server has no place for us, which may take long. */
const FULL = ["busy", "queued"];
/** States in which somebody else has the run, or nobody wants it: that is no failure. */
const LEFT = ["taken", "idle"];

/**
 * @param {Object} live the connection
 * @param {{store: Store, id: string, schema: Promise<object>, rehearse: boolean}} parts `id`
 *   of the recording, which is fetched at once; `schema` is what its specs are checked by; to rehearse
 *   is to do without the server from the beginning. `store.stream.unplayable` is why there is no recording
 * @returns {Object} a source, with the methods of a connection
 */
export function createStandby(live, { store, id, schema, rehearse }) {
  const listeners = [];
  const loading = load(id, schema).then(createRecordedSource, (error) => {
    const code = error instanceof RecordingError ? error.code : "missing";
    store.set({ stream: { unplayable: code }, page: { message: { key: `recording.broken.${code}` } } });
    return null;
  });
  let recorded = null;
  let timer = 0;
  let wanted = false;
  let attached = false;

  live.on("state", ({ name }) => {
    if (name === "open") leave();
    else if (FULL.includes(name)) enter();
    else if (LEFT.includes(name)) cancel();
    else timer ||= setTimeout(enter, PATIENCE);
  });

  function cancel() {
    clearTimeout(timer);
    timer = 0;
    wanted = false;
  }

  /** Plays in place of the server, unless it is back by the time the recording is there. */
  async function enter() {
    wanted = true;
    const source = await loading;
    if (!source && rehearse) store.set({ stream: { connection: { name: "left", seconds: 0 } } });
    if (!source || !wanted || recorded) return;
    if (!attached) for (const [type, listener] of listeners) source.on(type, hearWhen(() => recorded, listener));
    attached = true;
    recorded = source;
    store.set({ stream: { standby: { spec: store.get().run.spec } } });
    recorded.connect();
    window.livenet.recorded = source.length;
  }

  function leave() {
    cancel();
    if (!recorded) return;
    recorded.send({ type: "pause" });
    recorded = null;
    store.set({ stream: { standby: null } });
  }

  function hearWhen(isHeard, listener) {
    return (value) => isHeard() && listener(value);
  }

  function on(type, listener) {
    listeners.push([type, listener]);
    live.on(type, hearWhen(() => !recorded, listener));
  }

  function connect() {
    if (rehearse) enter();
    else live.connect();
  }

  function send(message) {
    (recorded ?? live).send(message);
  }

  function painted() {
    if (!recorded) live.painted();
  }

  return { on, connect, send, painted, token: live.token };
}

async function load(id, schema) {
  const answer = await fetch(`${PATH}/${id}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return unpack(new Uint8Array(await answer.arrayBuffer()), await schema);
}
