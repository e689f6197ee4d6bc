"""A lesson, read from the text of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.lessons.blocks import split_blocks
from app.lessons.directives import DEFAULT_PANELS, Content, read_block
from app.lessons.errors import LessonError
from engine import parse_spec

#: Bytes of a file, steps of a lesson, blocks of a step.
MAX_BYTES, MAX_STEPS, MAX_BLOCKS = 128 << 10, 40, 24
_KEYS = {"title", "summary", "minutes"}
_FIELD = re.compile(r"([a-z]+):[ \t]*(.+)")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson.

    Attributes:
        title: of the lesson.
        summary: one sentence for the list.
        minutes: that it takes.
        steps: for each its `title` and `blocks`, as JSON.
    """

    title: str
    summary: str
    minutes: int
    steps: tuple[Content, ...]

    def describe(self) -> dict[str, Any]:
        """Returns the JSON for the page."""
        return {
            "title": self.title,
            "summary": self.summary,
            "minutes": self.minutes,
            "steps": list(self.steps),
        }


def read_lesson(content: bytes) -> Lesson:
    """Reads a lesson.

    Args:
        content: of its file, UTF-8.

    Raises:
        LessonError: it breaks a rule; the message begins with the line.
    """
    if len(content) > MAX_BYTES:
        raise LessonError(1, "size", most=MAX_BYTES >> 10)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError(line, "encoding") from None
    lines = text.replace("\r\n", "\n").split("\n")
    fields, first = _read_front_matter(lines)
    minutes = fields["minutes"]
    if not (minutes.isascii() and minutes.isdecimal() and len(minutes) < 3):
        raise LessonError(2, "minutes")
    return Lesson(fields["title"], fields["summary"], int(minutes), _read_steps(lines, first))


def _read_front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """Returns the fields, and the index of the first line behind them."""
    if lines[0].rstrip() != "---":
        raise LessonError(1, "begin")
    fields: dict[str, str] = {}
    for index, line in enumerate(lines[1:12], 1):
        if line.rstrip() == "---":
            if missing := _KEYS - fields.keys():
                raise LessonError(index + 1, "missing", names=", ".join(sorted(missing)))
            return fields, index + 1
        found = _FIELD.fullmatch(line.rstrip())
        if found is None or found[1] not in _KEYS or len(line) > 300:
            raise LessonError(index + 1, "head", known=", ".join(sorted(_KEYS)))
        fields[found[1]] = found[2].strip()
    raise LessonError(1, "head_end")


def _read_steps(lines: list[str], first: int) -> tuple[Content, ...]:
    begins = [i for i in range(first, len(lines)) if lines[i].startswith("## ")]
    if not begins:
        raise LessonError(len(lines), "no_steps")
    if len(begins) > MAX_STEPS:
        raise LessonError(begins[MAX_STEPS] + 1, "steps", most=MAX_STEPS)
    for i in range(first, begins[0]):
        if lines[i].strip():
            raise LessonError(i + 1, "outside")
    ends = [*begins[1:], len(lines)]
    steps = tuple(_read_step(lines, *pair) for pair in zip(begins, ends, strict=True))
    _check_drawings(steps)
    return steps


def _check_drawings(steps: tuple[Content, ...]) -> None:
    """Refuses a boundary that is to be drawn where none is shown, or where there is none."""
    spec, panels = parse_spec({}), DEFAULT_PANELS
    for step in steps:
        blocks = {block["kind"]: block for block in step["blocks"]}
        if "state" in blocks:
            spec = parse_spec(blocks["state"]["spec"])
        if "figure" in blocks:
            panels = blocks["figure"]["panels"]
        if blocks.get("predict", {}).get("draw") is None:
            continue
        if "boundary" not in panels:
            raise LessonError(step["line"], "draw_panel")
        if spec.task == "regression" or spec.data.is_images:
            raise LessonError(step["line"], "draw_classes")


def _read_step(lines: list[str], begin: int, end: int) -> Content:
    blocks = list(split_blocks(lines[begin + 1 : end], begin + 2))
    if len(blocks) > MAX_BLOCKS:
        raise LessonError(blocks[MAX_BLOCKS].line, "blocks", most=MAX_BLOCKS)
    read = [read_block(block) for block in blocks]
    for kind in ("state", "figure", "goal", "predict"):
        if sum(block["kind"] == kind for block in read) > 1:
            raise LessonError(begin + 1, "once", kind=kind)
    return {"title": lines[begin][3:].strip(), "line": begin + 1, "blocks": read}
