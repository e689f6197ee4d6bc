"""CSV reader for real-world files: detects encoding and delimiter, yields rows."""

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
#: Of a row, when the delimiter is looked for: no table of points is so wide.
_SAMPLE_CELLS = 1000
_SAMPLE_CHARS = 1 << 16
_SHOWN = 40
#: A line without quotation marks that is longer may have a cell that is longer than `csv` reads.
_LONGEST_PLAIN = 1 << 17
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: How a number may begin.
_FIRST = frozenset("+-\N{MINUS SIGN}.,0123456789")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
#: What is no delimiter.
_CELL = re.compile(r"[^\s;|,]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d{1,4})?", re.ASCII)


class CsvError(ValueError):
    """A table that cannot be read, with the position of the first fault.

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
    if cell[:1] not in _FIRST:
        return None
    cell = cell.replace("\N{MINUS SIGN}", "-")
    if delimiter != "," and _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    elif not _NUMBER.fullmatch(cell):
        return None
    number = float(cell) + 0.0  # makes -0.0 a 0.0
    return number if abs(number) != float("inf") else None


class Rows:
    """Iterator over the rows of a text, without blank ones.

    Iterating yields the line where each row begins and its cells, without empty ones at its end.
    Lines with nothing but blanks, delimiters and empty quoted cells are skipped by one match, and
    a quoted cell that goes on over several lines is taken at once, so that empty lines cost next
    to nothing.

    Args:
        text: the table, with line ends LF, CR or CRLF.
        delimiter: what stands between two cells.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        split = re.escape(delimiter)
        self._text = text
        self._delimiter = delimiter
        # Lines that begin with cells of `""` only; strictly, nothing but a delimiter follows one.
        quoted = rf'(?<![^\r\n])""(?:{split}"")*+(?![^\r\n{split}])'
        self._match_empty = re.compile(rf"[\s{split}]*+(?:{quoted}[\s{split}]*+)*+").match
        self._find_rest = re.compile(rf"[^\s{split}][^\r\n]*").finditer
        self._at = 0
        self._next_line = 1
        self._line = ""
        self._reader = csv.reader(
            self._feed(), delimiter=delimiter, skipinitialspace=delimiter != " ", strict=True
        )

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        """Reads a row.

        Raises:
            CsvError: `unreadable`.
        """
        while True:
            line = self._take_line()
            begun = self._next_line - 1
            cells = self._split(line, begun)
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                return begun, cells

    def _take_line(self) -> str:
        """Takes the next line with content."""
        text, at = self._text, self._at
        empty = self._match_empty(text, at)
        assert empty is not None, "it matches nothing, too"
        place = empty.end()
        if place == len(text):
            self._at = place
            raise StopIteration
        last = max(text.rfind("\n", at, place), text.rfind("\r", at, place))
        if last >= 0:
            self._next_line += _count_lines(text, at, last + 1)
            at = last + 1
        self._next_line += 1
        self._at = _find_end(text, place)
        return text[at : self._at]

    def _split(self, line: str, begun: int) -> list[str]:
        if '"' not in line and len(line) <= _LONGEST_PLAIN:
            if self._delimiter == " ":
                return line.split()
            return [cell.strip() for cell in line.split(self._delimiter)]
        self._line = line
        try:
            return [cell.strip() for cell in next(self._reader)]
        except csv.Error:
            raise _unreadable(begun) from None

    def _feed(self) -> Iterator[str]:
        """Yields the line that a row begins with, then all up to where a quoted cell may end."""
        while line := self._line or self._continue_from():
            self._line = ""
            yield _join_blanks(line) if self._delimiter == " " else line

    def _continue_from(self) -> str:
        text, at = self._text, self._at
        quote = text.find('"', at)
        self._at = _find_end(text, quote) if quote >= 0 else len(text)
        self._next_line += _count_lines(text, at, self._at)
        return text[at : self._at]

    def count_rest(self) -> int:
        """Counts the rows that have not been read.

        Raises:
            CsvError: `unreadable`.
        """
        if self._text.find('"', self._at) >= 0:
            return sum(1 for _ in self) if self._delimiter == " " else self._count_quoted()
        count = sum(1 for _ in self._find_rest(self._text, self._at))
        self._at = len(self._text)
        return count

    def _count_quoted(self) -> int:
        """Counts the rows from here on with one reader: quicker than row by row."""
        reader = csv.reader(
            io.StringIO(self._text[self._at :], newline=""),
            delimiter=self._delimiter,
            skipinitialspace=True,
            strict=True,
        )
        count = read = 0
        try:
            for row in reader:
                count += any(map(str.strip, row))
                read = reader.line_num
        except csv.Error:
            raise _unreadable(self._next_line + read) from None
        self._at = len(self._text)
        return count


def _unreadable(line: int) -> CsvError:
    message = "this cannot be read; are its quotation marks closed?"
    return CsvError("unreadable", message, line=line)


def _find_end(text: str, start: int) -> int:
    """Returns where the line ends that has `start` in it, behind its line end."""
    end = _LINE_END.search(text, start)
    return end.end() if end else len(text)


def _count_lines(text: str, start: int, end: int) -> int:
    """Counts the line ends of a part of a text."""
    ends = text.count("\n", start, end) + text.count("\r", start, end)
    return ends - text.count("\r\n", start, end)


def _join_blanks(lines: str) -> str:
    """Returns whole lines with one blank for each run of blanks, and none around them."""
    parts = _LINE_END.split(lines)[: -1 if lines.endswith(("\n", "\r")) else None]
    return "".join(" ".join(part.split()) + "\n" for part in parts)


def find_delimiter(text: str) -> str:
    """Returns the delimiter that gives the most numbers in rows of three cells or more."""
    first = _CELL.search(text)
    start = first.start() if first else 0
    start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    sample = text[start : start + _SAMPLE_CHARS]
    scores = {delimiter: _count_numbers(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if any(scores[best]) else ","


def _count_numbers(text: str, delimiter: str) -> tuple[int, int]:
    """Counts numbers, and the rows that they could stand in, of the first rows."""
    numbers = rows = 0
    try:
        for _, cells in islice(Rows(text, delimiter), _SAMPLE_ROWS):
            if len(cells) >= 3:
                rows += 1
                some = cells[:_SAMPLE_CELLS]
                numbers += sum(parse_number(cell, delimiter) is not None for cell in some)
    except CsvError:
        pass
    return numbers, rows


def shorten(cell: str) -> str:
    """Returns a cell as it can be quoted in a sentence."""
    short = cell if len(cell) <= _SHOWN else cell[: _SHOWN - 1] + "…"
    return short if short.isprintable() else ascii(short)[1:-1]
