"""Blocks of a step, as lines of the file: prose, and directives from `:::name` to `:::`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.lessons.errors import LessonError

_OPEN = re.compile(r":::([a-z]+)(?:[ \t]+(.*))?")


@dataclass(frozen=True, slots=True)
class Block:
    """Prose, or a directive.

    Attributes:
        name: of the directive; "" for prose.
        line: its first line in the file, from 1.
        argument: what stands behind the directive's name.
        body: its lines.
    """

    name: str
    line: int
    argument: str
    body: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.body).strip()


def split_blocks(lines: list[str], first: int) -> Iterator[Block]:
    """Splits the lines of a step.

    Args:
        lines: of the step, behind its heading.
        first: the number of the first one in the file.

    Raises:
        LessonError: a directive does not end, or stands in another one.
    """
    prose: list[str] = []
    begun = first
    inside: tuple[str, int, str] | None = None
    body: list[str] = []
    for number, line in enumerate(lines, first):
        found = _OPEN.fullmatch(line.rstrip())
        if inside is None:
            if line.rstrip() == ":::":
                raise LessonError(number, "end_alone")
            if found is None:
                if line.startswith(":::"):
                    raise LessonError(number, "directive_form")
                prose.append(line)
                continue
            if any(one.strip() for one in prose):
                yield Block("", begun, "", tuple(prose))
            inside, body = (found[1], number, (found[2] or "").strip()), []
        elif line.rstrip() == ":::":
            name, at, argument = inside
            yield Block(name, at, argument, tuple(body))
            inside, prose, begun = None, [], number + 1
        elif line.startswith(":::"):
            raise LessonError(number, "not_ended", name=inside[0], first=inside[1])
        else:
            body.append(line)
    if inside is not None:
        raise LessonError(inside[1], "no_end", name=inside[0])
    if any(one.strip() for one in prose):
        yield Block("", begun, "", tuple(prose))
