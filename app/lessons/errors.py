"""What is wrong with a lesson."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

_ENGLISH = Path(__file__).resolve().parents[2] / "static" / "i18n" / "en.json"


class LessonError(ValueError):
    """A lesson that cannot be read.

    Args:
        line: of the file, from 1.
        mistake: what is wrong, by a name; `lessons.mistake.NAME` are its words.
        **values: what they are filled with.

    Attributes:
        message: one line for its author, in English.
    """

    code = "invalid_lesson"

    def __init__(self, line: int, mistake: str, **values: str | int) -> None:
        self.line = line
        self.mistake = mistake
        self.values = values
        self.message = self.describe(_read_english().__getitem__)
        super().__init__(self.message)

    def describe(self, say: Callable[[str], str]) -> str:
        """Returns the line for its author.

        Args:
            say: returns the words of a key, in the language of the author.
        """
        text = _fill(say(f"lessons.mistake.{self.mistake}"), self.values)
        return _fill(say("lessons.mistake"), {"line": self.line, "text": text})


def _fill(text: str, values: dict[str, str | int]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


@cache
def _read_english() -> dict[str, str]:
    return json.loads(_ENGLISH.read_text(encoding="utf-8"))
