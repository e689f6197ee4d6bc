/** gzip by the browser, with a limit on the decompressed size. */

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
export async function expand(bytes, most) {
  const reader = new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel();
      throw new RangeError(`more than ${most} bytes`);
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
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
