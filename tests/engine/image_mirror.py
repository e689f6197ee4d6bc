"""A mirror: a real HTTP server in a thread, that behaves as well or as badly as it is told."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """One request, and the means to answer it."""

    handler: BaseHTTPRequestHandler
    name: str
    body: bytes
    released: threading.Event

    def send_head(self, status: int, **headers: str | int) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Connection", "close")
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), str(value))
        self.handler.end_headers()

    def send(self, content: bytes) -> None:
        self.handler.wfile.write(content)
        self.handler.wfile.flush()

    def send_file(self, body: bytes, *, sent: int | None = None) -> None:
        """Answers with a file, but sends no more than `sent` bytes of it."""
        self.send_head(200, Content_Length=len(body))
        self.send(body[:sent])


Answer = Callable[[Request], None]


def serve(request: Request) -> None:
    """As a good server does."""
    request.send_file(request.body)


def break_off(after: int) -> Answer:
    """Closes the connection after so many bytes."""
    return lambda request: request.send_file(request.body, sent=after)


def fail(status: int) -> Answer:
    """Answers with an error."""
    return lambda request: request.send_head(status, Content_Length=0)


def send_wrong(body: bytes) -> Answer:
    """Has another content under the file's name."""
    return lambda request: request.send_file(body)


def redirect(to: str) -> Answer:
    """Sends to a folder elsewhere."""
    return lambda request: request.send_head(302, Location=f"{to}/{request.name}", Content_Length=0)


def hang(request: Request) -> None:
    """Takes the request and says nothing."""
    request.released.wait(60)


def hang_after(sent: int) -> Answer:
    """Stops in the middle, and keeps the connection."""

    def answer(request: Request) -> None:
        request.send_file(request.body, sent=sent)
        request.released.wait(60)

    return answer


def stay_half_way(go_on: threading.Event) -> Answer:
    """Sends half of the file, and the rest once it may; until then a byte a second.

    Who waits is not told that the mirror is silent: the downloader gives up after 10 s of silence.
    """

    def answer(request: Request) -> None:
        sent = len(request.body) // 2
        request.send_file(request.body, sent=sent)
        while not go_on.wait(1) and not request.released.is_set():
            request.send(request.body[sent : sent + 1])
            sent += 1
        request.send(request.body[sent:])

    return answer


def trickle(request: Request) -> None:
    """Sends a byte now and then, for as long as anybody listens."""
    request.send_head(200, Content_Length=len(request.body))
    for at in range(len(request.body)):
        request.send(request.body[at : at + 1])
        if request.released.wait(0.02):
            return


def send_endless(request: Request) -> None:
    """Never says how long the file is, and never ends."""
    request.send_head(200)
    while not request.released.is_set():
        request.send(bytes(1 << 16))


@dataclass
class Mirror:
    """A running mirror.

    Attributes:
        answers: how to answer, request by request; the last one from then on.
        asked: name of every request so far.
    """

    url: str
    answers: list[Answer]
    released: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def count(self, name: str) -> int:
        return self.asked.count(name)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that has heard enough goes away; everything else is a fault of the test.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def run_mirror(
    files: Mapping[str, bytes], *answers: Answer, only: str | None = None
) -> Iterator[Mirror]:
    """Runs a mirror with files under /files/.

    Args:
        files: contents by name.
        answers: how to answer, request by request, the last one from then on; well unless given.
        only: the one file to answer so; the others are served well.
    """
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            name = self.path.removeprefix("/files/")
            body = files.get(name)
            request = Request(self, name, body or b"", mirror.released)
            with lock:
                mirror.asked.append(name)
                if body is None:
                    answer = fail(404)
                elif only not in (None, name):
                    answer = serve
                else:
                    more = len(mirror.answers) > 1
                    answer = mirror.answers.pop(0) if more else mirror.answers[0]
            answer(request)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    mirror = Mirror(f"http://127.0.0.1:{server.server_port}/files", list(answers) or [serve])
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
    thread.start()
    try:
        yield mirror
    finally:
        mirror.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def find_dead_end() -> str:
    """The address of a mirror that nobody runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}/files"
