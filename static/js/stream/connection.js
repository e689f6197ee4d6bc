/**
 * Connection to a live session, a source of frames: credit, retry, resume.
 *
 * Events: `state` ({name, seconds, queue}), `opened`, `spec`, `frame`, `error`, `waiting`, `diverged`,
 * `stopped`, `renewed` (the server had forgotten the session), `refused` (what was to be opened),
 * `locked` (the server asks for its password again, which its pages do).
 * States: connecting, waiting (the server is not ready to answer), queued (all places are taken;
 * `queue` tells our place in the line), open, held (something on the way holds back what the
 * server says), lost, busy, taken, idle.
 */

import { createCredit } from "stream/credit";
import { createEmitter } from "lib/emitter";
import { decodeFrame, restoreUnchanged } from "lib/frames";

const TOKEN = "livenet.session";
const TOKEN_TEXT = /^[\w-]{16,64}$/;
/** Close codes after which nobody connects again unless asked. */
const FINAL = { 4001: "taken", 4002: "idle" };
/** States in which an error is one of opening. */
const OPENING = ["waiting", "queued"];
/** Errors after which something else is opened. */
const REFUSED = ["invalid_spec", "invalid_state", "newer_state", "unknown_state"];
const FIRST_DELAY = 0.5;
/** A server that is back has its pages back as soon. */
const LONGEST_DELAY = 4;
const BUSY_DELAY = 5;
const SILENCE = 15_000;
const LOOK = SILENCE / 5;
const SPECS_KEPT = 16;

/**
 * @param {{open: (on: Object) => Object, storage: StorageLike, toOpen: () => Object,
 *   session: string|null|undefined, takeOver: (token: string, state: string) => Promise<boolean>}} parts
 *   `open` opens a transport, `toOpen` gives `spec` and perhaps `state` of a new session, `session`
 *   is the one to take up: null for none, undefined for the one that the tab has, `takeOver` gives the
 *   server what the one before it has handed over
 */
