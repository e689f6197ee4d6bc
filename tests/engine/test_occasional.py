"""What is made anew now and then, against a clock of its own."""

from __future__ import annotations

import pytest

from engine.base.rate_limited_cache import SHARE, RateLimitedCache
from engine.base.slices import Slices, finish

COST = 2.0


class Clock:
    """Seconds that pass when told, and while things are made."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.made = 0

    def __call__(self) -> float:
        return self.seconds

    def make(self) -> Slices[int]:
        """Takes its time, in two slices; counts."""
        self.seconds += COST / 2
        yield
        self.seconds += COST / 2
        self.made += 1
        return self.made


def get(thing: RateLimitedCache[int], key: str, clock: Clock, *, now: bool = False) -> int:
    return finish(thing.get(key, clock.make, now=now))


@pytest.mark.parametrize("most", [SHARE, SHARE / 2])
def test_making_takes_no_more_than_its_share(most: float) -> None:
    clock = Clock()
    thing = RateLimitedCache[int](clock, share=most)
    begun = clock.seconds
    while clock.seconds < begun + 1000:
        assert get(thing, "key", clock) == clock.made
        clock.seconds += 0.1
    share = clock.made * COST / (clock.seconds - begun)
    assert 0.9 * most < share < 1.1 * most


def test_it_is_never_that_of_another_key_and_never_old_when_it_must_not_be() -> None:
    clock = Clock()
    thing = RateLimitedCache[int](clock)
    assert get(thing, "one", clock) == 1
    assert get(thing, "one", clock) == 1
    assert get(thing, "two", clock) == 2
    assert get(thing, "one", clock) == 3
    assert get(thing, "one", clock, now=True) == 4
    assert get(thing, "one", clock) == 4


def test_pauses_between_slices_are_no_work() -> None:
    clock = Clock()
    thing = RateLimitedCache[int](clock)
    work = thing.get("key", clock.make, now=False)
    next(work)
    clock.seconds += 1000
    assert finish(work) == 1
    clock.seconds += COST * (1 / SHARE - 1) + 0.1
    assert get(thing, "key", clock) == 2
