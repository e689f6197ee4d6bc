"""Pace of turns on the plane: how many updates fit beside the pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any

from engine.base.pace import Pace
from engine.frames.frames import Frame
from engine.programs.models import Model

#: Seconds an update of 16 rows and 1,000 parameters, before anything has been measured.
_FIRST_PACE, _ROWS, _PARAMETERS = 1e-4, 16, 1000
#: Seconds that painting takes for as many parameters, before that has been measured.
_FIRST_PAINTING = 5e-3
#: Of the time of a turn training gets at least this share, however long it takes to paint.
_LEAST_SHARE = 0.2
#: Painting takes at most this share of a turn that ends earlier for the sake of more frames.
_PAINTING_SHARE = 0.2
#: After so many turns, or one that took so many times too long, their parts are timed anew.
_TIMED_FOR, _TOO_LONG = 64, 1.3


class TurnPace:
    """Measured seconds of updates and pictures, which bound the updates of a turn.

    A turn trains and paints in one call, whose time tells nothing of either. Now and then both
    are done one after the other, and timed: the result is the same.
    """

    def __init__(self) -> None:
        self._updates = Pace(_guess_seconds)
        self._painting = Pace(_guess_painting)
        self._timed: tuple[Hashable, int] | None = None

    def run(
        self,
        updates: tuple[Model, int],
        pictures: tuple[Any, ...],
        steps: int,
        max_seconds: float,
        frame_seconds: float | None = None,
        *,
        train: Callable[[int], object],
        turn: Callable[[int], Frame],
    ) -> Frame:
        """Runs a turn with as many updates as there is time for; at least 1.

        Args:
            updates: model and batch size.
            pictures: model, side of the tiles, whether anything is painted, and rows of data.
            steps: updates that are asked for.
            max_seconds: of training and painting.
            frame_seconds: within which a frame is to come, where painting is a small part of it.
            train: does so many updates.
            turn: does so many updates and makes a frame, in one call.
        """
        painting = self._painting.seconds(pictures)
        if frame_seconds is not None:
            max_seconds = min(max_seconds, max(frame_seconds, painting / _PAINTING_SHARE))
        room = max_seconds - painting
        steps = self._updates.limit(updates, steps, max(_LEAST_SHARE * max_seconds, room))
        begun = time.perf_counter()
        if self._is_timed((updates, pictures)):
            frame = turn(steps)
            self._note(time.perf_counter() - begun, max_seconds)
            return frame
        train(steps)
        trained = time.perf_counter()
        frame = turn(0)
        painted = time.perf_counter()
        self._updates.measure(updates, (trained - begun) / steps)
        self._painting.measure(pictures, painted - trained)
        self._timed = (updates, pictures), _TIMED_FOR
        return frame

    def _is_timed(self, key: Hashable) -> bool:
        """Whether the parts of such a turn have been timed lately."""
        return self._timed is not None and self._timed[0] == key and self._timed[1] > 0

    def _note(self, seconds: float, max_seconds: float) -> None:
        """Notes how long a turn took that did both in one call."""
        assert self._timed is not None
        key, left = self._timed
        self._timed = key, 0 if seconds > _TOO_LONG * max_seconds else left - 1


def _guess_seconds(key: tuple[Model, int]) -> float:
    model, batch = key
    return _FIRST_PACE * -(-batch // _ROWS) * max(1.0, model.layout.size / _PARAMETERS)


def _guess_painting(key: tuple[Any, ...]) -> float:
    return _FIRST_PAINTING * max(1.0, key[0].layout.size / _PARAMETERS)
