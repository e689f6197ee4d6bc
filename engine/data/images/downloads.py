"""Resumable HTTP download into a part file.

The one module of the engine that asks the network for anything.

References:
    RFC 9110, sections 13.1.5 (If-Range) and 14 (Range)
"""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from engine.base.errors import DataError

_BLOCK = 1 << 16
#: A connection that brought so much was worth it, however often this happens.
_WORTHWHILE = 1 << 16
_LENGTH = re.compile(r"\s*(\d{1,15})\s*")
_RANGE = re.compile(r"\s*bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)\s*")


@dataclass(frozen=True)
class RetryPolicy:
    """Timeouts and retries of a download.

    Attributes:
        timeout: seconds to connect, and between two pieces.
        slowest: bytes per second that must come after that time, on average.
        attempts: connections that may break off early before a mirror is left.
        pause: seconds before the second connection; twice as long before each further one.
    """

    timeout: float = 10.0
    slowest: float = 8192.0
    attempts: int = 5
    pause: float = 0.5


class DownloadError(Exception):
    """A mirror failed; the text says why."""


class _BrokenError(Exception):
    """The connection broke off; a retry may fetch the rest."""


@dataclass(frozen=True)
class _Answer:
    """Response of a server, with its first byte and total size."""

    response: http.client.HTTPResponse
    start: int
    total: int | None


def download(
    url: str,
    part: BinaryIO,
    largest: int,
    report: Callable[[int, int | None], None],
    patience: RetryPolicy,
) -> bool:
    """Downloads a file, resuming a partial one.

    Args:
        url: http or https; redirects lead to these only.
        part: open for appending.
        largest: bytes that the file may have.
        report: told the bytes that are there, and of how many if the server says so.
        patience: with the connection.

    Returns:
        Whether the file was put together from more than one answer, and so may be a mixture.

    Raises:
        DownloadError: the server does not deliver; what has come is in the part file.
        DataError: the part file cannot be written.
    """
    opener = _make_opener()
    validator = ""
    answered = False
    broken = 0
    while True:
        start = held = part.seek(0, 2)
        try:
            answer = _ask(opener, url, held, validator, patience)
            start = answer.start
            with closing(answer.response):
                if start != held:
                    part.truncate(0)
                if start != held or not validator:
                    validator = _find_validator(answer.response)
                _receive(answer, part, largest, report, patience)
            return start > 0
        except _BrokenError as error:
            came = part.seek(0, 2) - start
            answered = answered or came > 0
            broken += came < _WORTHWHILE
            # A mirror that has brought nothing yet is not worth waiting for.
            if not answered or broken >= patience.attempts:
                raise DownloadError(str(error)) from None
            time.sleep(patience.pause * 2 ** max(broken - 1, 0))


def name_host(url: str) -> str:
    """The host of an address, for messages."""
    try:
        return urllib.parse.urlsplit(url).hostname or url
    except ValueError:
        return url


def _make_opener() -> urllib.request.OpenerDirector:
    """An opener that knows http and https, and so cannot be sent to files or elsewhere."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.UnknownHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _ask(
    opener: urllib.request.OpenerDirector,
    url: str,
    held: int,
    validator: str,
    patience: RetryPolicy,
) -> _Answer:
    """Requests a file, or its remaining bytes."""
    headers = {"User-Agent": "LiveNet"}
    if held:
        headers["Range"] = f"bytes={held}-"
        if validator:
            headers["If-Range"] = validator
    try:
        request = urllib.request.Request(url, headers=headers)
        response: http.client.HTTPResponse = opener.open(request, timeout=patience.timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and held:
            return _ask(opener, url, 0, "", patience)
        raise DownloadError(f"answered {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _BrokenError(_describe(error)) from None
    found = _LENGTH.fullmatch(response.headers.get("Content-Length", ""))
    length = int(found[1]) if found else None
    if response.status != http.client.PARTIAL_CONTENT:
        return _Answer(response, 0, length)
    span = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if span is None or int(span[1]) != held:
        response.close()
        if held:
            return _ask(opener, url, 0, "", patience)
        raise DownloadError("answered with another part than asked for")
    if span[2] == "*":
        return _Answer(response, held, None if length is None else held + length)
    return _Answer(response, held, int(span[2]))


def _find_validator(response: http.client.HTTPResponse) -> str:
    """What tells this version of the file from others: a strong tag, or a date."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _receive(
    answer: _Answer,
    part: BinaryIO,
    largest: int,
    report: Callable[[int, int | None], None],
    patience: RetryPolicy,
) -> None:
    """Appends an answer to the part file, within bounds of size and time."""
    began = time.monotonic()
    done = answer.start
    if answer.total is not None and answer.total > largest:
        part.truncate(0)
        raise DownloadError(f"is too large: {answer.total} bytes")
    report(done, answer.total)
    for block in _read_blocks(answer.response):
        done += len(block)
        if done > largest or (answer.total is not None and done > answer.total):
            part.truncate(0)
            raise DownloadError(f"is too large: more than {answer.total or largest} bytes")
        try:
            part.write(block)
        except OSError as error:
            raise DataError(f"a download cannot be written: {error.strerror or error}") from None
        report(done, answer.total)
        took = time.monotonic() - began
        if took > patience.timeout and done - answer.start < patience.slowest * took:
            raise DownloadError(f"is too slow: {done - answer.start} bytes in {took:.0f} s")
    if answer.total is not None and done < answer.total:
        raise _BrokenError(f"broke off at {done} of {answer.total} bytes")


def _read_blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Reads what has arrived, as it arrives."""
    while True:
        try:
            block = response.read1(_BLOCK)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _BrokenError(_describe(error)) from None
        if not block:
            return
        yield block


def _describe(error: Exception) -> str:
    """One line about what is wrong with a connection."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "did not answer in time"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
