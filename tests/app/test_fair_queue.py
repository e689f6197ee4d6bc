"""The fair queue: shares of time, light and heavy turns; pure, in seconds that nobody waits for."""

from __future__ import annotations

import gc
import itertools
import random
from collections import Counter
from collections.abc import Mapping

import pytest

from app.scheduling.fair_queue import (
    FEW_TURNS,
    HEAVY_SECONDS,
    KIND_TURNS,
    LIGHT_SECONDS,
    MAX_KINDS,
    FairQueue,
)


class Asker:
    """Somebody who takes turns."""

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds


def serve(askers: list[Asker], seconds: float) -> tuple[Mapping[str, int], Mapping[str, float]]:
    """Serves those who always ask again with one thread; returns turns and seconds of each."""
    queue: FairQueue[Asker] = FairQueue()
    turns, used = Counter[str](), Counter[str]()
    for asker in askers:
        queue.add(asker, 0)
    while used.total() < seconds:
        asker = queue.take()
        assert asker is not None
        turns[asker.name] += 1
        used[asker.name] += asker.seconds  # pyright: ignore[reportArgumentType]
        queue.charge(asker, asker.seconds, 0)
        queue.add(asker, 0)
    return turns, used


def test_everybody_gets_the_same_time_not_the_same_turns() -> None:
    askers = [Asker("quick", 0.002), Asker("slow", 0.05), Asker("slower", 0.2)]
    turns, used = serve(askers, 30)
    for asker in askers:
        assert used[asker.name] == pytest.approx(10, abs=0.3)
    assert turns["quick"] > 20 * turns["slow"]


def test_equal_turns_go_round() -> None:
    queue: FairQueue[Asker] = FairQueue()
    askers = [Asker(name, 0.01) for name in "abc"]
    for asker in askers:
        queue.add(asker, 0)
    order = []
    for _ in range(9):
        asker = queue.take()
        assert asker is not None
        order.append(asker.name)
        queue.charge(asker, asker.seconds, 0)
        queue.add(asker, 0)
    assert "".join(order) == "abcabcabc"


def test_who_slept_is_next_but_has_saved_nothing() -> None:
    queue: FairQueue[Asker] = FairQueue()
    busy, sleeper = Asker("busy", 0.05), Asker("sleeper", 0.05)
    for _ in range(100):
        queue.add(busy, 0)
        assert queue.take() is busy
        queue.charge(busy, busy.seconds, 0)
    queue.add(busy, 0)
    queue.add(sleeper, 0)
    order = []
    for _ in range(20):
        asker = queue.take()
        assert asker is not None
        order.append(asker.name)
        queue.charge(asker, asker.seconds, 0)
        queue.add(asker, 0)
    assert order[0] == "sleeper"
    assert order.count("busy") == order.count("sleeper") == 10


def test_one_long_turn_waits_until_the_others_have_had_as_much() -> None:
    queue: FairQueue[Asker] = FairQueue()
    long, short = Asker("long", 1.0), Asker("short", 0.01)
    queue.add(long, 0)
    queue.add(short, 0)
    assert queue.take() is long
    queue.charge(long, long.seconds, 0)
    queue.add(long, 0)
    turns = 0
    while queue.take() is short:
        turns += 1
        queue.charge(short, short.seconds, 0)
        queue.add(short, 0)
    assert turns == pytest.approx(100, abs=1)


def test_a_place_is_kept_for_light_turns() -> None:
    queue: FairQueue[Asker] = FairQueue()
    light, heavy = Asker("light", LIGHT_SECONDS / 2), Asker("heavy", 0.05)
    for long_turns in range(2):
        assert not queue.is_heavy(heavy, 0), f"{long_turns} long turns are not two"
        queue.add(heavy, 0)
        assert queue.take() is heavy
        queue.charge(heavy, heavy.seconds, 0)
        queue.charge(heavy, 0.0, 0)
    assert queue.is_heavy(heavy, 0)
    queue.add(heavy, 0)
    assert queue.take(heavy=False) is None
    assert heavy in queue
    queue.add(light, 0)
    assert queue.take(heavy=False) is light
    assert queue.take() is heavy
    assert queue.take() is None
    assert len(queue) == 0


def test_a_heavy_one_becomes_light_again_with_time_not_with_short_turns() -> None:
    queue: FairQueue[Asker] = FairQueue()
    asker = Asker("once", 30.0)
    for _ in range(2):
        queue.charge(asker, asker.seconds, 100)
    for _ in range(50):
        queue.charge(asker, 0.002, 100)
    assert queue.is_heavy(asker, 100 + 0.9 * HEAVY_SECONDS)
    assert not queue.is_heavy(asker, 100 + HEAVY_SECONDS)


