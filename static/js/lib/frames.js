/** Frame decoder: safetensors blobs, without a copy. */

const TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
};

const text = new TextDecoder();

/**
 * Decodes one frame.
 *
 * @param {ArrayBuffer} buffer u64 little-endian header length, JSON header, raw arrays
 * @returns {Omit<Frame, "spec">}
 *   arrays are views into `buffer`
 */
export function decodeFrame(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(text.decode(new Uint8Array(buffer, 8, length)));
  const base = 8 + length;
  const arrays = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    arrays[name] = { data: viewOf(buffer, base, entry), shape: entry.shape };
  }
  return { meta: parseMeta(header.__metadata__ ?? {}), arrays };
}

/**
 * Joins a frame that was never painted to the one that takes its place: points,
 * which are sent only once, must not be lost with it.
 */
export function carryOver(older, newer) {
  if (!newer.arrays.points && older.arrays.points) newer.arrays.points = older.arrays.points;
  return newer;
}

/**
 * Puts into a frame what it only names, since it has not changed since an earlier one.
 *
 * @param {Omit<Frame, "spec">} frame its `meta.unchanged` lists arrays
 * @param {Object<string, *>} earlier the newest arrays of the connection by name
 * @returns {Object<string, *>} the newest arrays with this frame
 */
export function restoreUnchanged(frame, earlier) {
  for (const name of frame.meta.unchanged ?? []) {
    if (earlier[name]) frame.arrays[name] = earlier[name];
  }
  return { ...earlier, ...frame.arrays };
}

/** The epoch that is shown: that of the map while one trains. */
export function epochOf({ sweep, epoch }) {
  return sweep ? sweep.epoch : epoch;
}

/** Whether a frame's `selected` map is that of a unit, not of one selected before. */
export function showsUnit({ arrays, meta }, { layer, unit }) {
  return Boolean(arrays.selected) && meta.selected?.[0] === layer && meta.selected[1] === unit;
}

function viewOf(buffer, base, { dtype, data_offsets: [start, end] }) {
  const Type = TYPES[dtype];
  if (!Type) throw new TypeError(dtype);
  const size = Type.BYTES_PER_ELEMENT;
  const aligned = (base + start) % size === 0;
  if (aligned) return new Type(buffer, base + start, (end - start) / size);
  return new Type(buffer.slice(base + start, base + end));
}

function parseMeta(strings) {
  const meta = {};
  for (const [key, value] of Object.entries(strings)) {
    try {
      meta[key] = JSON.parse(value);
    } catch {
      meta[key] = value;
    }
  }
  return meta;
}
