"""LiveNet as a contestant: training alone, as a session does, and with frames."""

from __future__ import annotations

import time
from dataclasses import replace

from app.protocol.frame_encoding import encode_frame
from app.sessions.turns import TURN_SECONDS
from benchmarks.mnist.contestants import Network, Train
from benchmarks.mnist.data import make_programs
from engine import FrameRequest, Trainer, parse_spec

#: What a page with all its panels for images asks for.
ALL = FrameRequest(("history", "digit", "confusion", "predictions", "space"))
#: The same while it trains: views that take long are some steps old, as in a session.
WATCHED = replace(ALL, patient=False)
NOTHING = FrameRequest(("history",))
FRAMES_A_SECOND = 10


def _make_trainer(network: Network) -> Trainer:
    return Trainer(
        parse_spec({
            "data": {"name": "mnist"},
            "layers": [{"units": n, "activation": "relu"} for n in network.units],
            "batch_size": network.batch,
            "optimizer": {"name": "adam", "learning_rate": network.rate},
        }),
        make_programs(),
    )  # fmt: skip


def make_alone(network: Network) -> Train:
    """Trains, and measures losses and accuracies on 20,000 images at the end."""
    trainer = _make_trainer(network)

    def train(epochs: int) -> None:
        trainer.train(epochs=epochs)

    return train


def make_session(network: Network) -> Train:
    """Trains as a session does, in turns of 50 ms, measuring several times an epoch."""
    return _make_turns(network, 0)


def make_watched(network: Network) -> Train:
    """The same, with ten encoded frames a second."""
    return _make_turns(network, FRAMES_A_SECOND)


def _make_turns(network: Network, rate: float) -> Train:
    trainer = _make_trainer(network)
    trainer.turn(request=ALL)

    def train(epochs: int) -> None:
        end = trainer.step + epochs * trainer.batches_per_epoch
        due = time.perf_counter()
        while trainer.step < end:
            now = time.perf_counter()
            shown = rate > 0 and now >= due
            request = WATCHED if shown else NOTHING
            rest = end - trainer.step
            frame = trainer.turn(batches=rest, request=request, max_seconds=TURN_SECONDS)
            if shown:
                due = now + 1 / rate
                encode_frame(frame.arrays, frame.metadata)

    return train
