"""Large answers: their bytes count for the session that they are of, until they are read."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from app.api.requests import RefusedError
from app.limits.budget import Account


def hold_answer(account: Account, response: Response) -> Response:
    """Returns an answer that counts as long as it is sent, however slowly its client reads.

    Args:
        account: of the session.
        response: the answer; its content lies in memory.

    Raises:
        RefusedError: others that nobody reads take all the room.
    """
    _hold(account, response, response.calculate_content_length() or 0)
    response.call_on_close(lambda: account.hold(response, 0))
    return response


def collect(account: Account, blobs: Iterable[bytes]) -> list[bytes]:
    """Returns the parts of an answer, which count from when each is made.

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
