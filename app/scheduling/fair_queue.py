"""Fair queue: all that wait get the same share of time, however long their turns are.

Start-time fair queueing: a turn that waits has a start on a clock of its own, in seconds of
use. Whoever has the earliest start is next. The clock shows the start of the last turn that
was taken; a turn that comes later starts there at the earliest, so nobody saves up time by
sleeping, and at the end of the asker's own last turn otherwise, so long turns wait longer.

On a busy machine how long one turn takes is mostly a matter of whom the system runs meanwhile.
Turns of which the work is known to be equal (`kind`) are charged their median, whoever took them,
so that equal askers have equally many. A turn that was held up, however long, costs no more; one
whose thread computed more than twice as long as is usual costs that much more.

References:
    Goyal, Vin and Cheng, "Start-time Fair Queueing", SIGCOMM 1996.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

#: Turns that take longer are long; one alone may be the system's fault, two make heavy ...
LIGHT_SECONDS = 0.03
#: ... for this time.
HEAVY_SECONDS = 0.5
#: Of a kind with fewer turns whoever had them may have been held up: they are charged as light.
FEW_TURNS = 8
#: Turns in which nothing was done do not count.
EMPTY_SECONDS = 0.001
#: Turns of a kind whose median is charged ...
KIND_TURNS = 31
#: ... unless the thread of one computes more than so many times as long as is usual.
USUAL_TIMES = 2.0
#: Kinds that are remembered.
MAX_KINDS = 256

K = TypeVar("K", bound=Hashable)


class _Use:
    """What one asker has used: where its last turn ended, what it was charged, how long heavy."""

    __slots__ = ("end", "heavy_until", "last")

    def __init__(self, end: float) -> None:
        self.end, self.last = end, 0.0
        self.heavy_until = -math.inf


class _Kind:
    """Seconds and processor time of the last turns of a kind."""

    __slots__ = ("computed", "seconds")

    def __init__(self) -> None:
        self.seconds: deque[float] = deque(maxlen=KIND_TURNS)
        self.computed: deque[float] = deque(maxlen=KIND_TURNS)


class FairQueue(Generic[K]):
    """Queue ordered by time used, with light and heavy keys apart.

    What somebody has used is forgotten with them. Whoever takes turns out says afterwards how
    long they took. Nothing here knows of clocks or threads: `now` is in seconds of any clock.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._count = itertools.count()
        self._waiting: set[K] = set()
        self._light: list[tuple[float, int, K]] = []
        self._heavy: list[tuple[float, int, K]] = []
        self._used: WeakKeyDictionary[K, _Use] = WeakKeyDictionary()
        self._of_kind: dict[Hashable, _Kind] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, key: K) -> bool:
        return key in self._waiting

    def is_heavy(self, key: K, now: float) -> bool:
        """Whether somebody has had two long turns in a row lately."""
        use = self._used.get(key)
        return use is not None and use.heavy_until > now

    def add(self, key: K, now: float) -> None:
        """Has somebody wait who does not."""
        use = self._use(key)
        start = max(self._now, use.end)
        self._waiting.add(key)
        line = self._heavy if use.heavy_until > now else self._light
        heapq.heappush(line, (start, next(self._count), key))

    def take(self, *, heavy: bool = True) -> K | None:
        """Returns who is next; None if nobody waits.

        Args:
            heavy: whether a heavy turn may be taken.
        """
        lines = [line for line in (self._light, self._heavy if heavy else []) if line]
        if not lines:
            return None
        start, _, key = heapq.heappop(min(lines, key=lambda line: line[0][:2]))
        self._waiting.remove(key)
        self._now = max(self._now, start)
        self._use(key).end = start
        return key

    def _use(self, key: K) -> _Use:
        use = self._used.get(key)
        if use is None:
            use = self._used[key] = _Use(self._now)
        return use

    def charge(
        self, key: K, seconds: float, now: float, kind: Hashable = None, computed: float = 0.0
    ) -> None:
        """Notes how long the turn that was taken took.

        Args:
            key: whose turn.
            seconds: it took.
            now: when it ended.
            kind: of its work; None if its work is like no other.
            computed: processor time of its thread, seconds.
        """
        price = seconds if kind is None else self._find_price(kind, seconds, computed)
        use = self._use(key)
        use.end += price
        if seconds < EMPTY_SECONDS:
            return
        if min(price, use.last) > LIGHT_SECONDS:
            use.heavy_until = now + HEAVY_SECONDS
        use.last = price

    def _find_price(self, kind: Hashable, seconds: float, computed: float) -> float:
        """Returns what a turn of a kind is charged, seconds; it is the newest of its kind."""
        known = self._of_kind.pop(kind, None) or _Kind()
        self._of_kind[kind] = known
        if len(self._of_kind) > MAX_KINDS:
            del self._of_kind[next(iter(self._of_kind))]
        known.seconds.append(seconds)
        known.computed.append(computed)
        middle = len(known.seconds) // 2
        usual = sorted(known.seconds)[middle]
        if len(known.seconds) < FEW_TURNS:
            usual = min(usual, LIGHT_SECONDS)
        usually_computed = sorted(known.computed)[middle]
        more = computed - usually_computed
        return usual + (more if computed > USUAL_TIMES * usually_computed else 0.0)