def test_whoever_is_gone_is_forgotten() -> None:
    queue: FairQueue[Asker] = FairQueue()
    queue.add(Asker("gone", 0.05), 0)
    gone = queue.take()
    assert gone is not None
    for _ in range(2):
        queue.charge(gone, 0.05, 0)
    assert queue.is_heavy(gone, 0)
    del gone
    gc.collect()
    assert not queue._used


def test_turns_of_a_kind_go_round_whomever_the_system_held_up() -> None:
    queue: FairQueue[Asker] = FairQueue()
    askers = [Asker(name, 0.002) for name in "abcd"]
    turns = Counter[str]()
    for asker in askers:
        queue.add(asker, 0)
    for number in range(400):
        asker = queue.take()
        assert asker is not None
        turns[asker.name] += 1
        # Held up again and again is always the same one; charged for it, it had half as many.
        held_up = asker.name == "b" and number % 3
        queue.charge(asker, asker.seconds * (4 if held_up else 1), 0, kind="2-4-2-1")
        queue.add(asker, 0)
    assert max(turns.values()) - min(turns.values()) <= 4


def test_many_who_are_held_up_in_turn_have_equally_many_turns() -> None:
    rng = random.Random(0)
    queue: FairQueue[Asker] = FairQueue()
    askers = [Asker(str(number), 0.002) for number in range(240)]
    turns = Counter[str]()
    for asker in askers:
        queue.add(asker, 0)
    for _ in range(20 * len(askers)):
        asker = queue.take()
        assert asker is not None
        turns[asker.name] += 1
        # One turn in ten is held up, by up to half a second; each computes its own 1 ms.
        held_up = rng.uniform(0, 0.5) if rng.random() < 0.1 else 0.0
        queue.charge(asker, asker.seconds + held_up, 0, kind="2-8x6-1", computed=0.001)
        queue.add(asker, 0)
    assert max(turns.values()) - min(turns.values()) <= 1


def test_who_computes_more_than_its_kind_is_charged_for_that() -> None:
    queue: FairQueue[Asker] = FairQueue()
    quick, slow = Asker("quick", 0.002), Asker("slow", 0.002)
    order = itertools.cycle([quick, slow])
    for asker in itertools.islice(order, 2 * KIND_TURNS):
        queue.add(asker, 0)
        queue.take()
        queue.charge(asker, asker.seconds, 0, kind="one", computed=0.001)
    queue.add(slow, 0)
    queue.take()
    queue.charge(slow, 0.05, 0, kind="one", computed=0.041)
    queue.add(quick, 0)
    queue.add(slow, 0)
    turns = 0
    while queue.take() is quick:
        turns += 1
        queue.charge(quick, 0.002, 0, kind="one", computed=0.001)
        queue.add(quick, 0)
    assert turns == pytest.approx(0.042 / 0.002, abs=2)


def test_who_has_the_first_turns_of_a_kind_hardly_pays_for_being_held_up() -> None:
    queue: FairQueue[Asker] = FairQueue()
    first, other = Asker("first", 0.002), Asker("other", 0.002)
    queue.charge(first, 2.0, 0, kind="one", computed=0.001)
    for _ in range(KIND_TURNS):
        queue.charge(other, 0.002, 0, kind="one", computed=0.001)
    queue.add(other, 0)
    queue.add(first, 0)
    assert queue.take() is first, "it owes less than the other has had since"


def test_long_turns_of_a_kind_are_charged_in_full_once_it_is_known() -> None:
    queue: FairQueue[Asker] = FairQueue()
    long, short = Asker("long", 0.2), Asker("short", 0.002)
    for _ in range(FEW_TURNS):
        queue.charge(long, 0.2, 0, kind="long")
        queue.charge(short, 0.002, 0, kind="short")
    assert not queue.is_heavy(long, 0)
    queue.charge(long, 0.2, 0, kind="long")
    assert queue.is_heavy(long, 0)


def test_held_up_turns_of_a_kind_make_nobody_heavy() -> None:
    queue: FairQueue[Asker] = FairQueue()
    asker = Asker("held up", 0.002)
    for number in range(KIND_TURNS):
        held_up = 10 * LIGHT_SECONDS if number > KIND_TURNS - 3 else 0.0
        queue.charge(asker, asker.seconds + held_up, 0, kind="one", computed=0.001)
    assert not queue.is_heavy(asker, 0)


def test_kinds_are_forgotten_the_longest_unused_first() -> None:
    queue: FairQueue[Asker] = FairQueue()
    asker = Asker("a", 0.01)
    for kind in range(3 * MAX_KINDS):
        queue.charge(asker, 0.01, 0, kind=kind)
        queue.charge(asker, 0.01, 0, kind="known")
    assert len(queue._of_kind) == MAX_KINDS  # pyright: ignore[reportPrivateUsage]
    assert "known" in queue._of_kind  # pyright: ignore[reportPrivateUsage]
