"""Share per minute of each client: a token bucket by address, for few clients at a time."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

#: Clients that are remembered; those who took something longest ago are forgotten first.
_MAX_CLIENTS = 4096
_MINUTE = 60.0


class ClientShares:
    """Token buckets, one for each client: a minute's share at once, and as much every minute.

    One charge may be larger than what is left; the next one then waits the longer.

    Args:
        per_minute: the share of one client.
    """

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / _MINUTE
        self._share = float(per_minute)
        self._lock = threading.Lock()
        # What is left of a share, and when that was so.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def charge(self, client: str, amount: float = 1.0) -> int:
        """Charges an amount to a client.

        Returns:
            0, or the seconds to wait if the share is used up; nothing is taken then.
        """
        with self._lock:
            now = time.monotonic()
            left, then = self._left.pop(client, (self._share, now))
            left = min(self._share, left + (now - then) * self._rate)
            wait = 0 if left > 0 else math.ceil(-left / self._rate) + 1
            self._left[client] = (left if wait else left - amount, now)
            if len(self._left) > _MAX_CLIENTS:
                self._left.popitem(last=False)
            return wait

    def give_back(self, client: str, amount: float = 1.0) -> None:
        """Undoes a charge."""
        with self._lock:
            if client in self._left:
                left, then = self._left[client]
                self._left[client] = (left + amount, then)
