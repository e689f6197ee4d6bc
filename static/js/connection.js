/**
 * A live session as a source of frames: socket, credit, retry, taking up again.
 *
 * Events: `state` ({name, seconds}), `opened`, `spec`, `frame`, `error`,
 * `diverged`, `renewed` (the server had forgotten the session). States:
 * connecting, waiting (the server is not ready to answer), open, lost, busy, taken, idle.
 */

import { createCredit } from "credit";
import { decodeFrame } from "frames";

const TOKEN = "livenet.session";
/** Close codes after which nobody connects again unless asked. */
const FINAL = { 4001: "taken", 4002: "idle" };
const FIRST_DELAY = 0.5;
const LONGEST_DELAY = 10;
const BUSY_DELAY = 5;
const SILENCE = 15_000;
const SPECS_KEPT = 16;

/**
 * @param {{url: string, storage: Storage, specToOpen: () => object}} parts
 *   `specToOpen` gives the spec of a new session
 */
export function createConnection({ url, storage, specToOpen }) {
  const listeners = {};
  const specs = new Map();
  const credit = createCredit((frames) => {
    for (let i = 0; i < frames; i += 1) post({ type: "ack" });
  });
  let socket = null;
  let timer = 0;
  let expecting = false;
  let heard = 0;
  let delay = FIRST_DELAY;
  let state = "connecting";

  function on(type, listener) {
    (listeners[type] ??= []).push(listener);
  }

  function emit(type, value) {
    for (const listener of listeners[type] ?? []) listener(value);
  }

  function enter(name, seconds = 0) {
    state = name;
    emit("state", { name, seconds });
  }

  /** Connects, now. */
  function connect() {
    clearTimeout(timer);
    drop();
    enter("connecting");
    const fresh = new WebSocket(new URL(url, location.href.replace(/^http/, "ws")));
    fresh.binaryType = "arraybuffer";
    fresh.onopen = () => {
      const token = storage.getItem(TOKEN);
      post(token ? { type: "open", session: token } : { type: "open", spec: specToOpen() });
      enter("waiting");
    };
    fresh.onmessage = ({ data }) => {
      heard = performance.now();
      if (typeof data === "string") take(JSON.parse(data));
      else takeFrame(data);
    };
    fresh.onclose = ({ code }) => lose(code);
    socket = fresh;
  }

  function drop() {
    expecting = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  function lose(code) {
    drop();
    if (code in FINAL) {
      enter(FINAL[code]);
      return;
    }
    retryAfter(delay, state === "busy" ? "busy" : "lost");
    delay = Math.min(LONGEST_DELAY, delay * 2);
  }

  function retryAfter(seconds, name) {
    enter(name, seconds);
    clearTimeout(timer);
    timer = setTimeout(connect, seconds * 1000 * (0.85 + 0.3 * Math.random()));
  }

  function take(message) {
    if (message.type === "opened") {
      storage.setItem(TOKEN, message.session);
      delay = FIRST_DELAY;
      specs.clear();
      credit.open();
      keep(message);
      enter("open");
    } else if (message.type === "spec") keep(message);
    else if (message.type === "error" && refuse(message.code)) return;
    emit(message.type, message);
  }

  function keep({ id, spec }) {
    specs.set(id, spec);
    if (specs.size > SPECS_KEPT) specs.delete(specs.keys().next().value);
  }

  /** Errors of opening, which are the connection's own to handle. */
  function refuse(code) {
    if (code === "unknown_session") {
      storage.removeItem(TOKEN);
      emit("renewed");
      post({ type: "open", spec: specToOpen() });
      return true;
    }
    if (code === "session_limit") {
      drop();
      retryAfter(BUSY_DELAY, "busy");
      return true;
    }
    return false;
  }

  function takeFrame(buffer) {
    const frame = decodeFrame(buffer);
    expect(frame.meta.running === true && !document.hidden);
    frame.spec = specs.get(frame.meta.spec_id);
    credit.arrive(performance.now());
    if (frame.spec) emit("frame", frame);
    else painted();
  }

  /** A frame has been painted, and there is room for more; a hidden page paints none. */
  function painted() {
    credit.paint(performance.now());
  }

  function post(message) {
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify(message));
  }

  /** Sends a message of the contract; without a connection it is dropped. */
  function send(message) {
    if (state !== "open") return;
    post(message);
    if (message.type === "run") expect(true);
  }

  function expect(yes) {
    if (yes && !expecting) heard = performance.now();
    expecting = yes;
  }

  /** A network that died silently is noticed when frames stay away. */
  function watch() {
    if (expecting && !document.hidden && performance.now() - heard > SILENCE) lose(0);
  }

  setInterval(watch, SILENCE / 5);
  window.addEventListener("offline", () => socket && lose(0));
  window.addEventListener("online", () => state === "lost" && connect());

  return { on, connect, send, painted };
}
