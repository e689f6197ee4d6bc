"""Bundles: a module of the page and all that it imports as one script, style sheets as one.

A page asks for one file in place of two hundred, and the modules stay as they are written. What
they may contain is what these patterns read: named imports at the start of a line, exported
declarations, no circles.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.pages.documents import Document

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*?|const|class) (\w+)", re.MULTILINE)
#: What none of the two has read: at the start of a line, or an import that is asked for later.
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport\s*[(.].*", re.MULTILINE)
#: Comments that stand alone; a page has no use for them, and they are a fifth of its bytes.
_COMMENT = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/\n", re.MULTILINE | re.DOTALL)
_SHEET = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)

_HEAD = "const modules = {};\n"
#: Whoever imports the script has its modules, such as a test.
_TAIL = "export default modules;\n"


class UnreadableModuleError(ValueError):
    """A module with an import or export that is not of the usual form."""


@dataclass(frozen=True, slots=True)
class _Bundle:
    parts: dict[str, Document]
    document: Document


class Bundles:
    """The bundles that were asked for, each made anew when one of its parts has changed.

    Args:
        find: finds a static file by its path, such as `js/pages/embed.js`.
    """

    def __init__(self, find: Callable[[str], Document | None]) -> None:
        self._find = find
        self._made: dict[str, _Bundle] = {}

    def find(self, path: str) -> Document | None:
        """Returns the bundle of a module or style sheet; None if there is no such file."""
        made = self._made.get(path)
        if made and all(self._find(part) is document for part, document in made.parts.items()):
            return made.document
        document = self._find(path)
        if document is None:
            return None
        parts: dict[str, Document] = {}
        sheet = path.endswith(".css")
        text = self._join_sheets(path, parts) if sheet else self._join_modules(path, parts)
        joined = Document(text.encode(), document.media_type)
        self._made[path] = _Bundle(parts, joined)
        return joined

    def list_modules(self, path: str) -> list[str]:
        """Returns the names of a module and all that it imports, each behind those it imports."""
        parts: dict[str, Document] = {}
        self._join_modules(path, parts)
        return [_name(part) for part in parts]

    def _read(self, path: str) -> Document:
        document = self._find(path)
        if document is None:
            raise FileNotFoundError(f"no static file {path}")
        return document

    def _join_modules(self, entry: str, parts: dict[str, Document]) -> str:
        def visit(path: str) -> str:
            document = self._read(path)
            source = document.content.decode()
            imported = [f"js/{found[1]}.js" for found in _IMPORT.findall(source)]
            before = "".join(visit(part) for part in imported if part not in parts)
            parts[path] = document
            return before + _wrap(_name(path), source)

        return _HEAD + visit(entry) + _TAIL

    def _join_sheets(self, entry: str, parts: dict[str, Document]) -> str:
        def include(found: re.Match[str]) -> str:
            return join(f"css/{found[1]}").rstrip()

        def join(path: str) -> str:
            parts[path] = self._read(path)
            return _SHEET.sub(include, parts[path].content.decode())

        return join(entry)


def _name(path: str) -> str:
    """The name that others import a module by."""
    return PurePosixPath(path).relative_to("js").with_suffix("").as_posix()


def _wrap(name: str, source: str) -> str:
    """A module as a function that is called at once and returns what the module exports."""

    def take(found: re.Match[str]) -> str:
        return f'const {{{found[1].replace(" as ", ": ")}}} = modules["{found[2]}"];'

    exported = ", ".join(found[1] for found in _EXPORT.findall(source))
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(take, _COMMENT.sub("", source)))
    other = _OTHER.search(body)
    if other:
        raise UnreadableModuleError(f"{name}: {other[0]}")
    return f'modules["{name}"] = (() => {{\n{body}return {{ {exported} }};\n}})();\n'
