"""Session objects: saved sessions in an object store, such as one that speaks S3, by fsspec.

An object is replaced as a whole by the store itself. It begins with when it was written and a
checksum, so nothing is asked of a store but to write, read and remove.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any

from app.files.session_files import MAX_BYTES, FileStatistics, name_file

logger = logging.getLogger(__name__)

#: Seconds since 1970, and the checksum of them and of the content.
_HEAD = struct.Struct("<dI")


class SessionObjects:
    """Saved sessions as objects below an address, named by a hash of the token.

    What nobody has come back to for long is of no use; the store itself has to remove it, by a rule
    for objects that are old. What cannot be written or read is logged once, until it works again.

    Args:
        url: such as `s3://bucket/livenet`; see fsspec for others.
        max_age: seconds after which an object is of no use.
    """

    def __init__(self, url: str, max_age: float) -> None:
        fsspec = importlib.import_module("fsspec")
        self._store: Any
        self._root: str
        self._store, self._root = fsspec.core.url_to_fs(url)
        self._max_age = max_age
        self._lock = threading.Lock()
        self._reported: set[str] = set()
        self._own: dict[str, tuple[bytes, int]] = {}
        self._written = self._failed = 0
        self._written_at: float | None = None

    def put(self, token: str, content: bytes) -> bool:
        """Writes the object of a session in the place of the one before; False if it cannot."""
        now = time.time()
        head = _HEAD.pack(now, _sum(now, content))
        done = len(content) <= MAX_BYTES
        if not done:
            self._report("size", "a session is too large to be saved")
        else:
            with self._watch("write") as failed:
                self._store.pipe_file(self._find(token), head + content)
            done = not failed
        with self._lock:
            if not done:
                self._failed += 1
                return False
            self._written, self._written_at = self._written + 1, now
            self._own[name_file(token)] = head, len(content)
            return True

    def get(self, token: str) -> bytes | None:
        """Returns what was saved of a session; None if that is nothing, too old or damaged."""
        found = b""
        with self._watch("read"):
            try:
                found = self._store.cat_file(self._find(token))
            except FileNotFoundError:
                return None
        if len(found) < _HEAD.size:
            return None
        written, checksum = _HEAD.unpack_from(found)
        content = found[_HEAD.size :]
        if checksum != _sum(written, content):
            self.refuse(token, "it is damaged")
            return None
        return content if time.time() - written <= self._max_age else None

    def statistics(self) -> FileStatistics:
        """Returns what this process has written, and keeps."""
        with self._lock:
            n_bytes = sum(size for _, size in self._own.values())
            known = self._written, self._failed, self._written_at
            return FileStatistics(len(self._own), n_bytes, *known)

    def refuse(self, token: str, reason: str) -> None:
        """Removes an object that cannot be used, and logs why."""
        self._report("content", f"a saved session cannot be used: {reason}")
        self._remove(token)

    def delete(self, token: str) -> None:
        """Removes the object of a session, unless another server has written it since."""
        with self._lock:
            own = self._own.pop(name_file(token), None)
        if own is None:
            return
        with self._watch("read"), contextlib.suppress(FileNotFoundError):
            if self._store.cat_file(self._find(token), start=0, end=_HEAD.size) == own[0]:
                self._remove(token)

    def _find(self, token: str) -> str:
        return f"{self._root}/{name_file(token)}"

    def _remove(self, token: str) -> None:
        with self._watch("write"), contextlib.suppress(FileNotFoundError):
            self._store.rm_file(self._find(token))

    @contextlib.contextmanager
    def _watch(self, what: str) -> Iterator[list[Exception]]:
        """Reports a problem of the store, whatever its library raises; yields those there were."""
        failed: list[Exception] = []
        try:
            yield failed
        except Exception as error:
            failed.append(error)
            self._report(what, f"saved sessions: {what} failed: {type(error).__name__}: {error}")
        else:
            self._reported.discard(what)

    def _report(self, what: str, text: str) -> None:
        """Logs a problem once, not with each session."""
        if what not in self._reported:
            self._reported.add(what)
            logger.warning("%s", text)


def _sum(written: float, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(struct.pack("<d", written)))