export function createConnection({ open, storage, toOpen, session, takeOver }) {
  const { on, emit } = createEmitter();
  /** The tab's storage names the session of the page that came last; this page's is its own. */
  let own = session === undefined ? readToken() : session;
  storeToken(own);
  const specs = new Map();
  const recalled = new Map();
  let points = null;
  const credit = createCredit((frames) => {
    for (let i = 0; i < frames; i += 1) transport?.send({ type: "ack" });
  });
  let transport = null;
  /** The session as the server handed it over when it stopped. */
  let handed = null;
  let timer = 0;
  let training = false;
  let heard = 0;
  /** The newest array of each name, for frames that leave out what has not changed. */
  let arrays = {};
  let looked = 0;
  let delay = FIRST_DELAY;
  let state = "connecting";
  /** What was said of the state last, and whether a proxy holds back what follows. */
  let said = { name: state, seconds: 0, queue: null };
  let held = false;
  let left = false;

  function enter(name, seconds = 0, queue = null) {
    state = name;
    said = { name, seconds, queue };
    held = false;
    emit("state", said);
  }

  /** The state itself stays: what was held back may still come. */
  function hold(yes) {
    if (held === yes) return;
    held = yes;
    emit("state", yes ? { ...said, name: "held" } : said);
  }

  /** Connects, now. */
  function connect() {
    clearTimeout(timer);
    drop();
    enter("connecting");
    transport = open({ ready: ask, message: take, frame: takeFrame, close: lose });
  }

  function ask() {
    sendOpen(own ? { session: own } : toOpen());
    enter("waiting");
  }

  /** Asks for a session, and waits in the line where there is no place. */
  function sendOpen(what) {
    transport.send({ type: "open", ...what, wait: true });
  }

  function drop() {
    training = false;
    transport?.close();
    transport = null;
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
    heard = performance.now();
    hold(message.type === "held");
    if (message.type === "opened") {
      storeToken(message.session);
      delay = FIRST_DELAY;
      handed = null;
      specs.clear();
      recalled.clear();
      credit.open();
      keep(message);
      expectFrames(message.running);
      enter("open");
    } else if (message.type === "queued") enter("queued", 0, message);
    else if (message.type === "spec") keep(message);
    else if (message.type === "recalled") storeRecalled(message);
    else if (message.type === "handover") handed = message.state;
    else if (message.type === "diverged" || message.type === "stopped") expectFrames(false);
    else if (message.type === "error" && refuse(message)) return;
    emit(message.type, message);
  }

  /** A spec says what the points are only when they have changed: then the last ones are meant. */
  function keep({ id, spec }) {
    if (spec.data.points === undefined) spec.data.points = points;
    points = spec.data.points;
    specs.set(id, spec);
    if (specs.size > SPECS_KEPT) specs.delete(specs.keys().next().value);
  }

  /** The spec of a point of the time line, which frames of it name. */
  function storeRecalled({ point, spec }) {
    if (spec.data.points === undefined) spec.data.points = points;
    recalled.set(point, spec);
    if (recalled.size > SPECS_KEPT) recalled.delete(recalled.keys().next().value);
  }

  /** Errors of opening, which are the connection's own to handle. */
  function refuse(error) {
    const { code } = error;
    if (code === "unknown_session") {
      if (handed) handOver();
      else renew();
      return true;
    }
    if (code === "session_limit") {
      drop();
      retryAfter(BUSY_DELAY, "busy");
      return true;
    }
    if (code === "password_required") {
      drop();
      emit("locked");
      return true;
    }
    if (OPENING.includes(state) && REFUSED.includes(code)) {
      emit("refused", error);
      sendOpen(toOpen());
      return true;
    }
    return false;
  }

  function renew() {
    storeToken(null);
    emit("renewed");
    sendOpen(toOpen());
  }

  /** A server that does not know the session may take it over from the one before it. */
  async function handOver() {
    const asking = transport;
    const taken = await takeOver(own, handed).catch(() => null);
    if (transport !== asking) return;
    if (taken === null) {
      lose(0);
      return;
    }
    handed = null;
    if (taken) ask();
    else renew();
  }

  function takeFrame(buffer) {
    heard = performance.now();
    const frame = decodeFrame(buffer);
    arrays = restoreUnchanged(frame, arrays);
    const { meta } = frame;
    frame.spec = meta.recalled === undefined ? specs.get(meta.spec_id) : recalled.get(meta.recalled);
    credit.arrive(heard);
    if (frame.spec) emit("frame", frame);
    else painted();
  }

  /** A frame has been painted, or need not be, and there is room for more. */
  function painted() {
    credit.paint(performance.now());
  }

  /** Sends a message of the contract; without a connection it is dropped. */
  function send(message) {
    if (state !== "open") return;
    transport.send(message);
    if (message.type === "run") expectFrames(true);
    else if (message.type === "pause") expectFrames(false);
  }

  function expectFrames(yes) {
    if (yes && !training) heard = performance.now();
    training = yes;
  }

  /**
   * A network that died silently is noticed when frames of a training session stay away.
   * A page that slept itself (timers that came late tell) begins to listen anew.
   */
  function watch() {
    const now = performance.now();
    if (now - looked > 2 * LOOK) heard = now;
    looked = now;
    if (training && now - heard > SILENCE) lose(0);
  }

  /** The browser may keep a page to come back to, and its socket with it: nobody else would get the place. */
  function leave() {
    left = transport !== null || state === "lost" || state === "busy";
    if (!left) return;
    clearTimeout(timer);
    drop();
    enter("lost");
  }

  /** What others need to reach this session by; null before there is one. */
  const token = () => own;

  function readToken() {
    const kept = storage.getItem(TOKEN);
    return kept !== null && TOKEN_TEXT.test(kept) ? kept : null;
  }

  function storeToken(value) {
    own = value;
    if (value === null) storage.removeItem(TOKEN);
    else storage.setItem(TOKEN, value);
  }

  setInterval(watch, LOOK);
  window.addEventListener("offline", () => transport && lose(0));
  window.addEventListener("online", () => state === "lost" && connect());
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", ({ persisted }) => persisted && left && connect());

  return { on, connect, send, painted, token };
}
