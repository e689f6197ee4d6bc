"""Shared password of a server: compares it, and signs the cookie of who knows it."""

from __future__ import annotations

import hashlib
import hmac
import time

#: How long a browser that knew the password is not asked again.
COOKIE_SECONDS = 30 * 86_400
#: Wrong passwords that one client may send in a minute; right ones are not counted.
WRONG_PER_MINUTE = 30


class SharedPassword:
    """Password check and cookie signature; another password makes all cookies void.

    Args:
        password: what everybody is asked for.
        key: the server's own, or one that several servers share.
    """

    def __init__(self, password: str, key: bytes) -> None:
        self._key = hmac.digest(key, b"livenet password", hashlib.sha256)
        self._digest = self._hash(password)
        self._cookie_key = hmac.digest(self._key, b"cookie" + self._digest, hashlib.sha256)

    def _hash(self, password: str) -> bytes:
        return hmac.digest(self._key, password.encode(errors="replace"), hashlib.sha256)

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes as long for every wrong one."""
        return hmac.compare_digest(self._hash(password), self._digest)

    def make_cookie(self) -> str:
        """Returns the value of a cookie: when it ends, and a signature of that."""
        expires = str(int(time.time()) + COOKIE_SECONDS)
        return f"{expires}.{self._sign(expires)}"

    def accepts(self, cookie: str) -> bool:
        """Whether a cookie is one of ours that has not expired."""
        if not cookie.isascii():
            return False
        expires, _, signature = cookie.partition(".")
        return hmac.compare_digest(signature, self._sign(expires)) and int(expires) > time.time()

    def _sign(self, expires: str) -> str:
        return hmac.new(self._cookie_key, expires.encode(), hashlib.sha256).hexdigest()
