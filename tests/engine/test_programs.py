"""The cache of compiled programs: built once, bounded, and ahead of need."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import Programs, Trainer, parse_spec
from engine.base.program_cache import MAX_WAITING, ProgramCache

WAIT = 20  # seconds, for what takes none


@pytest.fixture
def cache() -> Iterator[ProgramCache]:
    cache = ProgramCache(size=3)
    yield cache
    cache.close()


class Workshop:
    """Builds what it is asked for, when it is let, and remembers it."""

    def __init__(self) -> None:
        self.built: list[str] = []
        self.begun = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()

    def build(self, name: str) -> Callable[[], str]:
        def build() -> str:
            self.begun.release()
            assert self.gate.wait(WAIT)
            self.built.append(name)
            return name.upper()

        return build


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def wait_for(cache: ProgramCache, key: str) -> None:
    """Waits until a program that is being built in the background is ready."""
    assert cache.get(key, lambda: pytest.fail("is not being built")) == key.upper()


def test_a_program_is_built_once(cache: ProgramCache, shop: Workshop) -> None:
    assert cache.peek("a") is None
    assert cache.get("a", shop.build("a")) == "A"
    assert cache.get("a", shop.build("a")) == "A"
    assert cache.peek("a") == "A"
    assert shop.built == ["a"]
    assert cache.builds == 1


def test_threads_that_ask_together_wait_for_one_build(cache: ProgramCache, shop: Workshop) -> None:
    shop.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(cache.get, "a", shop.build("a")) for _ in range(8)]
        assert shop.begun.acquire(timeout=WAIT)
        assert cache.peek("a") is None
        assert not any(future.done() for future in found)
        shop.gate.set()
        assert [future.result(WAIT) for future in found] == ["A"] * 8
    assert shop.built == ["a"]
    assert cache.builds == 1


def test_different_programs_are_built_side_by_side(cache: ProgramCache, shop: Workshop) -> None:
    shop.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(cache.get, name, shop.build(name)) for name in "ab"]
        assert shop.begun.acquire(timeout=WAIT)
        assert shop.begun.acquire(timeout=WAIT)
        shop.gate.set()
        assert {future.result(WAIT) for future in found} == {"A", "B"}


def test_the_least_recently_used_goes(cache: ProgramCache, shop: Workshop) -> None:
    for name in "abc":
        cache.get(name, shop.build(name))
    assert cache.peek("a") == "A"
    cache.get("d", shop.build("d"))
    assert [cache.peek(name) for name in "abcd"] == ["A", None, "C", "D"]
    cache.get("a", shop.build("a"))
    cache.get("e", shop.build("e"))
    assert [cache.peek(name) for name in "acde"] == ["A", None, "D", "E"]
    assert shop.built == list("abcde")
    for n in range(50):
        cache.get(f"n{n}", shop.build(f"n{n}"))
    assert sum(cache.peek(f"n{n}") is not None for n in range(50)) == 3


def test_a_pinned_program_stays(cache: ProgramCache, shop: Workshop) -> None:
    cache.get("p", shop.build("p"), pinned=True)
    for name in "abcdef":
        cache.get(name, shop.build(name))
    assert cache.peek("p") == "P"
    assert [cache.peek(name) for name in "cdef"] == [None, "D", "E", "F"]


def test_a_build_that_fails_is_reported_to_all_and_tried_again(
    cache: ProgramCache, shop: Workshop
) -> None:
    gate, begun = threading.Event(), threading.Semaphore(0)

    def fail() -> None:
        begun.release()
        assert gate.wait(WAIT)
        raise RuntimeError("no room")

    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(cache.get, "a", fail) for _ in range(3)]
        assert begun.acquire(timeout=WAIT)
        gate.set()
        for future in found:
            with pytest.raises(RuntimeError, match="no room"):
                future.result(WAIT)
    assert cache.peek("a") is None
    assert cache.builds == 0
    assert cache.get("a", shop.build("a")) == "A"


def test_a_request_returns_at_once_and_is_built_in_the_background(
    cache: ProgramCache, shop: Workshop
) -> None:
    shop.gate.clear()
    cache.request("me", "a", shop.build("a"))
    assert shop.begun.acquire(timeout=WAIT)
    assert cache.peek("a") is None
    shop.gate.set()
    wait_for(cache, "a")
    assert shop.built == ["a"]


def test_of_each_owner_the_latest_request_counts(cache: ProgramCache, shop: Workshop) -> None:
    shop.gate.clear()
    cache.request("me", "a", shop.build("a"))
    assert shop.begun.acquire(timeout=WAIT)
    # The only builder is busy with a; of the next three, the last one is left.
    for name in "bcd":
        cache.request("me", name, shop.build(name))
    cache.request("you", "e", shop.build("e"))
    shop.gate.set()
    for _ in range(2):
        assert shop.begun.acquire(timeout=WAIT)
    wait_for(cache, "e")
    assert shop.built == ["a", "d", "e"]


def test_several_builds_of_one_request_let_others_in_between(
    cache: ProgramCache, shop: Workshop
) -> None:
    shop.gate.clear()
    cache.request("first", "x", shop.build("x"))
    assert shop.begun.acquire(timeout=WAIT)
    assert cache.request_all("me", [(name, shop.build(name)) for name in "xabc"])
    cache.request("you", "e", shop.build("e"))
    cache.need("he", "f", shop.build("f"))
    shop.gate.set()
    for _ in "faebc":
        assert shop.begun.acquire(timeout=WAIT)
    wait_for(cache, "c")
    assert shop.built == ["x", "f", "a", "e", "b", "c"]


def test_of_many_that_wait_only_a_few_are_taken(cache: ProgramCache, shop: Workshop) -> None:
    shop.gate.clear()
    assert cache.request("first", "x", shop.build("x"))
    assert shop.begun.acquire(timeout=WAIT)
    taken = [cache.request(name, name, shop.build(name)) for name in "abcdefgh"]
    assert taken == [place < MAX_WAITING for place in range(8)]
    # Whoever waits already may change their mind, and what is being built is there.
    assert cache.request("a", "z", shop.build("z"))
    assert cache.request("h", "x", shop.build("x"))
    shop.gate.set()
    wait_for(cache, "x")


def test_a_request_that_is_there_already_takes_back_the_last(
    cache: ProgramCache, shop: Workshop
) -> None:
    cache.get("a", shop.build("a"))
    assert shop.begun.acquire(timeout=WAIT)
    shop.gate.clear()
    cache.request("you", "x", shop.build("x"))
    assert shop.begun.acquire(timeout=WAIT)
    cache.request("me", "b", shop.build("b"))
    cache.request("me", "a", shop.build("a"))
    cache.request("you", "c", shop.build("c"))
    shop.gate.set()
    assert shop.begun.acquire(timeout=WAIT)
    wait_for(cache, "c")
    assert shop.built == ["a", "x", "c"]


def test_a_request_can_be_withdrawn(cache: ProgramCache, shop: Workshop) -> None:
    shop.gate.clear()
    cache.request("you", "x", shop.build("x"))
    assert shop.begun.acquire(timeout=WAIT)
    cache.request("me", "a", shop.build("a"))
    cache.request("she", "b", shop.build("b"))
    cache.withdraw("me")
    cache.withdraw("nobody")
    shop.gate.set()
    assert shop.begun.acquire(timeout=WAIT)
    wait_for(cache, "b")
    assert shop.built == ["x", "b"]


def test_a_request_that_fails_is_logged_and_the_next_is_built(
    cache: ProgramCache, shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise RuntimeError("no room")

    with caplog.at_level(logging.ERROR):
        cache.request("me", "a", fail)
        assert failed.wait(WAIT)
        shop.gate.clear()
        cache.request("me", "b", shop.build("b"))
        assert shop.begun.acquire(timeout=WAIT)
        shop.gate.set()
        wait_for(cache, "b")
    (record,) = caplog.records
    assert record.name == "engine.base.program_cache"
    assert "no room" in str(record.exc_info)
    assert cache.peek("a") is None


def test_a_closed_cache_begins_nothing_and_its_thread_ends(shop: Workshop) -> None:
    before = set(threading.enumerate())
    cache = ProgramCache()
    shop.gate.clear()
    cache.request("me", "a", shop.build("a"))
    assert shop.begun.acquire(timeout=WAIT)
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon
    cache.request("me", "b", shop.build("b"))
    cache.close()
    assert not cache.request("you", "c", shop.build("c"))
    shop.gate.set()
    thread.join(WAIT)
    assert not thread.is_alive()
    assert shop.built == ["a"]


def test_programs_are_ready_when_the_first_capacity_is(programs: Programs) -> None:
    # What `programs` has compiled is shared, so this takes no time.
    fresh = Programs()
    assert not fresh.ready
    assert fresh.builds == 0
    fresh.warm()
    assert fresh.ready
    assert fresh.builds == 1
    fresh.warm()
    assert fresh.builds == 1
    fresh.close()


def test_a_trainer_made_while_programs_warm_up_waits_for_them(programs: Programs) -> None:
    fresh = Programs()
    with ThreadPoolExecutor(1) as pool:
        warming = pool.submit(fresh.warm)
        while not fresh.serves_general and not warming.done():
            pass
        trainer = Trainer(parse_spec({"layers": [{"units": 3}]}), fresh)
        trainer.turn(batches=1)
        warming.result(60)
    assert fresh.builds == 1
    assert trainer.step == 1
    fresh.close()


def test_without_warming_up_a_trainer_compiles_its_own_program() -> None:
    fresh = Programs()
    trainer = Trainer(parse_spec({"layers": [{"units": 3}]}), fresh)
    trainer.turn(batches=1)
    assert fresh.builds == 1
    assert not fresh.ready
    fresh.close()
