"""Self-contained HTML document that plays a recording without a server."""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from app.pages.assets import PLOTLY, Assets
from app.pages.documents import Document
from app.pages.used_words import select_words

#: The module that the document starts with.
ENTRY = "pages/replay"
_GZIP_LEVEL = 9
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class RecordingShell:
    """Builds the document and caches it until one of its files changes.

    A page that was opened as a file cannot load modules beside it, so all of them are inside,
    as one compressed text.

    Args:
        assets: modules, style sheets and catalogues.
        answers: what a page asks the server for when it starts: name -> JSON value.
        render: makes the document of the template's variables.
    """

    def __init__(
        self,
        assets: Assets,
        answers: Callable[[], Mapping[str, Any]],
        render: Callable[..., str],
    ) -> None:
        self._assets = assets
        self._answers = answers
        self._render = render
        self._lock = threading.Lock()
        self._made: dict[tuple[str, bool], tuple[str, Document]] = {}

    def find(self, language: str, with_plotly: bool) -> Document:
        """Returns the document in a language, with Plotly inside or without it."""
        stamp = self._stamp()
        with self._lock:
            made = self._made.get((language, with_plotly))
            if made is None or made[0] != stamp:
                made = (stamp, self._make(language, with_plotly))
                self._made[language, with_plotly] = made
        return made[1]

    def _stamp(self) -> str:
        paths = [p for folder in ("js", "css", "i18n") for p in self._assets.list_files(folder, "")]
        return "".join(self._assets.url(path) for path in paths if "." in path)

    def _make(self, language: str, with_plotly: bool) -> Document:
        catalogues = self._assets.list_files("i18n", ".json")
        words = {PurePosixPath(path).stem: json.loads(self._read(path)) for path in catalogues}
        script = self._read(f"bundles/js/{ENTRY}.js")
        own = {name: select_words(script, every) for name, every in words.items()}
        styles = _strip_styles(self._read(f"bundles/css/{ENTRY}.css"))
        parts = {"script": script, "styles": styles, "words": own, **self._answers()}
        text = self._render(
            language=language,
            word=lambda key: words[language][key],
            icon=base64.b64encode(self._read("img/favicon.svg").encode()).decode(),
            parts=_pack(json.dumps(parts, ensure_ascii=False, separators=(",", ":"))),
            plotly=_pack(self._read(PLOTLY)) if with_plotly else "",
        )
        return Document(text.encode(), "text/plain; charset=utf-8")

    def _read(self, path: str) -> str:
        document = self._assets.find(path)
        if document is None:
            raise FileNotFoundError(f"no static file {path}")
        return document.content.decode()


def _strip_styles(text: str) -> str:
    """Returns a style sheet without comments and indentation."""
    lines = (line.strip() for line in _COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)


def _pack(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), _GZIP_LEVEL, mtime=0)).decode()
