"""Static files under URLs with a content hash, cached for ever."""

from __future__ import annotations

import importlib.util
import mimetypes
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.pages.documents import Document

PLOTLY = "plotly.min.js"

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


#: The name in an import line of a module of the page.
_IMPORT = re.compile(rb"""^\s*(?:import|export)\b[^"';]*?["']([^"']+)["'];?\s*$""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _CachedFile:
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
        try:
            packaged = self._packaged.get(path)
            file = packaged or (self._root / path).resolve()
            if not packaged and not file.is_relative_to(self._root):
                return None
            status = file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            with self._lock:
                read = self._files.get(path)
                if read is None or read.stamp != stamp:
                    read = _CachedFile(stamp, Document(file.read_bytes(), _media_type(file)))
                    self._files[path] = read
        except (OSError, ValueError):
            return None
        return read.document

    def list_files(self, folder: str, suffix: str) -> list[str]:
        """Returns the paths of all files of one kind below a folder, sorted."""
        files = (self._root / folder).rglob(f"*{suffix}")
        return sorted(file.relative_to(self._root).as_posix() for file in files)

    def import_map(self) -> dict[str, dict[str, str]]:
        """Returns the import map: path below js/ without `.js` -> URL."""
        modules = self.list_files("js", ".js")
        return {"imports": {path[len("js/") : -len(".js")]: self.url(path) for path in modules}}

    def module_urls(self, entry: str) -> list[str]:
        """Returns the URLs of a module and its imports, for `modulepreload`.

        Args:
            entry: name of the module, as others import it.
        """
        return [self.url(f"js/{name}.js") for name in self.module_sources(entry)]

    def module_sources(self, entry: str) -> dict[str, str]:
        """Returns a module and all that it needs: name -> source, sorted by name.

        Args:
            entry: name of the module, as others import it.
        """
        found: dict[str, str] = {}
        waiting = [entry]
        while waiting:
            name = waiting.pop()
            document = self.find(f"js/{name}.js")
            if name in found or document is None:
                continue
            found[name] = document.content.decode()
            waiting += [each.decode() for each in _IMPORT.findall(document.content)]
        return dict(sorted(found.items()))

    def page_config(self) -> dict[str, object]:
        """Returns the page's configuration: URLs of Plotly, catalogues and stream."""
        catalogues = self.list_files("i18n", ".json")
        return {
            "plotly": self.url(PLOTLY),
            "catalogues": {Path(path).stem: self.url(path) for path in catalogues},
            "stream": "/api/stream",
        }

    def compress_plotly(self, folder: Path) -> None:
        """Compresses Plotly's script with brotli, or takes it from the cache folder."""
        document = self.find(PLOTLY)
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
