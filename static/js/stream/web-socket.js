/** WebSocket transport of the stream. */

/**
 * @param {string} path of the stream
 * @param {Object} on `ready()`, `message(Object)`, `frame(ArrayBuffer)`, `close(code)`;
 *   nothing is called after `close`, on either side
 * @returns {{send: (message: Object) => void, close: () => void}}
 */
export function openWebSocket(path, on) {
  const socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
  socket.binaryType = "arraybuffer";
  socket.onopen = () => on.ready();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") on.message(JSON.parse(data));
    else on.frame(data);
  };
  socket.onclose = ({ code }) => on.close(code);

  function send(message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function close() {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  return { send, close };
}
