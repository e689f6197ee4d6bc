"""Part files: partial downloads, until they are complete and checked."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

#: Seconds after which a part file whose owner was killed is taken away.
_FORGOTTEN = 86_400


class PartFile:
    """Part file, locked by one download while it is open.

    What is left of a download rests under a name made of the file's and the address's. Who
    goes on with it renames it first: that succeeds for one, and everybody else begins anew,
    so two downloads of the same file never write to one part. Leaving the context gives what
    there is back for the next time, and takes an empty part away.

    Attributes:
        path: where it is while it is open.
        file: open for appending.
    """

    def __init__(self, folder: Path, name: str, url: str) -> None:
        self._folder, self._name = folder, name
        key = hashlib.sha256(url.encode()).hexdigest()[:8]
        self._rest = folder / f"{name}.{key}.part"
        self.path = folder / f"{name}.{key}.{secrets.token_hex(4)}.part"
        folder.mkdir(parents=True, exist_ok=True)
        self._remove(f"{name}.*.*.part", older_than=_FORGOTTEN)
        with suppress(FileNotFoundError):
            os.replace(self._rest, self.path)
        self.file = self.path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A full disk may refuse what is still in the buffer; the part is then as long as it is.
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            if self.path.stat().st_size:
                os.replace(self.path, self._rest)
            else:
                self.path.unlink()

    def flush(self) -> None:
        """Writes everything to the disk itself."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def accept(self) -> None:
        """Gives the file its final name, and takes away what else is left of it."""
        self.file.close()
        os.replace(self.path, self._folder / self._name)
        self._remove(f"{self._name}.{'[0-9a-f]' * 8}.part", older_than=0)

    def _remove(self, pattern: str, older_than: float) -> None:
        now = time.time()
        for path in self._folder.glob(pattern):
            with suppress(OSError):
                if now - path.stat().st_mtime >= older_than:
                    path.unlink()
