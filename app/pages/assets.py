"""Static files under URLs with a content hash, cached for ever."""

from __future__ import annotations

import importlib.util
import mimetypes
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.pages.bundles import Bundles
from app.pages.documents import Document

PLOTLY = "plotly.min.js"

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

#: Below it, a module or style sheet has all that it imports inside.
_BUNDLES = "bundles/"
_LOADED = tuple(f"{_BUNDLES}js/pages/{page}.js" for page in ("playground", "embed"))


@dataclass(frozen=True, slots=True)
class _CachedFile:
    file: Path
    stamp: tuple[int, int]
    document: Document


class Assets:
    """Static files of a folder and of Python packages, such as Plotly's script.

    A file that changes on disk gets a new hash with the next page.

    Args:
        root: the folder.
        prefix: where its URLs begin.
        packaged: more files that lie elsewhere: path, as in a URL -> file.
    """

    def __init__(
        self, root: Path, prefix: str = "/static", packaged: Mapping[str, Path] | None = None
    ) -> None:
        self._root = root.resolve()
        self._prefix = prefix
        self._packaged = {PLOTLY: _find_plotly(), **(packaged or {})}
        self._lock = threading.Lock()
        self._files: dict[str, _CachedFile] = {}
        self._bundles = Bundles(self.find)

    def url(self, path: str) -> str:
        """Returns the URL of a file, such as `js/pages/playground.js`.

        Raises:
            FileNotFoundError: there is no such file.
        """
        document = self.find(path)
        if document is None:
            raise FileNotFoundError(f"no static file {path}")
        return f"{self._prefix}/{document.digest}/{path}"

    def find(self, path: str) -> Document | None:
        """Returns the present content of a file; None if there is no such file."""
        if path.startswith(_BUNDLES):
            return self._bundles.find(path.removeprefix(_BUNDLES))
        try:
            read = self._files.get(path)
            file = read.file if read else self._locate(path)
            if file is None:
                return None
            status = file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            with self._lock:
                read = self._files.get(path)
                if read is None or read.stamp != stamp:
                    document = Document(file.read_bytes(), _media_type(file))
                    read = self._files[path] = _CachedFile(file, stamp, document)
        except (OSError, ValueError):
            return None
        return read.document

    def _locate(self, path: str) -> Path | None:
        packaged = self._packaged.get(path)
        file = packaged or (self._root / path).resolve()
        return file if packaged or file.is_relative_to(self._root) else None

    def list_files(self, folder: str, suffix: str) -> list[str]:
        """Returns the paths of all files of one kind below a folder, sorted."""
        files = (self._root / folder).rglob(f"*{suffix}")
        return sorted(file.relative_to(self._root).as_posix() for file in files)

    def list_modules(self, entry: str) -> list[str]:
        """Returns the names of a module and all that it imports, each behind those it imports."""
        return self._bundles.list_modules(f"js/{entry}.js")

    def bundle_url(self, path: str) -> str:
        """Returns the URL of a module or style sheet with all that it imports inside."""
        return self.url(f"{_BUNDLES}{path}")

    def page_config(self, root: str) -> dict[str, object]:
        """Returns the page's configuration: URLs of Plotly, catalogues and stream.

        Args:
            root: the sub-path that the server is shown under; empty for none.
        """
        catalogues = self.list_files("i18n", ".json")
        return {
            "plotly": root + self.url(PLOTLY),
            "catalogues": {Path(path).stem: root + self.url(path) for path in catalogues},
            "stream": f"{root}/api/stream",
        }

    def compress_ahead(self, folder: Path) -> None:
        """Compresses what pages load with brotli, or takes it from the cache folder."""
        for path in (*_LOADED, PLOTLY):
            document = self.find(path)
            if document is not None:
                document.compress_ahead(folder)


def _find_plotly() -> Path:
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the plotly package is not installed")
    return Path(spec.origin).parent / "package_data" / PLOTLY


def _media_type(file: Path) -> str:
    guessed = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    return guessed or "application/octet-stream"
