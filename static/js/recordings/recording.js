/** The page's recording: start, stop, packing and upload. */

import { epochOf } from "lib/frames";
import { createRecorder } from "recordings/recorder";
import { pack } from "recordings/format";
import { createThrottle } from "lib/throttle";

const PATH = "api/recordings";
const TELL_PERIOD = 200;

/**
 * @param {{store: Store, source: Object}} parts `source` of frames; `store.recording.active` says
 *   whether one is being made, `store.recording.frames` how many frames it has
 * @returns {{start, stop, result, keep}}
 */
export function createRecording({ store, source }) {
  let recorder = null;
  let made = null;
  const telling = createThrottle(TELL_PERIOD, () => store.set({ recording: { frames: recorder?.count() ?? 0 } }));
  let awaited = null;
  source.on("frame", (frame) => {
    // What is looked back at was recorded when it was the present.
    if (!recorder || frame.meta.recalled !== undefined || (awaited && epochOf(frame.meta) > 0)) return;
    awaited?.();
    awaited = null;
    recorder.take(withMap(frame));
    telling.offer();
  });

  /** A frame of a map says what the map varies, and how it is coloured. */
  function withMap(frame) {
    const { sweep, colour } = store.get().map;
    if (!frame.meta.sweep || !sweep) return frame;
    return { ...frame, sweep, meta: { ...frame.meta, sweep: { ...frame.meta.sweep, colour } } };
  }

  /**
   * Begins anew; what was recorded before is forgotten.
   *
   * @param {{every: number, most: number}} wishes
   * @param {() => void} [begun] given where the first frame is to be that of step 0: what came
   *   before is left out, and this is told once it is there
   */
  function start(wishes, begun = null) {
    made = null;
    awaited = begun;
    recorder = createRecorder(wishes);
    store.set({ recording: { active: true, frames: 0 } });
  }

  /** Ends it; `result` has it from then on. */
  function stop() {
    if (!recorder) return;
    telling.cancel();
    const frames = recorder.finish();
    const every = recorder.every();
    recorder = null;
    if (frames.length) made = { frames, every, recorded: new Date().toISOString(), packed: null, id: null };
    store.set({ recording: { active: false, frames: frames.length } });
  }

  /**
   * What was recorded, packed once.
   *
   * @returns {Promise<?{frames: Object[], every: number, packed: Uint8Array}>} null for nothing
   */
  async function result() {
    if (!made) return null;
    const { frames, every, recorded } = made;
    made.packed ??= pack({ about: { recorded, every }, frames });
    return { frames, every, packed: await made.packed };
  }

  /**
   * Keeps it on the server.
   *
   * @returns {Promise<string>} its id; rejects with an Error whose message is the status
   */
  async function keep() {
    const { packed } = await result();
    made.id ??= send(packed).catch((error) => {
      made.id = null;
      throw error;
    });
    return made.id;
  }

  return { start, stop, result, keep };
}

async function send(packed) {
  const answer = await fetch(PATH, { method: "POST", body: packed });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).id;
}
