"""The one cache of compiled programs.

Programs are built at most once, also when several threads ask at the same
time, and the least recently used ones are let go. One background thread
builds what is asked for ahead of need; of each asker only the latest request
counts.
"""

from __future__ import annotations

import ctypes
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import jax

from engine.base.errors import EngineError

logger = logging.getLogger(__name__)

Build = Callable[[], Any]

#: Askers that may wait for the background thread at one time.
MAX_WAITING = 4


@dataclass(frozen=True, slots=True)
class CompilationStatistics:
    """What was compiled so far.

    Attributes:
        builds: programs, those that were read from the disk included.
        seconds: that took, by the clock.
        failures: programs that could not be built.
        waiting: that are asked for and not begun.
        kept: programs in memory.
    """

    builds: int
    seconds: float
    failures: int
    waiting: int
    kept: int


class ProgramCache:
    """A bounded, thread-safe cache of compiled programs.

    Args:
        size: programs kept, besides pinned ones.
    """

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._programs: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        #: Those of them that are built; every frame looks one up.
        self._built: dict[Hashable, Any] = {}
        self._pinned: set[Hashable] = set()
        self._failed: set[Hashable] = set()
        self._needed: OrderedDict[Hashable, tuple[Hashable, Build]] = OrderedDict()
        self._wanted: OrderedDict[Hashable, list[tuple[Hashable, Build]]] = OrderedDict()
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._closed = False
        self._builds = self._failures = 0
        self._seconds = 0.0

    @property
    def builds(self) -> int:
        """How many programs have been built, for tests that none was."""
        return self._builds

    def statistics(self) -> CompilationStatistics:
        """Returns what was compiled so far."""
        with self._changed:
            waiting = len(self._needed) + sum(map(len, self._wanted.values()))
            known = self._builds, self._seconds, self._failures, waiting
            return CompilationStatistics(*known, len(self._programs))

    def peek(self, key: Hashable) -> Any | None:
        """Returns a program that is ready, else None."""
        with self._lock:
            program = self._built.get(key)
            if program is not None:
                self._programs.move_to_end(key)
            return program

    def get(self, key: Hashable, build: Build, *, pinned: bool = False) -> Any:
        """Returns a program, and builds it or waits for it if need be.

        Args:
            key: what the program is known by.
            build: builds it; runs in the calling thread.
            pinned: never let go.
        """
        with self._lock:
            if pinned:
                self._pinned.add(key)
            program = self.peek(key)
            if program is not None:
                return program
            future = self._programs.get(key)
            mine = future is None
            if future is None:
                future = self._programs[key] = Future()
        if mine:
            self._build(key, build, future)
        return future.result()

    def request(self, owner: Hashable, key: Hashable, build: Build) -> bool:
        """Requests a build in the background, and returns at once.

        Args:
            owner: who asks; replaces what it asked for before.
            key: what the program is known by.
            build: builds it; runs in the background thread.

        Returns:
            Whether it is there or will be; False if too many others wait for theirs.
        """
        return self.request_all(owner, [(key, build)])

    def request_all(self, owner: Hashable, programs: Sequence[tuple[Hashable, Build]]) -> bool:
        """Requests several builds, one after the other; between them others get theirs.

        Args:
            owner: who asks; replaces what it asked for before.
            programs: key and build of each, see `request`.

        Returns:
            Whether all are there or will be; False if too many others wait for theirs.
        """
        with self._changed:
            self._wanted.pop(owner, None)
            missing = [one for one in programs if one[0] not in self._programs]
            if not missing:
                return True
            if self._closed or len(self._wanted) >= MAX_WAITING:
                return False
            self._wanted[owner] = missing
            self._begin_work()
            return True

    def _begin_work(self) -> None:
        """Has the background thread look; the lock is held."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="livenet-compiler", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def need(self, owner: Hashable, key: Hashable, build: Build) -> bool:
        """Whether a required program is ready; requests it if not.

        If not it is built in the background, before all that is only asked for. Who asks
        again keeps the place in the queue. What cannot be built counts as ready once, for
        `get` then says why.

        Args:
            owner: who asks; replaces what it needed before.
            key: what the program is known by.
            build: builds it; runs in the background thread.
        """
        with self._changed:
            future = self._programs.get(key)
            if future is not None or key in self._failed:
                self._needed.pop(owner, None)
                self._failed.discard(key)
                return future is None or future.done()
            if not self._closed and self._needed.get(owner, (None,))[0] != key:
                self._needed[owner] = (key, build)
                self._begin_work()
            return False

    def has_failed(self, key: Hashable) -> bool:
        """Whether the last build in the background failed, of what is not there."""
        with self._changed:
            return key in self._failed and key not in self._programs

    def withdraw(self, owner: Hashable) -> None:
        """Cancels an owner's request if its build has not begun."""
        with self._changed:
            self._wanted.pop(owner, None)
            self._needed.pop(owner, None)

    def close(self) -> None:
        """Stops the background thread after the build it is in."""
        with self._changed:
            self._closed = True
            self._wanted.clear()
            self._needed.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._needed or self._wanted or self._closed)
                if self._closed:
                    return
                key, build = self._next()
            try:
                self.get(key, build)
            except EngineError as error:
                self._failed.add(key)
                logger.warning("background build failed: %s", error)
            except Exception:
                self._failed.add(key)
                logger.exception("background build failed")

    def _next(self) -> tuple[Hashable, Build]:
        """Takes the next build out of the queue; the lock is held."""
        if self._needed:
            return self._needed.popitem(last=False)[1]
        owner, programs = self._wanted.popitem(last=False)
        if programs[1:]:
            self._wanted[owner] = programs[1:]
        return programs[0]

    def _build(self, key: Hashable, build: Build, future: Future[Any]) -> None:
        begun = time.monotonic()
        try:
            program = build()
        except BaseException as error:
            with self._changed:
                self._failures += 1
                self._programs.pop(key, None)
            future.set_exception(error)
            raise
        with self._changed:
            self._builds += 1
            self._seconds += time.monotonic() - begun
            future.set_result(program)
            self._built[key] = program
            self._let_go()

    def _let_go(self) -> None:
        loose = [key for key, f in self._programs.items() if key not in self._pinned and f.done()]
        for key in loose[: max(0, len(loose) - self._size)]:
            del self._programs[key]
            self._built.pop(key, None)


def give_back_memory() -> None:
    """Gives memory that compiling has used and freed back to the system, where glibc can.

    Compiling the first two capacities leaves some 340 MB in the allocator's hands.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


def keep_on_disk(folder: str) -> None:
    """Keeps compiled programs on disk, for the next start.

    They are found wherever the folder has been moved or linked to: JAX makes the path of a cache
    that XLA has for GPUs a part of each program's key, so there is none where there is no GPU.

    Args:
        folder: made if it is not there; one that cannot be written is logged, and nothing kept.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        logger.warning("compiled programs cannot be kept: %s", error)
        return
    if not os.access(folder, os.W_OK):
        logger.warning("compiled programs cannot be kept: %s is read-only", folder)
        return
    if jax.default_backend() == "cpu":
        jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
