"""Full garbage collections of a server: in a thread of their own, and never within a turn."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from app.server.garbage import GarbageCollector
from tests.app.servers import wait_until


class Node:
    """A part of a circle, which only a collection frees."""

    def __init__(self) -> None:
        self.other: Node | None = None


def make_circle() -> weakref.ref[Node]:
    one, two = Node(), Node()
    one.other, two.other = two, one
    return weakref.ref(one)


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    thresholds = gc.get_threshold()
    collector = GarbageCollector(seconds=0.01)
    yield collector
    collector.stop()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_circles_are_freed_by_a_thread_of_its_own(collector: GarbageCollector) -> None:
    full: set[str] = set()

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            full.add(threading.current_thread().name)

    collector.start()
    gc.callbacks.append(note)
    try:
        wait_until(gc.get_freeze_count, "what is there at first is looked at no more")
        circle = make_circle()
        keep = [[number] for number in range(200_000)]
        wait_until(lambda: circle() is None, "the circle is freed")
        assert len(keep) == 200_000
        assert full == {"garbage"}
    finally:
        gc.callbacks.remove(note)
