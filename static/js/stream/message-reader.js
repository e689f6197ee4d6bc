/** Splits the bytes of an HTTP stream into messages. */

const HEAD = 5;
const FRAME = 1;
const text = new TextDecoder();

/**
 * @param {{message: (message: Object) => void, frame: (buffer: ArrayBuffer) => void}} on
 * @returns {(chunk: Uint8Array) => void} takes the bytes as they come: u32 little-endian
 *   length, u8 kind (0 JSON, 1 frame), payload, and so on
 */
export function createMessageReader(on) {
  let chunks = [];
  let size = 0;
  let head = null;

  function read(chunk) {
    chunks.push(chunk);
    size += chunk.length;
    while (size >= (head ? head.length : HEAD)) {
      if (head) deliver(head.kind, cut(head.length));
      head = head ? null : readHead(cut(HEAD));
    }
  }

  function deliver(kind, bytes) {
    if (kind === FRAME) on.frame(bytes.buffer);
    else on.message(JSON.parse(text.decode(bytes)));
  }

  /** Takes the first bytes out, as an array of their own. */
  function cut(count) {
    const bytes = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const part = chunks[0].subarray(0, count - at);
      bytes.set(part, at);
      at += part.length;
      if (part.length === chunks[0].length) chunks.shift();
      else chunks[0] = chunks[0].subarray(part.length);
    }
    size -= count;
    return bytes;
  }

  return read;
}

function readHead(bytes) {
  const view = new DataView(bytes.buffer);
  return { length: view.getUint32(0, true), kind: view.getUint8(4) };
}
