"""Library of lessons: files `LANGUAGE/NAME.md` below some folders, read again when they change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from app.lessons.errors import LessonError
from app.lessons.lesson import MAX_BYTES, Lesson, read_lesson

#: The lessons that come with LiveNet.
OWN = Path(__file__).resolve().parents[2] / "lessons"
#: Lessons of one folder and language that are listed; a folder of a teacher may hold anything.
_MOST = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,8}")


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: tuple[float, int]
    lesson: Lesson | LessonError


class Library:
    """Lessons by language and name.

    Args:
        folders: where they are; the first one that has a name counts.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders or (OWN,)
        self._read: dict[Path, _Read] = {}

    def names(self) -> list[str]:
        """Returns the names of all lessons: own ones in their order, then others by name."""
        order = self._folders[0] / "order.txt"
        first = order.read_text(encoding="utf-8").split() if order.is_file() else []
        found = {name for folder in self._folders for name in _list_names(folder)}
        listed = [name for name in first if name in found]
        return [*listed, *sorted(found - {*listed})]

    def find(self, name: str, language: str) -> Lesson | None:
        """Returns a lesson, in English if there is none in the language; None if there is none.

        Raises:
            LessonError: its file breaks a rule.
        """
        if not _NAME.fullmatch(name):
            return None
        for spoken in dict.fromkeys((language, "en", "ko")):
            if not _LANGUAGE.fullmatch(spoken):
                continue
            for folder in self._folders:
                file = folder / spoken / f"{name}.md"
                if file.is_file():
                    return self._take(file)
        return None

    def _take(self, file: Path) -> Lesson:
        state = file.stat()
        stamp = state.st_mtime, state.st_size
        known = self._read.get(file)
        if known is None or known.stamp != stamp:
            with file.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
            lesson: Lesson | LessonError
            try:
                lesson = read_lesson(content)
            except LessonError as error:
                lesson = error
            known = self._read[file] = _Read(stamp, lesson)
        if isinstance(known.lesson, LessonError):
            raise known.lesson
        return known.lesson


def _list_names(folder: Path) -> list[str]:
    """Returns the names in all languages that a lesson may have; other files are left alone."""
    languages = [one for one in sorted(folder.iterdir()) if _LANGUAGE.fullmatch(one.name)]
    return [
        file.stem
        for language in languages
        for file in sorted(language.glob("*.md"))[:_MOST]
        if _NAME.fullmatch(file.stem) and file.is_file()
    ]
