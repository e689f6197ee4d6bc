"""Downloads the files of a set with pooch, trying one mirror after the other."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pooch

from engine.base.arrays import Bytes
from engine.base.errors import DataError
from engine.data.images.downloads import (
    BrokenOffError,
    DownloadError,
    RetryPolicy,
    download,
    name_host,
)
from engine.data.images.idx import IdxFile, read_idx

#: (file's name, bytes that are there, bytes in all if that is known).
Progress = Callable[[str, int, int | None], None]
#: Seconds after which a temporary file whose download was killed is taken away.
_FORGOTTEN = 86_400

# It would write each download, and a piece of advice about its hash, to the standard error.
pooch.get_logger().setLevel(logging.WARNING)


def fetch_files(
    files: Sequence[IdxFile],
    folder: Path,
    mirrors: Sequence[str],
    progress: Progress,
    patience: RetryPolicy,
    published: Sequence[str] = (),
) -> list[Bytes]:
    """Fetches files into a folder, each under its final name once it has been checked.

    A mirror that did not deliver a file is asked last for the next ones.

    Args:
        files: what to fetch.
        folder: made if it is not there.
        mirrors: addresses of folders.
        progress: told how far each file is; what it raises ends the download.
        patience: with a connection.
        published: the mirrors that are known to have the files compressed as published.

    Returns:
        The content of each file.

    Raises:
        DataError: no mirror delivers a file, or it cannot be written.
    """
    order, contents = list(mirrors), []
    for file in files:
        reasons: list[str] = []
        asked: Counter[str] = Counter()
        queue = deque(order)
        while queue:
            mirror = queue.popleft()
            asked[mirror] += 1
            known = file.packed_sha256 if mirror in published else ""
            try:
                contents.append(_fetch_file(file, folder, mirror, known, progress, patience))
                break
            except DownloadError as error:
                reasons.append(f"{name_host(mirror)} {error}")
                if asked[mirror] == 1:
                    order.append(order.pop(order.index(mirror)))
                if isinstance(error, BrokenOffError) and asked[mirror] < patience.attempts:
                    queue.append(mirror)
            except OSError as error:
                reason = error.strerror or error
                raise DataError(f"{file.name}.gz cannot be written: {reason}") from None
        else:
            said = "; ".join(reasons) or "there is none"
            raise DataError(f"{file.name}.gz comes from no mirror: {said}")
    return contents


def _fetch_file(
    file: IdxFile,
    folder: Path,
    mirror: str,
    known: str,
    progress: Progress,
    patience: RetryPolicy,
) -> Bytes:
    """Fetches a file by pooch: to a temporary file, which is checked and then renamed."""
    name = f"{file.name}.gz"
    contents: list[Bytes] = []

    def report(done: int, total: int | None) -> None:
        progress(name, done, total)

    def fetch(url: str, temporary: Any, _pooch: object) -> None:
        path = Path(temporary)
        download(url, path, file.largest_packed, report, patience)
        try:
            contents.append(read_idx(path, file, packed=True, label=name))
        except DataError as error:
            raise DownloadError(f"has a wrong file: {error}") from None

    folder.mkdir(parents=True, exist_ok=True)
    _remove_forgotten(folder)
    url = f"{mirror.rstrip('/')}/{name}"
    try:
        path = pooch.retrieve(url, known or None, name, folder, downloader=cast(Any, fetch))
    except ValueError:
        raise DownloadError("has another file than was published") from None
    # Another download may have brought it meanwhile.
    return contents[0] if contents else read_idx(Path(path), file, packed=True)


def _remove_forgotten(folder: Path) -> None:
    """Takes away temporary files of downloads whose process was killed, after a day."""
    for path in folder.glob("tmp????????"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _FORGOTTEN:
                path.unlink()
