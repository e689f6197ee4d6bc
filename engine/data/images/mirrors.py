"""Downloads the files of a set, trying one mirror after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.base.arrays import Bytes
from engine.base.errors import DataError
from engine.data.images.downloads import DownloadError, RetryPolicy, download, name_host
from engine.data.images.idx import IdxFile, read_idx
from engine.data.images.part_files import PartFile

#: (file's name, bytes that are there, bytes in all if that is known).
Progress = Callable[[str, int, int | None], None]


def fetch_files(
    files: Sequence[IdxFile],
    folder: Path,
    mirrors: Sequence[str],
    progress: Progress,
    patience: RetryPolicy,
) -> list[Bytes]:
    """Fetches files into a folder, each under its final name once it has been checked.

    A mirror that did not deliver a file is asked last for the next ones.

    Args:
        files: what to fetch.
        folder: made if it is not there.
        mirrors: addresses of folders.
        progress: told how far each file is; what it raises ends the download.
        patience: with a connection.

    Returns:
        The content of each file.

    Raises:
        DataError: no mirror delivers a file, or it cannot be written.
    """
    order, contents = list(mirrors), []
    for file in files:
        reasons: list[str] = []
        for mirror in tuple(order):
            try:
                contents.append(_fetch_file(file, folder, mirror, progress, patience))
                break
            except DownloadError as error:
                reasons.append(f"{name_host(mirror)} {error}")
                order.append(order.pop(0))
            except OSError as error:
                reason = error.strerror or error
                raise DataError(f"{file.name}.gz cannot be written: {reason}") from None
        else:
            said = "; ".join(reasons) or "there is none"
            raise DataError(f"{file.name}.gz comes from no mirror: {said}")
    return contents


def _fetch_file(
    file: IdxFile, folder: Path, mirror: str, progress: Progress, patience: RetryPolicy
) -> Bytes:
    name = f"{file.name}.gz"
    url = f"{mirror.rstrip('/')}/{name}"

    def report(done: int, total: int | None) -> None:
        progress(name, done, total)

    with PartFile(folder, name, url) as part:
        mixed = download(url, part.file, file.largest_packed, report, patience)
        try:
            content = _check(part, file, name)
        except DownloadError:
            if not mixed:
                raise
            # The beginning may have been another version's; in one piece it may be right.
            download(url, part.file, file.largest_packed, report, patience)
            content = _check(part, file, name)
        part.accept()
        return content


def _check(part: PartFile, file: IdxFile, name: str) -> Bytes:
    """Reads what has come; nothing is left of a wrong file."""
    part.flush()
    try:
        return read_idx(part.path, file, packed=True, label=name)
    except DataError as error:
        part.file.truncate(0)
        raise DownloadError(f"has a wrong file: {error}") from None
