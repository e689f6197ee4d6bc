"""Storage quotas per client, and pseudonymous names of owners."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import threading
import time
from collections import OrderedDict
from pathlib import Path

from app.limits.keys import read_key

_OWNER_LENGTH = 16
#: What a blob takes at least, so that many small ones are bounded too.
_LEAST_BYTES = 4096
#: Clients that are remembered; those who stored something longest ago are forgotten first.
_MAX_CLIENTS = 4096
_MINUTE = 60.0


class StorageQuotas:
    """Bytes that each client may store a minute, as a token bucket.

    One blob may be larger than what is left; the next one then waits the longer.

    Args:
        folder: where the key is kept that hides the addresses of owners.
        bytes_per_minute: the share of one client.
    """

    def __init__(self, folder: Path, bytes_per_minute: int) -> None:
        self._folder = folder
        self._rate = bytes_per_minute / _MINUTE
        self._share = float(bytes_per_minute)
        self._lock = threading.Lock()
        self._key = b""
        # What is left of a share, and when that was so.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def charge(self, client: str, size: int) -> int:
        """Charges a blob to a client's quota.

        Returns:
            0, or the seconds to wait if the share is used up; nothing is taken then.
        """
        with self._lock:
            now = time.monotonic()
            left, then = self._left.pop(client, (self._share, now))
            left = min(self._share, left + (now - then) * self._rate)
            wait = 0 if left > 0 else math.ceil(-left / self._rate) + 1
            self._left[client] = (left if wait else left - max(size, _LEAST_BYTES), now)
            if len(self._left) > _MAX_CLIENTS:
                self._left.popitem(last=False)
            return wait

    def name_owner(self, client: str) -> str:
        """Returns a keyed hash of the client's address, the same after a restart."""
        with self._lock:
            self._key = self._key or read_key(self._folder, "owner-key")
        digest = hmac.digest(self._key, client.encode(), hashlib.sha256)
        return base64.b32encode(digest).decode().lower()[:_OWNER_LENGTH]
