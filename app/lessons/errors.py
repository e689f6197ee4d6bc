"""What is wrong with a lesson."""

from __future__ import annotations


class LessonError(ValueError):
    """A lesson that cannot be read.

    Args:
        line: of the file, from 1.
        message: one line for its author.
    """

    code = "invalid_lesson"

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = f"line {line}: {message}"
