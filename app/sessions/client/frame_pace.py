"""Frame pace: how long a running network on the plane trains between two frames."""

from __future__ import annotations

#: With all that a frame takes elsewhere there are thirty a second.
FRAME_SECONDS = 0.025
#: A longer wait counts no more than this.
_MOST_SECONDS = 0.05
_SMOOTHING = 0.2


class FramePace:
    """Seconds that a turn may take, from what its session waits for between two turns.

    Whoever waits for the client, or for the turns of others, gets no more frames by training
    less, so that time is trained. Whoever waits for nothing ends its turns early.
    """

    def __init__(self) -> None:
        self._ended: float | None = None
        self._waited = 0.0

    def begin(self, now: float) -> float:
        """Returns how long the turn may take that begins now, seconds."""
        if self._ended is not None:
            waited = min(now - self._ended, _MOST_SECONDS)
            self._waited += _SMOOTHING * (waited - self._waited)
        return FRAME_SECONDS + self._waited

    def end(self, now: float) -> None:
        """Notes that a turn ended."""
        self._ended = now
