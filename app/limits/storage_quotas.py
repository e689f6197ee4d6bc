"""Storage quotas per client, and pseudonymous names of owners."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from pathlib import Path

from app.limits.client_shares import ClientShares
from app.limits.keys import read_key

_OWNER_LENGTH = 16
#: What a blob takes at least, so that many small ones are bounded too.
_LEAST_BYTES = 4096


class StorageQuotas:
    """Bytes that each client may store a minute.

    Args:
        folder: where the key is kept that hides the addresses of owners.
        bytes_per_minute: the share of one client.
    """

    def __init__(self, folder: Path, bytes_per_minute: int) -> None:
        self._folder = folder
        self._shares = ClientShares(bytes_per_minute)
        self._lock = threading.Lock()
        self._key = b""

    def charge(self, client: str, size: int) -> int:
        """Charges a blob to a client's quota.

        Returns:
            0, or the seconds to wait if the share is used up; nothing is taken then.
        """
        return self._shares.charge(client, max(size, _LEAST_BYTES))

    def name_owner(self, client: str) -> str:
        """Returns a keyed hash of the client's address, the same after a restart."""
        with self._lock:
            self._key = self._key or read_key(self._folder, "owner-key")
        digest = hmac.digest(self._key, client.encode(), hashlib.sha256)
        return base64.b32encode(digest).decode().lower()[:_OWNER_LENGTH]
