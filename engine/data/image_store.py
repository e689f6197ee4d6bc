"""Image store: loads each image set once, with its loading status."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.base.errors import DataError
from engine.base.program_cache import ProgramCache
from engine.data.image_data import ImageData, hold_out, put_images
from engine.data.images import Progress, find_cache_dir, load_images

State = Literal["absent", "loading", "ready", "failed"]


@dataclass(frozen=True)
class Status:
    """Loading status of an image set.

    Attributes:
        state: absent until somebody asks for it.
        done: bytes of the file that is being downloaded.
        total: of how many; 0 if that is not known, or nothing is downloaded.
        message: why it failed, for a person.
    """

    state: State = "absent"
    done: int = 0
    total: int = 0
    message: str = ""


class ImageStore:
    """Loads image sets and caches them.

    Args:
        cache_dir: where downloads are kept.
        data_dir: the user's own files.
        mirrors: where to download from instead of the published addresses.
        progress: told about downloads, besides `status`.
    """

    def __init__(
        self,
        cache_dir: Path,
        data_dir: Path | None = None,
        mirrors: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._cache_dir, self._data_dir = cache_dir, data_dir
        self._mirrors, self._progress = mirrors, progress
        self._sets = ProgramCache(size=8)
        self._lock = threading.Lock()
        self._status: dict[str, Status] = {}
        self._asked: dict[Hashable, str] = {}

    @classmethod
    def of_environment(
        cls,
        environ: Mapping[str, str] = os.environ,
        progress: Progress | None = None,
        mirrors: Sequence[str] | None = None,
    ) -> ImageStore:
        """Returns the store in the usual places: `LIVENET_DATA_DIR`, and the user's cache."""
        data_dir = environ.get("LIVENET_DATA_DIR", "").strip()
        folder = Path(data_dir) if data_dir else None
        return cls(find_cache_dir(environ), folder, mirrors, progress)

    @classmethod
    def of_folder(cls, data_dir: Path | None, progress: Progress | None = None) -> ImageStore:
        """Returns the store in the usual places, or with another folder for the user's files."""
        environ = {**os.environ}
        if data_dir is not None:
            environ["LIVENET_DATA_DIR"] = str(data_dir)
        return cls.of_environment(environ, progress)

    def status(self, name: str) -> Status:
        """Returns the loading status of a set."""
        with self._lock:
            return self._status.get(name, Status())

    def peek(self, name: str) -> ImageData | None:
        """Returns a loaded set, else None."""
        return self._sets.peek(name)

    def get(self, name: str) -> ImageData:
        """Returns a set; finds, downloads or reads it if need be.

        Raises:
            DataError: it cannot be had.
        """
        return self._sets.get(name, lambda: self._load(name))

    def get_held_out(self, name: str) -> ImageData:
        """Returns a set whose test images are train images that were set aside, see `hold_out`.

        Raises:
            DataError: it cannot be had.
        """
        whole = self.get(name)
        return self._sets.get(("held out", name), lambda: put_images(hold_out(whole.images)))

    def request(self, owner: Hashable, name: str) -> None:
        """Loads a set in the background; see `status`.

        Args:
            owner: who asks; it may ask again and again until the set is there.
            name: of the set.

        Raises:
            DataError: it could not be had since the owner asked first; the next time it is
                tried anew.
        """
        with self._lock:
            status = self._status.get(name, Status())
            if self._asked.get(owner) == name and status.state == "failed":
                del self._asked[owner]
                raise DataError(status.message, "data.name")
            self._asked[owner] = name
            if status.state in ("absent", "failed"):
                self._status[name] = Status("loading")
        self._sets.request(owner, name, lambda: self._load(name))

    def withdraw(self, owner: Hashable) -> None:
        """Cancels a request that has not begun."""
        with self._lock:
            self._asked.pop(owner, None)
        self._sets.withdraw(owner)

    def close(self) -> None:
        """Stops loading in the background."""
        self._sets.close()

    def _load(self, name: str) -> ImageData:
        self._tell(name, Status("loading"))

        def report(file: str, done: int, total: int | None) -> None:
            self._tell(name, Status("loading", done, total or 0))
            if self._progress is not None:
                self._progress(file, done, total)

        try:
            images = load_images(
                name, self._cache_dir, self._data_dir, mirrors=self._mirrors, progress=report
            )
        except DataError as error:
            self._tell(name, Status("failed", message=error.message))
            raise
        data = put_images(images)
        self._tell(name, Status("ready"))
        return data

    def _tell(self, name: str, status: Status) -> None:
        with self._lock:
            self._status[name] = status
