"""Contestants: who trains the same network, each in a process of its own.

In a process of its own a library has the cores, the memory and the settings that it
would have without the others; the rounds are by turns, so that noise hits all alike.
"""

from __future__ import annotations

import importlib
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

#: Trains so many epochs and returns when they are done.
Train = Callable[[int], None]

PIXELS, CLASSES = 784, 10


@dataclass(frozen=True)
class Network:
    """What is trained: ReLU layers, softmax, cross-entropy, Adam, drawn as Glorot and Bengio do.

    Attributes:
        units: of every hidden layer.
        batch: rows of a batch.
        rate: learning rate.
    """

    units: tuple[int, ...]
    batch: int
    rate: float = 0.001


class Contestant:
    """A process that trains when it is told to.

    Args:
        maker: module and function, "module:function", that makes a `Train` of a `Network`.
        network: what is trained.
    """

    def __init__(self, maker: str, network: Network) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(maker, network, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        self._pipe.recv()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.join()

    def train(self, epochs: int) -> float:
        """Trains and returns the seconds that an epoch took."""
        self._pipe.send(epochs)
        return self._pipe.recv() / epochs


def _serve(maker: str, network: Network, pipe: Connection) -> None:
    """Trains once to compile everything, then whenever it is told to."""
    module, _, function = maker.partition(":")
    train: Train = getattr(importlib.import_module(module), function)(network)
    train(1)
    pipe.send("ready")
    while True:
        try:
            epochs = pipe.recv()
        except EOFError:
            return
        begun = time.perf_counter()
        train(epochs)
        pipe.send(time.perf_counter() - begun)
