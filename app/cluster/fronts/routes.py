"""Routes of a front: streams and requests of sessions go to the session server that has them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException
from typing import Any, Literal, TypeVar

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import MethodNotAllowed

from app.api.sessions.requests import RefusedError, answer, find_socket, read_body
from app.cluster.fronts import upstream
from app.cluster.fronts.connection_pool import Answer, ConnectionPool
from app.cluster.fronts.first_message import FirstMessage, find_session
from app.cluster.fronts.relay import Relay
from app.cluster.membership import Member
from app.cluster.processes.passed_streams import PassedStream
from app.cluster.view import View
from app.transports.websocket import choose_deflate
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.settings import Settings

#: The endpoint whose bodies may be as long as a session that is handed over.
ASK_ENDPOINT = "front.ask"
#: How long a request waits for a session server in the place of one that is gone.
PATIENCE = 8.0
_RETRY_SECONDS = 0.25
_CHUNK = 1 << 16
_GUNICORN = "gunicorn.socket"
_MISDIRECTED = 421
#: Headers of answers that hold for one connection alone.
_OWN = {"connection", "date", "keep-alive", "server", "transfer-encoding"}


T = TypeVar("T")


class TakenResponse(Response):
    """Response of a request whose socket was taken: nothing more is sent on it."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Ends the request."""
        if _GUNICORN in environ:
            # As flask-sock does: gunicorn then closes the connection without a word.
            raise StopIteration
        return super().__call__(environ, start_response)


class Front:
    """Sends clients to the session servers that have their sessions.

    Args:
        view: of the session servers.
        relay: passes streams on.
        pool: of connections for requests.
        settings: of the front.
    """

    def __init__(self, view: View, relay: Relay, pool: ConnectionPool, settings: Settings) -> None:
        self._view, self._relay, self._pool, self._settings = view, relay, pool, settings

    def carry_websocket(self) -> Response:
        """Carries a WebSocket: by its first message to the server of the session it names."""
        environ, sock = request.environ, find_socket()
        headers = self._make_headers()
        headers.pop("Sec-Websocket-Extensions", None)
        offer = choose_deflate(request.headers.get("Sec-WebSocket-Extensions", ""))
        if self._settings.compress_frames and offer:
            headers["Sec-Websocket-Extensions"] = offer
        target = upstream.find_target(environ, request.path)
        upgrade = {**headers, "Connection": "Upgrade", "Upgrade": "websocket"}
        first = FirstMessage(sock, upgrade, self._settings.max_message_bytes)
        text = first.read()
        if text is None:
            return self._take(sock)
        passed = PassedStream(sock, upgrade, find_client(), first.content)

        def reach(member: Member) -> socket.socket | Literal[True]:
            # Werkzeug reads on, once it has answered, from a socket that it takes for its own.
            if _GUNICORN in environ and self._view.pass_stream(member, passed):
                return True
            return upstream.begin(member, target, headers, upgrade=True)

        reached = self._reach(find_session(text), reach)
        if isinstance(reached, socket.socket):
            with reached:
                self._relay_begun(sock, reached, first.content)
        elif reached:
            # It is open in the other process; the end of it is not to be told.
            sock.close()
            return TakenResponse()
        return self._take(sock)

    def _relay_begun(self, sock: socket.socket, server: socket.socket, content: bytes) -> None:
        """Relays a WebSocket whose client has had the answer to its handshake."""
        head, rest = b"", b""
        with contextlib.suppress(OSError):
            head, rest = upstream.read_head(server)
        if b" 101 " in head.partition(b"\r\n")[0]:
            self._relay.join(sock, server, rest, content)

    def carry_stream(self, token: str, *, upgrade: bool = False) -> Response:
        """Carries a stream whose session the request names, from the first byte on."""
        target = upstream.find_target(request.environ, request.path)
        begin = partial(upstream.begin, target=target, headers=self._make_headers())
        server = self._reach(token, partial(begin, upgrade=upgrade))
        if server is None:
            raise _unavailable()
        sock = find_socket()
        with server:
            self._relay.join(sock, server, b"", b"")
        return self._take(sock)

    def ask(self, token: str | None, body: bytes) -> Response:
        """Makes a request of the session server that has a session, or gets a new one."""
        target = upstream.find_target(request.environ, request.path)
        headers = self._make_headers()
        until = time.monotonic() + PATIENCE
        while (member := self._find(token, until)) is not None:
            version = self._view.state.membership.version
            try:
                found = self._pool.ask(member, request.method, target, headers, body)
            except ConnectionRefusedError:
                self._view.hurry()
            except (OSError, HTTPException):
                # It may have been carried out: only the client knows whether to ask again.
                self._view.hurry()
                break
            else:
                if found.response.status != _MISDIRECTED:
                    return _pass_on(found)
                found.close()
            self._wait(version, until)
        raise _unavailable()

    def _make_headers(self) -> dict[str, str]:
        return upstream.make_headers(request.environ, self._settings.trusted_proxies)

    def _find(self, token: str | None, until: float) -> Member | None:
        """Returns a server, once there is one; None if there is none for long."""
        while time.monotonic() < until:
            view = self._view
            member = view.find_owner(token) if token else view.choose_for_new()
            if member is not None:
                return member
            self._wait(view.state.membership.version, until)
        return None

    def _reach(self, token: str | None, reach: Callable[[Member], T]) -> T | None:
        """Reaches the server of a session, or one for a new session; None if none can be."""
        until = time.monotonic() + PATIENCE
        while (member := self._find(token, until)) is not None:
            version = self._view.state.membership.version
            with contextlib.suppress(OSError):
                return reach(member)
            self._view.hurry()
            self._wait(version, until)
        return None

    def _wait(self, version: int, until: float) -> None:
        """Waits for another membership, but not for long: it may be here already."""
        self._view.wait_for_change(version, min(_RETRY_SECONDS, until - time.monotonic()))

    @staticmethod
    def _take(sock: socket.socket) -> Response:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        return TakenResponse()


