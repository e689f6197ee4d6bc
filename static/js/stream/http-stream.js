/** HTTP transport of the stream: a chunked response, and requests in order. */

import { createMessageReader } from "stream/message-reader";

/** Texts of one request, at most; a body may be as long as a message, which is far longer. */
const MOST_CHARACTERS = 1 << 16;
/** What WebSockets say when a connection ends without a word. */
const ABNORMAL = 1006;
const TOO_LARGE = 413;
/** How long the stream may bring nothing, though the server sends its first bytes at once (milliseconds). */
const HELD = 10_000;
/** Accepted, or too late: a stream that has ended says itself why, which counts. */
const EXPECTED = [202, 404, 409];

/**
 * @param {string} path of the sessions
 * @param {Object} on as for a WebSocket; `message` also gets `{"type":"alive"}`, and
 *   `{"type":"held"}` where a proxy holds the stream back
 * @returns {{send: (message: Object) => void, close: () => void}}
 */
export function openHttpStream(path, on) {
  const end = new AbortController();
  let session = null;
  let waiting = [];
  let sending = false;

  function send(message) {
    waiting.push(JSON.stringify(message));
    if (!sending) work();
  }

  /** One request after the other, each with all that has come together meanwhile. */
  async function work() {
    sending = true;
    while (waiting.length && !end.signal.aborted) {
      if (session) await postBatch(takeBatch());
      else await open(waiting.shift());
    }
    sending = false;
  }

  function takeBatch() {
    let length = waiting[0].length;
    let count = 1;
    while (count < waiting.length && length + waiting[count].length < MOST_CHARACTERS) {
      length += waiting[count].length;
      count += 1;
    }
    return `[${waiting.splice(0, count).join(",")}]`;
  }

  /** Sends a request and returns status and content of its answer; null if there is none. */
  async function post(url, body) {
    const headers = { "Content-Type": "application/json" };
    try {
      const answer = await fetch(url, { method: "POST", headers, body, signal: end.signal });
      return { status: answer.status, content: await answer.json() };
    } catch {
      fail();
      return null;
    }
  }

  async function open(body) {
    const content = (await post(path, body))?.content;
    if (content?.type === "opened" || content?.type === "queued") {
      session = `${path}/${content.session}`;
      listen();
    } else if (content && content.type !== "error") fail();
    if (content) hear("message", content);
  }

  /** What messages lead to is in the stream; only what was not taken is answered here. */
  async function postBatch(body) {
    const answer = await post(`${session}/messages`, body);
    if (answer?.status === TOO_LARGE) hear("message", answer.content);
    else if (answer && !EXPECTED.includes(answer.status)) fail();
  }

  async function listen() {
    const read = createMessageReader({ message, frame: (buffer) => hear("frame", buffer) });
    const timer = setTimeout(() => hear("message", { type: "held" }), HELD);
    const reader = await fetchStream();
    for (let bytes = await next(reader); bytes; bytes = await next(reader)) {
      clearTimeout(timer);
      read(bytes);
    }
    clearTimeout(timer);
    fail();
  }

  async function fetchStream() {
    try {
      const answer = await fetch(`${session}/stream`, { signal: end.signal, cache: "no-store" });
      return answer.ok ? answer.body.getReader() : null;
    } catch {
      return null;
    }
  }

  /** The bytes that came; null at the end, whatever ended it. */
  async function next(reader) {
    try {
      return (await reader.read()).value ?? null;
    } catch {
      return null;
    }
  }

  function message(content) {
    if (content.type === "closed") fail(content.code);
    else hear("message", content);
  }

  function hear(event, value) {
    if (!end.signal.aborted) on[event](value);
  }

  function fail(code = ABNORMAL) {
    if (end.signal.aborted) return;
    close();
    on.close(code);
  }

  function close() {
    end.abort();
  }

  queueMicrotask(() => hear("ready"));
  return { send, close };
}
