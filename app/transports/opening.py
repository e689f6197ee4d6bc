"""Opening of a connection's session: at once, or when it is its turn in the line."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.files.link_payloads import LinkPayloads, describe_problem
from app.hosting.ownership import MovedError
from app.hosting.session_host import SessionHost, SessionLimitError
from app.hosting.waiting_line import Waiter
from app.limits.session_rates import SessionRateError
from app.protocol.errors import MessageError
from app.protocol.messages import Open
from app.protocol.outbox import Outbox
from app.protocol.parsing import parse_message
from app.sessions.session import Session
from engine import EngineError, LinkPayload, PayloadError, Spec


class Opening:
    """Makes the session that an `open` message asks for.

    Args:
        host: where sessions live.
        payloads: what links carry.
        outbox: of the client.
        client: whose limits it counts against.
        keep: given the session of a client that has waited for it.
        charge: called before a new session; raises SessionRateError if it is too many.
    """

    def __init__(
        self,
        host: SessionHost,
        payloads: LinkPayloads,
        outbox: Outbox,
        client: str,
        keep: Callable[[Session], None],
        charge: Callable[[], None],
    ) -> None:
        self._host = host
        self._payloads = payloads
        self._outbox = outbox
        self._client = client
        self._keep = keep
        self._charge = charge
        self._waiter: Waiter | None = None
        # What is said meanwhile; a message that was read may take many times as much.
        self._text: str | bytes = ""
        self._rests = threading.Event()
        self._rests.set()

    @property
    def token(self) -> str | None:
        """The token of the session that is waited for; None if none is."""
        waiter = self._waiter
        return waiter.token if waiter is not None else None

    def open(self, message: Open, text: str | bytes) -> Session | None:
        """Makes a session, or takes one up; None if the client waits for it now.

        Args:
            message: what is asked for.
            text: the same, as it came.

        Raises:
            MessageError: it is refused.
            MovedError: another server has it.
        """
        if self._waiter is not None:
            raise MessageError("invalid_message", "this connection waits for a session", "type")
        if message.session is None:
            try:
                self._charge()
            except SessionRateError as error:
                raise MessageError("session_limit", str(error)) from None
        try:
            return self._make(message)
        except SessionLimitError as error:
            if not message.wait:
                raise MessageError("session_limit", str(error)) from None
            token = message.session or self._host.make_token()
            waiter = Waiter(token, self._client, self._outbox, self._take_seat, error.lack)
        self._text, self._waiter = text, waiter
        try:
            self._host.join_line(waiter)
        except SessionLimitError as error:
            self._waiter = None
            raise MessageError("session_limit", str(error)) from None
        return None

    def settle(self) -> None:
        """Waits for a session that is just being made: its client may know of it already."""
        self._rests.wait()

    def leave(self) -> None:
        """Gives up the place in the line, if there is one."""
        if self._waiter is not None:
            self._host.leave_line(self._waiter)

    def _take_seat(self) -> bool:
        """Makes the session, for which there is a place now; False if there is no memory."""
        self._rests.clear()
        try:
            message = parse_message(self._text)
            assert isinstance(message, Open)
            self._keep(self._make(message, self.token))
        except SessionLimitError:
            return False
        except MovedError as error:
            self._outbox.close(1012, str(error))
        except MessageError as error:
            self._outbox.put_error(error.code, error.message, error.path)
        finally:
            self._rests.set()
        self._waiter, self._text = None, ""
        return True

    def _make(self, message: Open, token: str | None = None) -> Session:
        try:
            if message.session is not None:
                session = self._host.resume(message.session, self._outbox)
                if session is None:
                    text = "there is no such session any more"
                    raise MessageError("unknown_session", text)
                return session
            spec, payload = self._read(message)
            return self._host.create(spec, self._outbox, payload, token, patient=message.wait)
        except PayloadError as error:
            raise describe_problem(error) from None
        except EngineError as error:
            raise MessageError("invalid_spec", error.message, error.path) from None
        except RecursionError:
            raise MessageError("invalid_spec", "nested too deeply") from None

    def _read(self, message: Open) -> tuple[Spec, LinkPayload | None]:
        if message.state is None:
            return self._payloads.read(message.spec, None)
        with self._payloads.limit_concurrency():
            return self._payloads.read(message.spec, message.state)
