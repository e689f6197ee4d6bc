"""Times frames of one tree: a script of `frames`, which has one process for each tree.

A line is a count of frames and the units of the hidden layers; the answer is the shortest time of a
frame with one epoch, in seconds. It knows nothing but what both trees have.
"""

from __future__ import annotations

import sys
import time
from functools import cache

from engine import Programs, Trainer, parse_spec


@cache
def _make_trainer(units: tuple[int, ...]) -> Trainer:
    layers = [{"units": n, "activation": "tanh"} for n in units]
    trainer = Trainer(parse_spec({"layers": layers, "batch_size": 10}), Programs())
    trainer.train(epochs=1)
    return trainer


def _time_frame(trainer: Trainer) -> float:
    begun = time.perf_counter()
    trainer.turn(epochs=1).arrays  # noqa: B018
    return time.perf_counter() - begun


for line in sys.stdin:
    count, *units = map(int, line.split())
    trainer = _make_trainer(tuple(units))
    print(min(_time_frame(trainer) for _ in range(count)), flush=True)
