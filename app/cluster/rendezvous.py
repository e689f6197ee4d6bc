"""Rendezvous hashing: which server has a key, agreed upon without a table.

Every server gets a score for the key, H(key, name), and the highest score has it. A server that
comes takes over 1/n of all keys, one that goes gives its own to all others; no other key moves.

References:
    D. Thaler, C. Ravishankar, Using Name-Based Mappings to Increase Hit Rates (1998).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from app.sessions.tokens import find_key, make_token

_SCORE_BYTES = 8


def score(key: str, name: str) -> bytes:
    """Returns the score of a server for a key; scores compare as numbers do."""
    # A key says nothing of where its name begins: a zero byte between them does.
    text = f"{key}\0{name}".encode(errors="replace")
    return hashlib.blake2b(text, digest_size=_SCORE_BYTES).digest()


def choose_owner(key: str, names: Collection[str]) -> str | None:
    """Returns the server that has a key; None if there are no servers."""
    return max(names, key=lambda name: (score(key, name), name), default=None)


def is_owner(name: str, key: str, names: Collection[str]) -> bool:
    """Whether a server has a key, as `choose_owner` says; quicker where it has not."""
    own = score(key, name), name
    return name in names and all((score(key, other), other) <= own for other in names)


def draw_token(name: str, names: Collection[str]) -> str:
    """Returns a new token whose key a server has: of n servers the n-th draw, on the average.

    Raises:
        ValueError: the server is not one of them.
    """
    if name not in names:
        raise ValueError(f"{name} is none of the servers")
    while not is_owner(name, find_key(token := make_token()), names):
        pass
    return token
