"""Session files: one file for each saved session, replaced as a whole, bounded in all ways."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
import os
import re
import struct
import threading
import time
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

MAX_FILES = 4096
#: The longest file; the largest network for images with its moments fits.
MAX_BYTES = 1 << 26
#: How often the folder is looked through for what is too old or too much.
SWEEP_SECONDS = 30.0
#: A file from so far in the future says that the clock was set back.
_SKEW_SECONDS = 60.0
_BLOCK = 4096
_CHECKSUM = struct.Struct("<I")
_NAME = re.compile(r"[a-z2-7]{32}")
_PART = re.compile(r"[0-9a-f]{32}\.part")


@dataclass(frozen=True, slots=True)
class _Kept:
    written: float
    size: int


@dataclass(frozen=True, slots=True)
class FileStatistics:
    """Files that are kept and their bytes, and what was written so far.

    Attributes:
        files: that are kept.
        n_bytes: of them, in whole blocks of the disk.
        written: so far.
        failed: files that could not be written.
        written_at: when the last one was, seconds since 1970; None before the first.
    """

    files: int
    n_bytes: int
    written: int
    failed: int
    written_at: float | None


class SessionFiles:
    """Folder of saved sessions: a checksum and the content, named by a hash of the token.

    A file is written beside its place, brought to the disk, and then put there, so that there is
    always a whole one. Files that are too old go, and the oldest ones where there are too many or
    too large ones. What cannot be written or read is logged once, until it works again.

    Args:
        folder: where; made when it is needed.
        max_bytes: of all files together, in whole blocks of the disk.
        max_age: seconds after which a file is of no use.
    """

    def __init__(self, folder: Path, max_bytes: int, max_age: float) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._lock = threading.Lock()
        self._reported: set[str] = set()
        self._own: dict[str, tuple[int, int]] = {}
        self._kept: dict[str, _Kept] = {}
        self._swept_at = -SWEEP_SECONDS
        self._written = self._failed = 0
        self._written_at: float | None = None

    def put(self, token: str, content: bytes) -> bool:
        """Writes the file of a session in the place of the one before; False if it cannot be."""
        name, size = name_file(token), _count_blocks(_CHECKSUM.size + len(content))
        if len(content) > MAX_BYTES or size > self._max_bytes:
            self._report("size", "a session is too large to be saved (%d bytes)", len(content))
            self._failed += 1
            return False
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._make_room(name, size)
                self._write(name, content)
            except OSError as error:
                self._report("write", "sessions cannot be saved: %s", error)
                self._failed += 1
                return False
            self._written_at = time.time()
            self._written += 1
            self._kept[name] = _Kept(self._written_at, size)
            self._reported.discard("write")
            return True

    def get(self, token: str) -> bytes | None:
        """Returns what was saved of a session; None if that is nothing, too old or damaged."""
        path = self._folder / name_file(token)
        try:
            with path.open("rb") as file:
                age = time.time() - os.fstat(file.fileno()).st_mtime
                content = file.read(_CHECKSUM.size + MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._report("read", "saved sessions cannot be read: %s", error)
            return None
        if age < -_SKEW_SECONDS:
            self._report("clock", "the clock was set back: a saved session is %d s ahead", -age)
        if age > self._max_age:
            return None
        body = _check(content)
        if body is None:
            self.refuse(token, "it is damaged")
        return body

    def statistics(self) -> FileStatistics:
        """Returns what is kept, as far as this process knows, and what it has written."""
        with self._lock:
            n_bytes = sum(one.size for one in self._kept.values())
            known = self._written, self._failed, self._written_at
            return FileStatistics(len(self._kept), n_bytes, *known)

    def refuse(self, token: str, reason: str) -> None:
        """Removes a file that cannot be used, and logs why."""
        self._report("content", "a saved session cannot be used: %s", reason)
        with contextlib.suppress(OSError):
            (self._folder / name_file(token)).unlink()

    def delete(self, token: str) -> None:
        """Removes the file of a session, unless another server has written it since."""
        name = name_file(token)
        with self._lock, contextlib.suppress(OSError):
            own = self._own.pop(name, None)
            self._kept.pop(name, None)
            if own is not None and own == _stamp(os.stat(self._folder / name)):
                (self._folder / name).unlink()

    def _write(self, name: str, content: bytes) -> None:
        part = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            with part.open("xb") as file:
                file.write(_CHECKSUM.pack(zlib.crc32(content)))
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                self._own[name] = _stamp(os.fstat(file.fileno()))
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self, name: str, size: int) -> None:
        """Removes files that are too old, then the oldest, until one more fits."""
        now = time.monotonic()
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            self._look_through()
        self._kept.pop(name, None)
        total = size + sum([one.size for one in self._kept.values()])
        if total <= self._max_bytes and len(self._kept) < MAX_FILES:
            return
        oldest = sorted(self._kept, key=lambda each: self._kept[each].written, reverse=True)
        while oldest and (total > self._max_bytes or len(oldest) >= MAX_FILES):
            gone = oldest.pop()
            total -= self._kept.pop(gone).size
            self._own.pop(gone, None)
            (self._folder / gone).unlink(missing_ok=True)

    def _look_through(self) -> None:
        """Reads what is in the folder; others may write there, too. Removes what is too old."""
        self._kept, now = {}, time.time()
        for path in self._folder.iterdir():
            if not (_NAME.fullmatch(path.name) or _PART.fullmatch(path.name)):
                continue
            with contextlib.suppress(FileNotFoundError):
                found = path.lstat()
                if now - found.st_mtime > self._max_age:
                    path.unlink()
                elif _NAME.fullmatch(path.name):
                    self._kept[path.name] = _Kept(found.st_mtime, _count_blocks(found.st_size))
        self._own = {name: own for name, own in self._own.items() if name in self._kept}

    def _report(self, what: str, text: str, *values: object) -> None:
        """Logs a problem once, not with each session."""
        if what not in self._reported:
            self._reported.add(what)
            logger.warning(text, *values)


def _check(content: bytes) -> bytes | None:
    """Returns what a file holds; None if it is damaged."""
    body = content[_CHECKSUM.size :]
    whole = content[: _CHECKSUM.size] == _CHECKSUM.pack(zlib.crc32(body))
    return body if whole and len(body) <= MAX_BYTES else None


def name_file(token: str) -> str:
    """Returns the name of a session's file; who reads the folder learns no token."""
    digest = hashlib.sha256(b"livenet-session" + token.encode(errors="replace")).digest()
    return base64.b32encode(digest[:20]).decode().lower()


def _stamp(found: os.stat_result) -> tuple[int, int]:
    return found.st_ino, found.st_mtime_ns


def _count_blocks(length: int) -> int:
    return -(-length // _BLOCK) * _BLOCK
