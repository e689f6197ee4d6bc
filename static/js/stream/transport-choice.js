/**
 * Choice of the transport: a WebSocket, or plain HTTP where WebSockets are blocked.
 *
 * A network that blocks them refuses the handshake, or swallows it, or what comes after it,
 * while it lets requests through. So a WebSocket that brings no word makes a doubt, and a request
 * tells which of the two it is: the server or the way to it.
 */

import { openHttpStream } from "stream/http-stream";
import { openWebSocket } from "stream/web-socket";

/** Paths of the server, for `createTransports`. */
export const PATHS = { sessions: "api/sessions", health: "healthz" };
const KEY = "livenet.transport";
const HTTP = "http";
/** How long HTTP is kept to without trying again (milliseconds); a new tab tries at once. */
const KEPT = 24 * 3600 * 1000;
/** How long a WebSocket may bring nothing. */
const PATIENCE = 4000;
/** What WebSockets say of a handshake that failed. */
const ABNORMAL = 1006;

/**
 * @param {{stream: string, sessions: string, health: string, storage: StorageLike}} parts
 *   the paths of the stream, of its sessions over HTTP, and one that answers while the server
 *   lives; the storage remembers for this tab
 * @returns {(on: Object) => {send: Function, close: Function}} opens a transport; `on.ready`
 *   is called once more when HTTP takes the place of a WebSocket
 */
export function createTransports({ stream, sessions, health, storage }) {
  let worked = false;
  let doubts = 0;

  /** What is remembered counts only as this page writes it. */
  function isBlocked() {
    try {
      const { name, at } = JSON.parse(storage.getItem(KEY) ?? "{}");
      return name === HTTP && Date.now() - at < KEPT;
    } catch {
      return false;
    }
  }

  async function isServed() {
    try {
      return (await fetch(health, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).ok;
    } catch {
      return false;
    }
  }

  /** One that has worked before gets a second chance: the server may just have come back. */
  function giveUp() {
    doubts += 1;
    return doubts > (worked ? 1 : 0);
  }

  function open(on) {
    let transport = null;
    let heard = false;
    let doubted = false;
    let closed = false;
    let timer = 0;

    function tryWebSocket() {
      transport = openWebSocket(stream, {
        ready: on.ready,
        message: (message) => hear("message", message),
        frame: (buffer) => hear("frame", buffer),
        close: (code) => (heard || code !== ABNORMAL ? on.close(code) : doubt()),
      });
      timer = setTimeout(doubt, PATIENCE);
    }

    function hear(event, value) {
      clearTimeout(timer);
      heard = worked = true;
      doubts = 0;
      on[event](value);
    }

    async function doubt() {
      clearTimeout(timer);
      if (doubted) return;
      doubted = true;
      const served = await isServed();
      if (closed || heard) return;
      transport.close();
      if (served && giveUp()) takeHttp();
      else on.close(ABNORMAL);
    }

    function takeHttp() {
      transport = openHttpStream(sessions, { ...on, message: remember });
    }

    function remember(message) {
      // Without the password no transport works.
      if (!heard && message.code !== "password_required") storage.setItem(KEY, JSON.stringify({ name: HTTP, at: Date.now() }));
      heard = true;
      on.message(message);
    }

    function send(message) {
      transport.send(message);
    }

    function close() {
      closed = true;
      clearTimeout(timer);
      transport.close();
    }

    if (isBlocked()) transport = openHttpStream(sessions, on);
    else tryWebSocket();
    return { send, close };
  }

  return open;
}
