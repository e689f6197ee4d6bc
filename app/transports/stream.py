"""Transport-independent connection of a client: messages in, an outbox out.

A transport opens a `Connection` for each client, hands it every message it receives, sends what
its outbox gives, and ends it when the client is gone. No socket is known here, so a test, or
anything else in the process, can be a client too:

    parts = create_app(settings).extensions["livenet"]
    with parts.connections.open() as connection:
        connection.receive('{"type": "open", "spec": {}}')
        connection.outbox.take()  # str: a message; bytes: a frame; Closing: the end. It waits.
    parts.close()
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Self

from app.files.link_payloads import LinkPayloads
from app.hosting.ownership import MovedError
from app.hosting.session_host import SessionHost
from app.limits.message_sizes import estimate_bytes
from app.limits.rate_limits import BURST, TokenBucket
from app.protocol.errors import MessageError
from app.protocol.messages import Ack, EndSession, Load, Loading, Open
from app.protocol.outbox import Outbox
from app.protocol.parsing import parse_message
from app.sessions.session import Session
from app.transports.opening import Opening

logger = logging.getLogger(__name__)

_ACK = {"type": "ack"}
#: As the page writes it; nearly every message is one.
ACK_TEXT = '{"type":"ack"}'
_ACK_LENGTH = 40
#: More at once would be refused one by one.
_LIST_LENGTH = 2 * int(BURST)
_TOO_MUCH = "too many messages; this one was dropped"
_NO_ROOM = "too much waits already; this message was dropped"
#: What a message may take once it is read, as a multiple of the longest one.
_LARGEST = 32


class Connection:
    """One client of the stream.

    Messages are received by one thread at a time; any thread may take from the outbox.

    Args:
        host: where sessions live.
        payloads: what links carry.
        max_message_bytes: the longest message; transports refuse it while it comes.
        on_end: called at the end, perhaps more than once.
        charge_session: called before a new session; raises SessionRateError if it is too many.
        on_error: called with the code of each error that the client is told of.
        client: whose limits it counts against.

    Attributes:
        outbox: what is to be sent to the client.
    """

    def __init__(
        self,
        host: SessionHost,
        payloads: LinkPayloads,
        max_message_bytes: int,
        on_end: Callable[[Connection], None] = lambda connection: None,
        charge_session: Callable[[], None] = lambda: None,
        on_error: Callable[[str], None] = lambda code: None,
        client: str = "",
    ) -> None:
        self.outbox = Outbox(on_error=on_error)
        self._opening = Opening(host, payloads, self.outbox, client, self._keep, charge_session)
        self._on_end = on_end
        self._host = host
        self._payloads = payloads
        self._max_message_bytes = max_message_bytes
        self._bucket = TokenBucket()
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._lost = False

    @property
    def token(self) -> str | None:
        """The token of its session, from when it has one, or waits for it."""
        return self._session.token if self._session is not None else self._opening.token

    def resume(self, token: str) -> bool:
        """Attaches to an existing session; False if there is none."""
        self._session = self._host.resume(token, self.outbox)
        return self._session is not None

    def receive(self, text: str | bytes) -> None:
        """Handles one message; whatever it is, the answer goes to the outbox.

        An `ack` that gives credit is free: there are never more of them than frames. All
        else takes a token of the bucket, and without one is dropped unread.
        """
        if self._session is not None and _is_ack(text) and self._session.add_credit(self.outbox):
            return
        if not self._bucket.take():
            self.outbox.put_error("rate_limited", _TOO_MUCH)
            return
        try:
            self._handle(text)
        except MessageError as error:
            self.outbox.put_error(error.code, error.message, error.path)
        except MovedError as error:
            self.outbox.close(1012, str(error))
        except Exception:
            logger.exception("a message failed")
            self.outbox.put_error("engine_error", "the message failed, nothing changed")

    def receive_body(self, body: bytes) -> int:
        """Handles one message or a list of them, as one request carries them.

        Returns:
            How many messages there were.
        """
        text = decode(body)
        texts = self._split(text)
        if not texts:
            self.receive(text)
            return 1
        for each in texts[:_LIST_LENGTH]:
            self.receive(each)
        if len(texts) > _LIST_LENGTH:
            self.outbox.put_error("rate_limited", _TOO_MUCH)
        return len(texts)

    def _split(self, text: str | bytes) -> list[str]:
        try:
            self._measure(text)
        except MessageError:
            return []
        return _split_list(text)

    def refuse_long(self) -> None:
        """Answers a message that is too long and ends the connection (1009)."""
        limit = f"a message may have at most {self._max_message_bytes} bytes"
        self.outbox.put_error("message_too_large", limit)
        self.outbox.close(1009, "message too large")

    def disconnect(self) -> None:
        """Detaches from the session, which pauses and waits for the client; leaves the line."""
        with self._lock:
            lost, self._lost = self._lost, True
        if lost:
            return
        if self._session is not None:
            self._host.disconnect(self._session, self.outbox)
        else:
            self._opening.leave()

    def _keep(self, session: Session) -> None:
        """Takes the session that was waited for; its client may have gone meanwhile."""
        with self._lock:
            self._session = session
            lost = self._lost
        if lost:
            self._host.disconnect(session, self.outbox)

    def end(self) -> None:
        """Disconnects and drops what waits to be sent; nothing is received from now on."""
        self.disconnect()
        self.outbox.abandon()
        self._on_end(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _handle(self, text: str | bytes) -> None:
        size = self._measure(text)
        message = parse_message(text)
        if isinstance(message, Open):
            self._open(message, text)
            return
        if self._session is None:
            self._opening.settle()
        if self._session is None or self._lost:
            raise MessageError("not_open", "open a session first")
        if isinstance(message, Ack):
            self._session.add_credit(self.outbox)
            return
        if isinstance(message, EndSession):
            self.disconnect()
            self._host.end(self._session)
            self.outbox.close(1000, "the session has ended")
            return
        if isinstance(message, Load):
            message = Loading(partial(self._payloads.read, message.spec, message.state))
        if not self._session.enqueue(message, size):
            raise MessageError("rate_limited", _NO_ROOM)

    def _measure(self, text: str | bytes) -> int:
        """Returns how much memory a message takes."""
        size = estimate_bytes(text)
        if size > _LARGEST * self._max_message_bytes:
            raise MessageError("invalid_message", "a message may not hold so many values")
        return size

    def _open(self, message: Open, text: str | bytes) -> None:
        if self._session is not None:
            raise MessageError("invalid_message", "this connection has a session already", "type")
        session = self._opening.open(message, text)
        if session is not None:
            self._session = session


def decode(body: bytes) -> str | bytes:
    """Returns the text of a body; as it came if it is none."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _split_list(text: str | bytes) -> list[str]:
    """Returns the members of a JSON list as texts; none if it is anything else."""
    if isinstance(text, bytes) or not text.lstrip().startswith("["):
        return []
    try:
        return [json.dumps(value) for value in json.loads(text)]
    except (ValueError, RecursionError):
        return []


def _is_ack(text: str | bytes) -> bool:
    if text == ACK_TEXT:
        return True
    if not isinstance(text, str) or len(text) > _ACK_LENGTH or '"ack"' not in text:
        return False
    try:
        return json.loads(text) == _ACK
    except ValueError:
        return False
