"""First message of a WebSocket: read by a front, which then knows whose client it is.

What was read is passed on as it came, so that compression, too, goes on as if nobody had read.
"""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate
from wsproto.utilities import ProtocolError

#: How long a client may say nothing at first.
SILENCE_SECONDS = 90.0
_RECEIVE_BYTES = 1 << 16


class FirstMessage:
    """Answers the handshake of a client, and reads its first message.

    Args:
        sock: of the client.
        headers: of its request, as they came.
        max_bytes: a longer message is not read to its end; the session server refuses it.

    Attributes:
        content: all bytes read.
    """

    def __init__(self, sock: socket.socket, headers: dict[str, str], max_bytes: int) -> None:
        self._sock = sock
        self._max_bytes = max_bytes
        self.content = b""
        self._protocol, accepted = accept_handshake(headers)
        sock.sendall(accepted)

    def read(self) -> str | None:
        """Returns the text; None if the client has gone.

        It is "" for what a session server has to answer: bytes, a message that is too long or
        broken, a closing handshake.
        """
        parts: list[str] = []
        until = time.monotonic() + SILENCE_SECONDS
        before = self._sock.gettimeout()
        try:
            while (rest := until - time.monotonic()) > 0:
                self._sock.settimeout(rest)
                data = self._sock.recv(_RECEIVE_BYTES)
                if not data:
                    return None
                self.content += data
                self._protocol.receive_data(data)
                for event in self._protocol.events():
                    if isinstance(event, CloseConnection):
                        return ""
                    if isinstance(event, TextMessage):
                        parts.append(event.data)
                    if getattr(event, "message_finished", False):
                        return "".join(parts)
                if len(self.content) > self._max_bytes or sum(map(len, parts)) > self._max_bytes:
                    return ""
        except ProtocolError:
            return ""
        except OSError:
            return None
        finally:
            self._sock.settimeout(before)
        return None


def accept_handshake(headers: dict[str, str]) -> tuple[WSConnection, bytes]:
    """Returns the protocol of a WebSocket from its handshake on, and the answer to that.

    Args:
        headers: of the request. Who reads them again comes to the same protocol.
    """
    protocol = WSConnection(ConnectionType.SERVER)
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    protocol.receive_data(f"GET / HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1"))
    assert isinstance(next(protocol.events()), Request)
    return protocol, protocol.send(AcceptConnection(extensions=[PerMessageDeflate()]))


def find_session(text: str | bytes) -> str | None:
    """Returns the session that an `open` message takes up; None if it opens a new one.

    Whatever else it says is for the session server to read, and to refuse.
    """
    try:
        message: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    session = message.get("session") if isinstance(message, dict) else None
    return session if isinstance(session, str) else None
