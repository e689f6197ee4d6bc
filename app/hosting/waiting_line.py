"""Waiting line: clients that wait for a session, first come, first served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from app.protocol.outbox import Outbox

#: What a client waits for: a place, or memory for a network for images.
Lack = Literal["sessions", "memory"]


class Waiter:
    """A client in the line.

    Args:
        token: of the session that it will have.
        client: whose bounds it counts against.
        outbox: where it is told its place.
        take_seat: makes its session, on a thread of its own; False if there is no memory for it.
        lack: what it waits for.

    Attributes:
        seated: whether a place is kept for it while its session is made.
        left: whether its client has gone.
        retry_at: when it is tried again, if there was no memory (monotonic seconds).
        told: what it was told last.
    """

    def __init__(
        self,
        token: str,
        client: str,
        outbox: Outbox,
        take_seat: Callable[[], bool],
        lack: Lack = "sessions",
    ) -> None:
        self.token = token
        self.client = client
        self.outbox = outbox
        self.take_seat = take_seat
        self.lack: Lack = lack
        self.seated = False
        self.left = False
        self.retry_at = 0.0
        self.told: tuple[int, Lack] | None = None


class WaitingLine:
    """Bounded line of clients; each is told its place whenever that changes.

    Used under the lock of who has the sessions.

    Args:
        limit: how many may wait.
        places: how many sessions there may be, which clients are told.
    """

    def __init__(self, limit: int, places: int) -> None:
        self._limit = limit
        #: A class room may share one address, but one address alone never fills the line.
        self._each = max(1, 3 * limit // 4)
        self._places = places
        self._waiters: list[Waiter] = []

    def __len__(self) -> int:
        return len(self._waiters)

    @property
    def seated(self) -> int:
        """How many places are kept for clients whose sessions are being made."""
        return sum(waiter.seated for waiter in self._waiters)

    def add(self, waiter: Waiter) -> bool:
        """Adds a client at the end; False if there is no room for it.

        One that waits for the same session gives its place to it.
        """
        former = next((one for one in self._waiters if one.token == waiter.token), None)
        if former is not None:
            if former.seated:
                return False
            former.left = True
            former.outbox.close(4001, "taken over by another client")
            self._waiters[self._waiters.index(former)] = waiter
        else:
            mine = sum(one.client == waiter.client for one in self._waiters)
            if len(self._waiters) >= self._limit or mine >= self._each:
                return False
            self._waiters.append(waiter)
        self._tell()
        return True

    def remove(self, waiter: Waiter) -> None:
        """Takes a client out, if it is there; those behind it are told."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
            self._tell()

    def put_off(self, waiter: Waiter, until: float) -> None:
        """Has a client keep its place, since there is no memory for its session yet."""
        waiter.seated, waiter.lack, waiter.retry_at = False, "memory", until
        self._tell()

    def find_seated(self, token: str) -> Waiter | None:
        """Returns the client whose session is being made; None if it is not of the line."""
        return next((one for one in self._waiters if one.seated and one.token == token), None)

    def list_all(self) -> list[Waiter]:
        """Returns all clients."""
        return [*self._waiters]

    def list_ready(self, now: float) -> list[Waiter]:
        """Returns who may be given a place now, in their order."""
        return [one for one in self._waiters if not one.seated and one.retry_at <= now]

    def wants_place(self) -> bool:
        """Whether somebody waits for a place, and not for memory alone."""
        return any(not one.seated and one.lack == "sessions" for one in self._waiters)

    def _tell(self) -> None:
        for place, waiter in enumerate(self._waiters, 1):
            if waiter.told != (place, waiter.lack) and not waiter.seated:
                waiter.told = place, waiter.lack
                waiter.outbox.put(
                    {
                        "type": "queued",
                        "session": waiter.token,
                        "place": place,
                        "places": self._places,
                        "lack": waiter.lack,
                    }
                )
