"""A shelf: blobs that outlive a restart, each under a short id made of its content."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
import os
import re
import threading
import time
import uuid
from pathlib import Path

logger = logging.getLogger(__name__)

#: 80 bits of the content's hash, in letters that no file system confuses.
_ID_LENGTH = 16
_ID = re.compile(rf"[a-z2-7]{{{_ID_LENGTH}}}")
#: What a file takes on a disk at least, so that many small ones are bounded too.
_BLOCK = 4096
#: What was being written for so long is left over from a server that was stopped.
_LEFT_OVER_SECONDS = 3600.0


class ShelfFullError(Exception):
    """A blob that is larger than the whole shelf, or a disk without room."""


class Shelf:
    """Keeps blobs as files of one folder.

    The same content has the same id, so storing twice takes no room. When there is no room
    left, those go that nobody has asked for longest.

    Args:
        folder: where; made when it is needed.
        max_bytes: of all blobs together, in whole blocks of the disk.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()

    def put(self, content: bytes) -> str:
        """Stores a blob and returns its id; one that is there counts as used again.

        Raises:
            ShelfFullError: there is no room for it.
        """
        name = _make_id(content)
        with self._lock:
            if self._read(name) == content:
                return name
            room = self._max_bytes - _size(len(content))
            if room < 0:
                raise ShelfFullError("the blob is larger than the shelf")
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._make_room(room)
                self._write(name, content)
            except OSError as error:
                logger.warning("the shelf cannot be written: %s", error)
                raise ShelfFullError("the shelf cannot be written") from None
        return name

    def get(self, name: str) -> bytes | None:
        """Returns a blob; None if there is no such one, or it is damaged."""
        if not _ID.fullmatch(name):
            return None
        content = self._read(name)
        return content if content is not None and _make_id(content) == name else None

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        try:
            content = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            # The time of use, which decides who goes first.
            os.utime(path)
        return content

    def _write(self, name: str, content: bytes) -> None:
        part = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            part.write_bytes(content)
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self, room: int) -> None:
        """Drops the blobs that have not been used for longest until the rest fit into `room`."""
        kept = []
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                if path.suffix == ".part":
                    if time.time() - stat.st_mtime > _LEFT_OVER_SECONDS:
                        path.unlink()
                elif _ID.fullmatch(path.name):
                    kept.append((stat.st_mtime_ns, _size(stat.st_size), path))
        taken = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if taken <= room:
                return
            path.unlink(missing_ok=True)
            taken -= size


def _make_id(content: bytes) -> str:
    digest = base64.b32encode(hashlib.sha256(content).digest()).decode().lower()
    return digest[:_ID_LENGTH]


def _size(length: int) -> int:
    return -(-length // _BLOCK) * _BLOCK
