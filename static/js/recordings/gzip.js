/** gzip by the browser, with a limit on the decompressed size. */

import { readBytes } from "lib/files";

/**
 * @param {Uint8Array[]} parts
 * @returns {Promise<Uint8Array>}
 */
export async function compress(parts) {
  const packed = new Blob(/** @type {any} */ (parts)).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/**
 * @param {Uint8Array} bytes
 * @param {number} most bytes of the answer
 * @returns {Promise<Uint8Array>} rejects with a RangeError when it would be longer, with a
 *   TypeError when the bytes are no such data
 */
export function expand(bytes, most) {
  return readBytes(new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(new DecompressionStream("gzip")), most);
}

/** Text of bytes for a document: base64. */
export async function toText(bytes) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes]));
  });
  return url.slice(url.indexOf(",") + 1);
}

/** Bytes of a text; throws what `atob` throws when it is none. */
export function fromText(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