def make_front_blueprint(front: Front, settings: Settings) -> Blueprint:
    """Returns the blueprint of `/api/stream` and `/api/sessions/...` of a front."""
    blueprint = Blueprint("front", __name__)

    @blueprint.errorhandler(RefusedError)
    def answer_refused(error: RefusedError) -> Response:
        return answer(error.content)

    @blueprint.route("/api/stream", websocket=True)
    def stream() -> Response:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not open a stream")
        if request.headers.get("Sec-WebSocket-Version") != "13" or not request.headers.get(
            "Sec-WebSocket-Key"
        ):
            abort(400, "not a WebSocket handshake of version 13")
        if (watched := request.args.get("watch")) is not None:
            return front.carry_stream(watched, upgrade=True)
        return front.carry_websocket()

    @blueprint.route("/api/sessions", methods=["POST", "OPTIONS"])
    def open_session() -> Response:
        body = read_body()
        return front.ask(find_session(body), body)

    @blueprint.get("/api/sessions/<token>/stream")
    def stream_session(token: str) -> Response:
        if request.method == "HEAD":
            raise MethodNotAllowed(["GET"])
        return front.carry_stream(token)

    @blueprint.route(
        "/api/sessions/<token>/<path:_>", methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"]
    )
    def ask(token: str, _: str) -> Response:
        return front.ask(token, read_body())

    return blueprint


def _pass_on(found: Answer) -> Response:
    def read() -> Iterator[bytes]:
        while data := found.response.read(_CHUNK):
            yield data

    said = found.response.getheaders()
    headers = [(name, value) for name, value in said if name.lower() not in _OWN]
    response = Response(read(), found.response.status, headers)
    response.call_on_close(found.close)
    return response


def _unavailable() -> RefusedError:
    text = "no session server answers; try again in a moment"
    return RefusedError("session_limit", text, retry_after=1)
