"""Study files: SQLite files of searches, in one folder, bounded in number and size."""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import threading
from pathlib import Path

logger = logging.getLogger(__name__)

#: Studies that are kept; those that were not used for longest go first.
MAX_FILES = 256
#: What they may take together, bytes.
MAX_BYTES = 1 << 28
_ID = re.compile(r"[0-9a-f]{32}")


class StudyFiles:
    """Folder of studies; who knows an id may go on with its study.

    Args:
        folder: where; made when it is needed.
        max_files: that are kept.
        max_bytes: of all together.
    """

    def __init__(
        self, folder: Path, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES
    ) -> None:
        self._folder = folder
        self._max_files, self._max_bytes = max_files, max_bytes
        self._lock = threading.Lock()

    def create(self) -> tuple[str, Path | None]:
        """Returns the id of a new study, and its file; None where none can be written."""
        name = secrets.token_hex(16)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room()
            path = self._folder / f"{name}.db"
            path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            logger.warning("studies cannot be kept in %s: %s", self._folder, error)
            return name, None
        return name, path

    def find(self, name: str) -> Path | None:
        """Returns the file of a study; None if there is none (any more)."""
        path = self._folder / f"{name}.db"
        if not _ID.fullmatch(name) or not path.is_file():
            return None
        with contextlib.suppress(OSError):
            path.touch()
        return path

    def _make_room(self) -> None:
        """Removes the studies that were not used for longest, so that one more fits."""
        with self._lock:
            kept = sorted(
                ((stat := path.stat()).st_mtime, stat.st_size, path)
                for path in self._folder.glob("*.db")
            )
            total = sum(size for _, size, _ in kept)
            while kept and (len(kept) >= self._max_files or total > self._max_bytes):
                _, size, path = kept.pop(0)
                total -= size
                for old in (path, path.with_name(f"{path.name}-journal")):
                    old.unlink(missing_ok=True)
