/**
 * Run of a live picture: one session for all networks that are shown one after the other, which gives
 * its place back when it is stopped. It takes no place that others wait for.
 */

import { decodeFrame } from "lib/frames";

/** Epochs after which a picture stands still, and how they are shown: 300 in five seconds. */
const EPOCHS = 300;
const PACE = { fps: 20, epochs: 3 };
/** Milliseconds that a session with nothing to train keeps its place. */
const REST = 20_000;

/**
 * @param {{open: (on: Object) => {send: Function, close: Function}, paint: (frame: Object) => void}} parts
 *   `open` opens a transport, `paint` is given the frames of the network that was asked for last
 * @returns {{show: (network: {spec: Object, weights: any[][]}) => void, pause: () => void, stop: () => void}}
 *   `show` trains a network from its step 0, `pause` keeps the session for a while, `stop` ends it
 */
export function createLiveRun({ open, paint }) {
  /** @type {"none" | "opening" | "open" | "ending"} */
  let state = "none";
  let transport = null;
  let wanted = null;
  let unanswered = 0;
  let newest = -1;
  let timer = 0;

  function show(network) {
    clearTimeout(timer);
    wanted = network;
    if (state === "none") connect();
    else if (state === "open") load();
  }

  function connect() {
    state = "opening";
    unanswered = 0;
    transport = open({ ready: () => transport.send({ type: "open", spec: {}, wait: true }), message: take, frame: takeFrame, close: lose });
  }

  function load() {
    const { spec, weights } = wanted;
    unanswered += 1 + weights.length;
    transport.send({ type: "pause" });
    transport.send({ type: "load", spec });
    for (const [layer, from, to, value] of weights) transport.send({ type: "set_weight", layer, from, to, value });
  }

  function take({ type, id }) {
    if (state === "ending") return;
    if (type === "opened") {
      state = "open";
      transport.send({ type: "views", names: ["boundary"], tile: 8, max_fps: PACE.fps });
      transport.send({ type: "speed", epochs_per_frame: PACE.epochs });
      load();
    } else if (type === "spec") {
      newest = id;
      unanswered -= 1;
      if (unanswered === 0 && wanted) transport.send({ type: "run", until: { epoch: EPOCHS } });
    } else if (["stopped", "diverged"].includes(type)) rest();
    else if (["queued", "error"].includes(type)) stop();
  }

  function rest() {
    clearTimeout(timer);
    timer = setTimeout(stop, REST);
  }

  function takeFrame(buffer) {
    if (state !== "open") return;
    const frame = decodeFrame(buffer);
    transport.send({ type: "ack" });
    if (wanted && unanswered === 0 && frame.meta.spec_id >= newest && frame.arrays.boundary) paint(frame);
  }

  function pause() {
    wanted = null;
    if (state === "open") transport.send({ type: "pause" });
    rest();
  }

  /** Who waits in the line just leaves it; a session is ended, and its connection closed by the server. */
  function stop() {
    clearTimeout(timer);
    wanted = null;
    if (state === "opening") {
      transport.close();
      state = "none";
    } else if (state === "open") {
      transport.send({ type: "end" });
      state = "ending";
    }
  }

  /** What was asked for since the session was ended gets one of its own; a lost one is not sought again. */
  function lose() {
    const again = state === "ending" && wanted;
    state = "none";
    if (again) connect();
  }

  return { show, pause, stop };
}
