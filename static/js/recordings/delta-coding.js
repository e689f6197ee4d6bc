/**
 * Delta coding of frames' arrays, for compression: each is told as what differs from the one before
 * it, and numbers of four bytes byte by byte, so that the ones that hardly change lie together.
 */

const WORD = 4;

/**
 * @param {Uint8Array|Float32Array} values
 * @param {?Uint8Array|Float32Array} before of the same type and length; null for none
 * @param {Uint8Array} target takes `values.byteLength` bytes
 */
export function writeArray(values, before, target) {
  if (values instanceof Uint8Array) writeBytes(values, before, target);
  else writeWords(wordsOf(values), before && wordsOf(before), target);
}

/** Reads into `values` what `writeArray` wrote. */
export function readArray(bytes, before, values) {
  if (values instanceof Uint8Array) readBytes(bytes, before, values);
  else readWords(bytes, before && wordsOf(before), wordsOf(values));
}

function wordsOf({ buffer, byteOffset, length }) {
  return new Uint32Array(buffer, byteOffset, length);
}

function writeBytes(values, before, target) {
  if (!before) target.set(values);
  else for (let i = 0; i < values.length; i += 1) target[i] = values[i] - before[i];
}

function readBytes(bytes, before, values) {
  if (!before) values.set(bytes);
  else for (let i = 0; i < values.length; i += 1) values[i] = bytes[i] + before[i];
}

/** Small differences of either sign become small numbers without one. */
function writeWords(words, before, target) {
  const count = words.length;
  for (let i = 0; i < count; i += 1) {
    const change = (words[i] - (before ? before[i] : 0)) | 0;
    const folded = (change << 1) ^ (change >> 31);
    for (let byte = 0; byte < WORD; byte += 1) target[byte * count + i] = folded >>> (8 * byte);
  }
}

function readWords(bytes, before, words) {
  const count = words.length;
  for (let i = 0; i < count; i += 1) {
    const folded = bytes[i] | (bytes[count + i] << 8) | (bytes[2 * count + i] << 16)
      | (bytes[3 * count + i] << 24);
    words[i] = (before ? before[i] : 0) + ((folded >>> 1) ^ -(folded & 1));
  }
}

/**
 * A copy of numbers with so many bits of precision, the sign and the size beside them.
 *
 * @param {Float32Array} values
 * @param {number} bits 1 to 22
 */
export function roundNumbers(values, bits) {
  const rounded = Float32Array.from(values);
  const words = wordsOf(rounded);
  const gone = 23 - bits;
  const mask = (-1 << gone) >>> 0;
  for (let i = 0; i < words.length; i += 1) words[i] = (words[i] + (1 << (gone - 1))) & mask;
  return rounded;
}
