"""Seal of handed-over sessions: signed, for one purpose, and only for a while."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import time

#: Bytes of the longest session that is handed over: two layers of 512 units with their moments.
MAX_HANDOVER = 12 << 20
#: The same as text.
MAX_TEXT = (MAX_HANDOVER // 3 + 64) * 4

_PURPOSE = b"livenet-handover-1"
_MAC_BYTES = 32
_EXPIRY = struct.Struct("<Q")


class HandoverError(Exception):
    """A handed-over session that is refused; its text says why in one sentence."""


class HandoverSeal:
    """HMAC-SHA256 of a session and of the time until which it is good.

    Args:
        key: the same on all servers that take sessions over from each other.
        seconds: how long a seal is good.
    """

    def __init__(self, key: bytes, seconds: float) -> None:
        self._key = key
        self.seconds = seconds

    def seal(self, content: bytes) -> str | None:
        """Returns a session as a text to hand over; None if it is too long."""
        if len(content) > MAX_HANDOVER:
            return None
        body = _EXPIRY.pack(int(time.time() + self.seconds)) + content
        return base64.urlsafe_b64encode(self._sign(body) + body).decode()

    def open(self, text: bytes) -> bytes:
        """Returns the session that a text hands over.

        Raises:
            HandoverError: the text is none, of another server, or too old.
        """
        if len(text) > MAX_TEXT:
            raise HandoverError("what was handed over is too long")
        try:
            sealed = base64.b64decode(text, b"-_", validate=True)
        except binascii.Error:
            sealed = b""
        mac, body = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if len(body) < _EXPIRY.size:
            raise HandoverError("what was handed over is damaged")
        if not hmac.compare_digest(mac, self._sign(body)):
            raise HandoverError("what was handed over is signed by somebody else, or was changed")
        (expiry,) = _EXPIRY.unpack_from(body)
        if time.time() > expiry:
            raise HandoverError("what was handed over is too old")
        return body[_EXPIRY.size :]

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, _PURPOSE + body, hashlib.sha256)
