"""Blob store: content-addressed files with short ids, which survive a restart."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import heapq
import logging
import os
import re
import stat
import threading
import time
import uuid
from collections import defaultdict
from pathlib import Path

from app.limits.storage_quotas import StorageQuotas

logger = logging.getLogger(__name__)

#: 80 bits of the content's hash, in letters that no file system confuses.
_ID_LENGTH = 16
_ID = re.compile(rf"[a-z2-7]{{{_ID_LENGTH}}}")
#: What a file takes on a disk at least, so that many small ones are bounded too.
_BLOCK = 4096
#: What was being written for so long is left over from a server that was stopped.
_LEFT_OVER_SECONDS = 3600.0


class BlobStoreFullError(Exception):
    """The blob is larger than the store, or the disk is full."""


class StorageQuotaError(Exception):
    """The client has used up its storage quota for now.

    Args:
        seconds: how long it should wait.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class BlobStore:
    """Content-addressed store of blobs, as files of one folder.

    The same content has the same id, so storing twice takes no room. When there is no room
    left, whoever has stored most gives way: of theirs, those go that nobody has asked for
    longest. An empty file `ID.OWNER` beside a blob says whose it is.

    Args:
        folder: where; made when it is needed.
        max_bytes: of all blobs together, in whole blocks of the disk.
        quotas: bounds what each client stores, and names owners; without it nobody owns
            anything.
    """

    def __init__(self, folder: Path, max_bytes: int, quotas: StorageQuotas | None = None) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._quotas = quotas
        self._lock = threading.Lock()
        self._failing = False

    def put(self, content: bytes, client: str = "") -> str:
        """Stores a blob and returns its id; one that is there counts as used again.

        Args:
            content: the blob.
            client: who stores it; see `app.web.clients`.

        Raises:
            BlobStoreFullError: there is no room for it.
            StorageQuotaError: this client has stored too much lately.
        """
        name = _make_id(content)
        with self._lock:
            if self._read(name) == content:
                return name
            size = _size(len(content))
            if size > self._max_bytes:
                raise BlobStoreFullError("the blob is larger than the blob store")
            owner = ""
            if self._quotas is not None:
                seconds = self._quotas.charge(client, size)
                if seconds:
                    raise StorageQuotaError(seconds)
                owner = self._quotas.name_owner(client)
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._make_room(size, owner)
                self._write(name, content, owner)
            except OSError as error:
                # Said once, not with each request.
                if not self._failing:
                    logger.warning("the blob store cannot be written: %s", error)
                self._failing = True
                raise BlobStoreFullError("the blob store cannot be written") from None
            self._failing = False
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

    def _write(self, name: str, content: bytes, owner: str) -> None:
        part = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            part.write_bytes(content)
            if owner:
                (self._folder / f"{name}.{owner}").touch()
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self, size: int, owner: str) -> None:
        """Evicts blobs until `size` bytes fit: of the owner who has most, oldest first."""
        blobs: dict[str, tuple[int, int]] = {}
        owners: dict[str, str] = {}
        left_over: dict[str, Path] = {}
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                found = path.lstat()
                if not stat.S_ISREG(found.st_mode):
                    continue
                old = time.time() - found.st_mtime > _LEFT_OVER_SECONDS
                name, _, suffix = path.name.partition(".")
                if suffix == "part":
                    if old:
                        path.unlink()
                elif not _ID.fullmatch(name):
                    continue
                elif suffix:
                    owners[name] = suffix
                    if old:
                        left_over[name] = path
                else:
                    blobs[name] = (found.st_mtime_ns, _size(found.st_size))
        for name in left_over.keys() - blobs.keys():
            left_over[name].unlink(missing_ok=True)
        excess = sum(each for _, each in blobs.values()) + size - self._max_bytes
        if excess > 0:
            self._drop(excess, blobs, owners, {owner: size} if owner else {})

    def _drop(
        self,
        excess: int,
        blobs: dict[str, tuple[int, int]],
        owners: dict[str, str],
        coming: dict[str, int],
    ) -> None:
        """Evicts blobs of `excess` bytes.

        Args:
            excess: how much has to go at least.
            blobs: when each was used last, and its size.
            owners: whose they are; a blob without owner stands alone.
            coming: bytes that an owner is about to have besides.
        """
        owned: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for name, (used, size) in blobs.items():
            owned[owners.get(name, name)].append((used, size, name))
        heap = []
        for owner, mine in owned.items():
            mine.sort(reverse=True)
            total = sum(size for _, size, _ in mine) + coming.get(owner, 0)
            heap.append((-total, mine[-1][0], owner))
        heapq.heapify(heap)
        while excess > 0 and heap:
            total, _, owner = heapq.heappop(heap)
            mine = owned[owner]
            _, size, name = mine.pop()
            (self._folder / name).unlink(missing_ok=True)
            if name in owners:
                (self._folder / f"{name}.{owners[name]}").unlink(missing_ok=True)
            excess -= size
            if mine:
                heapq.heappush(heap, (total + size, mine[-1][0], owner))


def _make_id(content: bytes) -> str:
    digest = base64.b32encode(hashlib.sha256(content).digest()).decode().lower()
    return digest[:_ID_LENGTH]


def _size(length: int) -> int:
    return -(-length // _BLOCK) * _BLOCK
