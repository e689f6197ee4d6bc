/**
 * File format of recordings: gzip of a length, a JSON header, and the arrays of the frames, all of one
 * name one after the other. docs/recordings.md tells the format.
 */

import { isObject } from "lib/objects";
import { RecordingError } from "recordings/error";
import { checkSweep } from "recordings/sweep-validation";
import { checkAbout, checkFrames } from "recordings/validation";
import { compress, expand } from "recordings/gzip";
import { readArray, writeArray } from "recordings/delta-coding";
import { SpecError, createSpecCheck } from "spec/validation";

const VERSION = 1;
const KIND = "recording";
const HEAD = 4;
/** What a recording may take when it is unpacked, and how many frames it may have. */
const MOST_BYTES = 256 << 20;
const MOST_HEAD = 32 << 20;
const MOST_FRAMES = 1000;
const TYPES = { U8: Uint8Array, F32: Float32Array };

/**
 * @param {{about: Object, frames: {meta, arrays, spec, sweep?}[]}} recording `about` is told by JSON
 * @returns {Promise<Uint8Array>}
 */
export async function pack({ about, frames }) {
  const specs = [...new Set(frames.map(({ spec }) => spec))];
  const sweeps = [...new Set(frames.map(({ sweep }) => sweep).filter(Boolean))];
  const head = new TextEncoder().encode(JSON.stringify({
    livenet: KIND, version: VERSION, about, specs: specs.map(leaveOutPoints), ...(sweeps.length && { sweeps }),
    frames: frames.map(({ meta, arrays, spec, sweep }) => ({
      spec: specs.indexOf(spec),
      ...(sweep && { sweep: sweeps.indexOf(sweep) }),
      meta,
      arrays: Object.entries(arrays).map(([name, { data, shape }]) => [name, typeOf(data), shape]),
    })),
  }));
  const length = new Uint8Array(HEAD);
  new DataView(length.buffer).setUint32(0, head.length, true);
  return compress([length, head, ...eachArray(frames).map(({ array, before }) => {
    const bytes = new Uint8Array(array.data.byteLength);
    writeArray(array.data, before, bytes);
    return bytes;
  })]);
}

/** As the stream tells them: points are left out where they are those of the spec before. */
function leaveOutPoints(spec, i, specs) {
  const { points, ...data } = spec.data;
  const same = i > 0 && samePoints(points, specs[i - 1].data.points);
  return same ? { ...spec, data } : spec;
}

function samePoints(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function typeOf(data) {
  return data instanceof Uint8Array ? "U8" : "F32";
}

/** All arrays in the order in which they are written, each with the one before it. */
function eachArray(frames) {
  const names = [...new Set(frames.flatMap(({ arrays }) => Object.keys(arrays)))].sort();
  return names.flatMap((name) => {
    let last = null;
    return frames.filter(({ arrays }) => arrays[name]).map(({ arrays }) => {
      const array = arrays[name];
      const fits = last && last.length === array.data.length && typeOf(last) === typeOf(array.data);
      const before = fits ? last : null;
      last = array.data;
      return { array, before };
    });
  });
}

/**
 * Reads a recording, whoever made it.
 *
 * @param {Uint8Array} bytes
 * @param {Object} schema of specs, as the server tells it
 * @returns {Promise<{about: Object, frames: Object[]}>} rejects with a RecordingError
 */
export async function unpack(bytes, schema) {
  const whole = await expand(bytes, MOST_BYTES).catch((error) => {
    throw new RecordingError(error instanceof RangeError ? "too_large" : "damaged");
  });
  const head = readHead(whole);
  checkAbout(head.about);
  const specs = readSpecs(head.specs, schema);
  const sweeps = (head.sweeps ?? []).map((sweep) => checkSweep(sweep, schema));
  const frames = head.frames.map((frame) => readFrame(frame, specs, sweeps));
  readArrays(frames, whole, HEAD + headLength(whole));
  return { about: head.about, frames: checkFrames(frames, schema) };
}

function headLength(whole) {
  return new DataView(whole.buffer).getUint32(0, true);
}

function readHead(whole) {
  if (whole.length < HEAD) throw new RecordingError("damaged");
  const length = headLength(whole);
  if (length > Math.min(MOST_HEAD, whole.length - HEAD)) throw new RecordingError("foreign");
  let head;
  try {
    head = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(whole.subarray(HEAD, HEAD + length)));
  } catch {
    throw new RecordingError("foreign");
  }
  if (head?.livenet !== KIND) throw new RecordingError("foreign");
  if (head.version !== VERSION) throw new RecordingError("version");
  const lists = [head.specs, head.frames, head.sweeps ?? []];
  if (!lists.every(Array.isArray) || !isObject(head.about)) throw new RecordingError("damaged");
  if (!head.frames.length) throw new RecordingError("empty");
  if (head.frames.length > MOST_FRAMES) throw new RecordingError("too_large");
  return head;
}

/** Every spec with how many outputs its network has; points are those of the spec before. */
function readSpecs(specs, schema) {
  const check = createSpecCheck(schema);
  let points = null;
  return specs.map((spec) => {
    if (!isObject(spec) || !isObject(spec.data)) throw new RecordingError("damaged");
    points = spec.data.points === undefined ? points : spec.data.points;
    try {
      return check({ ...spec, data: { ...spec.data, points } });
    } catch (error) {
      throw error instanceof SpecError ? new RecordingError("damaged") : error;
    }
  });
}

function readFrame(frame, specs, sweeps) {
  const known = Number.isInteger(frame?.spec) ? specs[frame.spec] : null;
  const sweep = Number.isInteger(frame?.sweep) ? sweeps[frame.sweep] : null;
  if (!known || !isObject(frame.meta) || !Array.isArray(frame.arrays)) throw new RecordingError("damaged");
  const arrays = Object.fromEntries(frame.arrays.map((entry) => {
    const [name, type, shape] = Array.isArray(entry) ? entry : [];
    // Every frame would have an array by the name of what all objects have.
    const named = typeof name === "string" && !(name in Object.prototype);
    const known = named && Object.hasOwn(TYPES, type) && Array.isArray(shape);
    if (!known || !shape.every(isCount)) throw new RecordingError("damaged");
    return [name, { type, shape, data: null }];
  }));
  return { meta: frame.meta, arrays, sweep: sweep ?? null, ...known };
}

/** Nothing is made before it is known that the bytes for it are there. */
function readArrays(frames, whole, start) {
  const all = frames.flatMap(({ arrays }) => Object.values(arrays));
  const sizes = all.map(({ type, shape }) => TYPES[type].BYTES_PER_ELEMENT * product(shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== whole.length - start) throw new RecordingError("damaged");
  all.forEach((array) => {
    array.data = new TYPES[array.type](product(array.shape));
  });
  let at = start;
  for (const { array: { data }, before } of eachArray(frames)) {
    readArray(whole.subarray(at, at + data.byteLength), before, data);
    at += data.byteLength;
  }
}

function product(shape) {
  return shape.reduce((whole, size) => whole * size, 1);
}

function isCount(value) {
  return Number.isInteger(value) && value >= 0 && value <= MOST_BYTES;
}
