"""What is made anew now and then, against a clock of its own."""

from __future__ import annotations

from engine.occasional import SHARE, Occasional

COST = 2.0


class Clock:
    """Seconds that pass when told, and while things are made."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.made = 0

    def __call__(self) -> float:
        return self.seconds

    def make(self) -> int:
        """Takes its time; counts."""
        self.seconds += COST
        self.made += 1
        return self.made


def test_making_takes_no_more_than_its_share() -> None:
    clock = Clock()
    thing = Occasional[int](clock)
    begun = clock.seconds
    while clock.seconds < begun + 1000:
        assert thing.get("key", clock.make, now=False) == clock.made
        clock.seconds += 0.1
    share = clock.made * COST / (clock.seconds - begun)
    assert 0.9 * SHARE < share < 1.1 * SHARE


def test_it_is_never_that_of_another_key_and_never_old_when_it_must_not_be() -> None:
    clock = Clock()
    thing = Occasional[int](clock)
    assert thing.get("one", clock.make, now=False) == 1
    assert thing.get("one", clock.make, now=False) == 1
    assert thing.get("two", clock.make, now=False) == 2
    assert thing.get("one", clock.make, now=False) == 3
    assert thing.get("one", clock.make, now=True) == 4
    assert thing.get("one", clock.make, now=False) == 4
