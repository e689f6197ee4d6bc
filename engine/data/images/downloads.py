"""Downloader for pooch: one file over HTTP, within bounds of size and time.

The one module of the engine that asks the network for anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

_BLOCK = 1 << 16


@dataclass(frozen=True)
class RetryPolicy:
    """Timeouts and retries of a download.

    Attributes:
        timeout: seconds to connect, and between two pieces.
        slowest: bytes per second that must come after that time, on average.
        attempts: how often a mirror is asked for a file whose transfer breaks off.
    """

    timeout: float = 10.0
    slowest: float = 8192.0
    attempts: int = 3


class DownloadError(Exception):
    """A mirror failed; the text says why."""


class BrokenOffError(DownloadError):
    """The transfer broke off on its way; another attempt may bring the whole."""


def download(
    url: str,
    path: Path,
    largest: int,
    report: Callable[[int, int | None], None],
    patience: RetryPolicy,
) -> None:
    """Downloads a file from its beginning.

    Each piece is taken as it arrives. pooch's own downloader waits until a block is full, which
    a mirror that trickles never fills, and has no bound on the size.

    Args:
        url: http or https; redirects lead to these only.
        path: written anew.
        largest: bytes that the file may have.
        report: told the bytes that are there, and of how many if the server says so.
        patience: with the connection.

    Raises:
        DownloadError: the server does not deliver.
        OSError: the file cannot be written.
    """
    done, began = 0, time.monotonic()
    with _ask(url, patience) as answer, path.open("wb") as file:
        body: BaseHTTPResponse = answer.raw
        total = body.length_remaining
        if total is not None and total > largest:
            raise DownloadError(f"is too large: {total} bytes")
        report(0, total)
        while block := _read(body):
            done += len(block)
            if done > largest:
                raise DownloadError(f"is too large: more than {largest} bytes")
            file.write(block)
            report(done, total)
            took = time.monotonic() - began
            if took > patience.timeout and done < patience.slowest * took:
                raise DownloadError(f"is too slow: {done} bytes in {took:.0f} s")


def name_host(url: str) -> str:
    """The host of an address, for messages."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _ask(url: str, patience: RetryPolicy) -> requests.Response:
    """Requests a file; its body is yet to be read."""
    headers = {"User-Agent": "LiveNet", "Accept-Encoding": "identity"}
    try:
        answer = requests.get(url, headers=headers, timeout=patience.timeout, stream=True)
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise DownloadError(_describe(error)) from None
    if answer.status_code != requests.codes.ok:
        answer.close()
        raise DownloadError(f"answered {answer.status_code}")
    return answer


def _read(body: BaseHTTPResponse) -> bytes:
    """What has arrived; nothing at the end. A body shorter than announced is an error."""
    try:
        return body.read1(_BLOCK, decode_content=False)
    except (HTTPError, OSError) as error:
        raise BrokenOffError(_describe(error)) from None


def _describe(error: BaseException) -> str:
    """One line about what is wrong with a connection, from the error that all began with."""
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
