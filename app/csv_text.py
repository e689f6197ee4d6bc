"""Text tables as people have them: which encoding, which delimiter, which rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

#: Ties go to the first: a comma is also a decimal point, and a blank stands beside the others.
DELIMITERS = ("\t", ";", "|", ",", " ")
_SAMPLE_ROWS = 30
_SHOWN = 40
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d{1,4})?", re.ASCII)


class CsvError(ValueError):
    """A table that cannot be used, with the first place that is at fault.

    Args:
        rule: the stable word for what is broken.
        message: one sentence for a person.
        details: `line` and `column` (from 1), `name` of the column, `value`, `count`, `limit`.
    """

    def __init__(self, rule: str, message: str, **details: int | str) -> None:
        place = ", ".join(f"{key} {details[key]}" for key in ("line", "column") if key in details)
        super().__init__(f"{place}: {message}" if place else message)
        self.rule = rule
        self.details = details


def decode_text(content: bytes) -> str:
    """Decodes UTF-8, or UTF-16 with or without its mark.

    Raises:
        CsvError: `encoding`.
    """
    try:
        return content.decode(_find_codec(content))
    except UnicodeDecodeError as error:
        line = 1 + content[: error.start].count(b"\n")
        raise CsvError("encoding", "this is neither UTF-8 nor UTF-16", line=line) from None


def _find_codec(content: bytes) -> str:
    for bom, codec in _BOMS.items():
        if content.startswith(bom):
            return codec
    # Without a mark: the first character is a Latin one, a digit or a sign.
    if content[:1] == b"\0":
        return "utf-16-be"
    return "utf-16-le" if content[1:2] == b"\0" else "utf-8"


def parse_number(cell: str, delimiter: str) -> float | None:
    """Returns the number in a cell; None if it is none.

    Args:
        cell: without blanks around it.
        delimiter: where this is no comma, one may stand for the decimal point.
    """
    cell = cell.replace("\N{MINUS SIGN}", "-")
    if delimiter != "," and _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    elif not _NUMBER.fullmatch(cell):
        return None
    number = float(cell) + 0.0  # makes -0.0 a 0.0
    return number if abs(number) != float("inf") else None


def read_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields the line where each row begins and its cells, without empty ones at its end.

    Raises:
        CsvError: `unreadable`.
    """
    if delimiter == " ":
        text = "\n".join(" ".join(line.split()) for line in _LINE_END.split(text))
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        skipinitialspace=delimiter != " ",
        strict=True,
    )
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            message = "this cannot be read; are its quotation marks closed?"
            raise CsvError("unreadable", message, line=line) from None
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield line, cells


def find_delimiter(text: str) -> str:
    """Returns the delimiter that gives the most numbers in rows of three cells or more."""
    scores = {delimiter: _count_numbers(text, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if any(scores[best]) else ","


def _count_numbers(text: str, delimiter: str) -> tuple[int, int]:
    """Counts numbers, and the rows that they could stand in, of the first rows."""
    numbers = rows = 0
    try:
        for _, cells in islice(read_rows(text, delimiter), _SAMPLE_ROWS):
            if len(cells) >= 3:
                rows += 1
                numbers += sum(parse_number(cell, delimiter) is not None for cell in cells)
    except CsvError:
        pass
    return numbers, rows


def shorten(cell: str) -> str:
    """Returns a cell as it can be quoted in a sentence."""
    short = cell if len(cell) <= _SHOWN else cell[: _SHOWN - 1] + "…"
    return short if short.isprintable() else ascii(short)[1:-1]
