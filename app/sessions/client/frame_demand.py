"""Flow control of frames: credit, pace and contents. Used under the session's lock."""

from __future__ import annotations

from typing import Any

from app.protocol.ablation import WHOLE
from app.protocol.messages import Views
from app.protocol.view_settings import ViewSettings
from engine import CHANGING_ARRAYS, FrameRequest

CREDIT_AT_START = 2
CREDIT_AT_MOST = 4


class FrameDemand:
    """Frame demand of a client: its credit, and the time and contents of the next frame.

    Args:
        max_fps: frames a second at most, whatever the client asks for.

    Attributes:
        next_at: when the next frame may be made, monotonic seconds.
        ablation: units and links that the session has switched off.
    """

    def __init__(self, max_fps: float | None) -> None:
        self._views = ViewSettings(server_fps=max_fps)
        self._credit = 0
        self._due = self._points_due = False
        self.next_at = 0.0
        self.ablation = WHOLE
        self._sent: dict[str, Any] = {}
        self._request: tuple[object, FrameRequest] | None = None

    @property
    def views(self) -> ViewSettings:
        """What frames hold."""
        return self._views

    def restart(self) -> None:
        """Starts for a new client, who has seen nothing yet."""
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

    def set_views(self, message: Views) -> None:
        """Changes the view settings; the next frame is due."""
        self._views = self._views.merge(message)
        self._due = True
        self.next_at = 0.0

    def mark_due(self) -> None:
        """Makes a frame due, since something has changed."""
        self._due = True

    def mark_points_due(self) -> None:
        """Makes the next frame hold the points."""
        self._points_due = True

    def wants(self, *, training: bool) -> bool:
        """Whether a frame is due and there is credit for it."""
        return self._credit > 0 and (training or self._due)

    def peek(self, *, running: bool) -> FrameRequest:
        """Returns the request of the next frame, the same object while nothing changes it."""
        known = self._views, self._points_due, running, self.ablation
        if self._request is None or self._request[0] != known:
            request = self._views.make_request(
                points_due=self._points_due, running=running, ablation=self.ablation
            )
            self._request = known, request
        return self._request[1]

    def drop_unchanged(self, arrays: dict[str, Any]) -> list[str]:
        """Removes arrays that have not changed since they were last sent.

        Args:
            arrays: of the frame, by name; an array that is the same object has not changed.

        Returns:
            The names of what is left out.
        """
        there = [name for name in CHANGING_ARRAYS if name in arrays]
        unchanged = [name for name in there if self._sent.get(name) is arrays[name]]
        self._sent |= {name: arrays[name] for name in there}
        for name in unchanged:
            del arrays[name]
        return unchanged

    def spend_credit(self, now: float, *, running: bool) -> FrameRequest:
        """Takes one credit and returns the request of the frame."""
        self._credit -= 1
        request = self.peek(running=running)
        self._due = self._points_due = False
        if pause := self._views.pause:
            late = now - self.next_at
            self.next_at = now + pause - (late if late < pause else 0)
        return request

    def refund_credit(self, request: FrameRequest, *, credit: bool) -> None:
        """Gives the credit of a request back that led to no frame."""
        self._points_due |= request.points
        self._credit += credit
