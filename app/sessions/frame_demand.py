"""What a client wants to see, and when. The session's lock is held by who changes it."""

from __future__ import annotations

from typing import Any

from app.protocol.messages import Views
from app.protocol.view_settings import ViewSettings
from engine import CHANGING_ARRAYS, FrameRequest

CREDIT_AT_START = 2
CREDIT_AT_MOST = 4


class Demand:
    """Credit for frames, what the next one has to hold, and the pace.

    Args:
        max_fps: frames a second at most, whatever the client asks for.

    Attributes:
        next_at: when the next frame may be made, monotonic seconds.
    """

    def __init__(self, max_fps: float | None) -> None:
        self._views = ViewSettings(server_fps=max_fps)
        self._credit = 0
        self._due = self._points_due = False
        self.next_at = 0.0
        self._sent: dict[str, Any] = {}

    def begin(self) -> None:
        """A client has come, who has seen nothing yet."""
        self._credit = CREDIT_AT_START
        self._due = self._points_due = True
        self._sent = {}
        self.next_at = 0.0

    def add_credit(self) -> bool:
        """Counts one `ack`; False if there is enough credit."""
        if self._credit >= CREDIT_AT_MOST:
            return False
        self._credit += 1
        return True

    def change(self, message: Views) -> None:
        """Changes what frames hold; the next one is due."""
        self._views = self._views.merge(message)
        self._due = True
        self.next_at = 0.0

    def show(self) -> None:
        """Something is to be seen that no frame has shown."""
        self._due = True

    def show_points(self) -> None:
        """The next frame has to hold the points."""
        self._points_due = True

    def wants(self, *, training: bool) -> bool:
        """Whether a frame is wanted and paid for."""
        return self._credit > 0 and (training or self._due)

    def peek(self, *, running: bool) -> FrameRequest:
        """Returns what the next frame is to hold."""
        return self._views.make_request(points_due=self._points_due, running=running)

    def leave_out(self, arrays: dict[str, Any]) -> list[str]:
        """Takes out of a frame what has not changed since the last one that held it.

        Args:
            arrays: of the frame, by name; an array that is the same object has not changed.

        Returns:
            The names of what is left out.
        """
        unchanged = [
            name
            for name in CHANGING_ARRAYS
            if name in arrays and self._sent.get(name) is arrays[name]
        ]
        self._sent |= {name: arrays[name] for name in CHANGING_ARRAYS if name in arrays}
        for name in unchanged:
            del arrays[name]
        return unchanged

    def spend(self, now: float, *, running: bool) -> FrameRequest:
        """Takes one credit, and returns what the frame is to hold."""
        self._credit -= 1
        request = self.peek(running=running)
        self._due = self._points_due = False
        if pause := self._views.pause:
            late = now - self.next_at
            self.next_at = now + pause - (late if late < pause else 0)
        return request

    def give_back(self, request: FrameRequest, *, credit: bool) -> None:
        """No frame has come of a request; its credit belongs to the client that gave it."""
        self._points_due |= request.points
        self._credit += credit
