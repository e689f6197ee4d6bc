"""Tokens of sessions: secrets that name them, and the part that servers of a cluster route by."""

from __future__ import annotations

import base64
import hashlib
import secrets

#: Characters at the start of a token that a session's watch token has, too. They say which server
#: of a cluster has the session, and nothing else; 144 bits of a token are left to be secret.
KEY_LENGTH = 8


def make_token() -> str:
    """Returns the token of a new session, which nobody guesses."""
    return secrets.token_urlsafe(24)


def make_watch_token(token: str) -> str:
    """Returns the token by which a session can be watched, from which its own cannot be told.

    It is the same for a session that was restored.
    """
    digest = hashlib.sha256(b"watch " + token.encode()).digest()
    return find_key(token) + base64.urlsafe_b64encode(digest[:18]).decode()


def find_key(token: str) -> str:
    """Returns the routing key of a session from its token or its watch token."""
    return token[:KEY_LENGTH]
