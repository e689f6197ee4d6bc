/** Files through the browser, and bytes of streams. */

/** How long a browser may take to read what it saves (milliseconds). */
const READING_TIME = 10_000;

/**
 * Saves a file where the browser saves files.
 *
 * @param {string} name
 * @param {Blob|string} content
 * @param {string} [type] media type
 */
export function saveFile(name, content, type = "") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READING_TIME);
}

/**
 * All bytes of a stream.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} [most] bytes that there may be
 * @returns {Promise<Uint8Array>} rejects with a RangeError when there are more, and with what the stream
 *   throws
 */
export async function readBytes(stream, most = Infinity) {
  const reader = stream.getReader();
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
