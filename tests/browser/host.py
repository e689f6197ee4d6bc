"""A site elsewhere, whose pages have ours in frames."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

#: Keeps what frames say in `heard`, and tells them things.
LISTENING = """<script>
  window.heard = [];
  addEventListener("message", ({ data, origin, source }) => {
    const frames = [...document.querySelectorAll("iframe")];
    heard.push({ data, origin, from: frames.findIndex((one) => one.contentWindow === source) });
  });
  function say(message, to = 0) {
    document.querySelectorAll("iframe")[to].contentWindow.postMessage(message, "*");
  }
</script>"""


class Host:
    """Serves one page at a time, whatever is asked for."""

    def __init__(self) -> None:
        self.page = ""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = host.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://localhost:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def write(self, body: str, head: str = "") -> None:
        """Sets the page; it listens to its frames."""
        self.page = (
            "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>A page</title>"
            f"<link rel='icon' href='data:,'>{head}</head><body>{LISTENING}{body}</body></html>"
        )
