"""Memory accounting of large responses: their bytes count for the session until they are read."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from app.api.sessions.requests import RefusedError
from app.limits.budget import Account


def charge_response(account: Account, response: Response) -> Response:
    """Returns a response whose bytes are charged until it is sent, however slowly the client reads.

    Args:
        account: of the session.
        response: the answer; its content lies in memory.

    Raises:
        RefusedError: others that nobody reads take all the room.
    """
    _hold(account, response, response.calculate_content_length() or 0)
    response.call_on_close(lambda: account.hold(response, 0))
    return response


def charge_parts(account: Account, blobs: Iterable[bytes]) -> list[bytes]:
    """Returns the parts of a response, each charged from when it is made.

    Raises:
        RefusedError: they would take all the room.
    """
    parts: list[bytes] = []
    parts_bytes = 0
    key = object()
    try:
        for blob in blobs:
            parts_bytes += len(blob)
            _hold(account, key, parts_bytes)
            parts.append(blob)
    finally:
        account.hold(key, 0)
    return parts


def _hold(account: Account, key: object, n_bytes: int) -> None:
    if not account.try_hold(key, n_bytes):
        raise RefusedError("rate_limited", "too many answers of this session wait to be read")
