"""CSV of any kind: rows as a plain reader finds them, and whatever comes is read or refused."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from itertools import chain
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.csv_points import PointsTable, read_points
from app.files.csv_text import DELIMITERS, CsvError, Rows
from engine import EXTENT, MAX_LABEL, parse_spec

MEBIBYTE = 1 << 20


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\n" * MEBIBYTE, "empty"),
        (b"\r\n" * (MEBIBYTE // 2), "empty"),
        (b",\n" * (MEBIBYTE // 2), "empty"),
        (b"," * MEBIBYTE, "empty"),
        (b" " * MEBIBYTE, "empty"),
        (b'""\n' * (MEBIBYTE // 3), "empty"),
        (b'"",""\r\n' * (MEBIBYTE // 7), "empty"),
        (b'"a"' + b"\n" * MEBIBYTE, "header"),
        (b'"' + b"\n" * MEBIBYTE, "unreadable"),
        (b"1,2,0\n" + b"\n" * MEBIBYTE + b"x", "not_number"),
    ],
    ids=[
        "lf",
        "crlf",
        "comma_lines",
        "commas",
        "blanks",
        "quotes",
        "quoted_cells",
        "quote",
        "open_quote",
        "between",
    ],
)
def test_a_megabyte_of_nothing_costs_next_to_nothing(content: bytes, rule: str) -> None:
    calls: Counter[str] = Counter()

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        calls[event] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        outcome = read_or_refuse(content, fit=False)
    finally:
        sys.setprofile(before)
    assert isinstance(outcome, CsvError)
    assert outcome.rule == rule
    assert calls.total() < MEBIBYTE // 2, "fewer steps than lines"


def read_rows_slowly(text: str, delimiter: str) -> list[tuple[int, list[str]] | str]:
    """Every line given to the `csv` module, one by one."""
    if delimiter == " ":
        text = "\n".join(" ".join(line.split()) for line in re.split("\r\n|\r|\n", text))
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter,
        skipinitialspace=delimiter != " ", strict=True,
    )  # fmt: skip
    found: list[tuple[int, list[str]] | str] = []
    while True:
        line = reader.line_num + 1
        try:
            row = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return found
        except csv.Error:
            return [*found, f"line {line}"]
        while row and not row[-1]:
            row.pop()
        if row:
            found.append((line, row))


def read_rows(text: str, delimiter: str) -> list[tuple[int, list[str]] | str]:
    found: list[tuple[int, list[str]] | str] = []
    try:
        for row in Rows(text, delimiter):
            found.append(row)
    except CsvError as error:
        found.append(f"line {error.details['line']}")
    return found


lines = st.lists(
    st.sampled_from(["1,2,0", "1 2 0", '"a', '"', '"b""c",1', "", "  ", ",,", '""', " ,x", "\x0b"])
    | st.sampled_from(['"",""', '"",', '"" ""', '"""",""', '""x', '"" ', ' ""', '"",\t""'])
    | st.text('0123456789.,;|\t \r\n"-+ex\x0b\x85', max_size=12)
)


@given(
    text=st.tuples(lines, st.lists(st.sampled_from(["\n", "\r", "\r\n", "\n\n\n"]))).map(
        lambda parts: "".join(chain.from_iterable(zip(*parts, strict=False)))
    ),
    delimiter=st.sampled_from(DELIMITERS),
)
def test_rows_and_lines_are_those_of_a_reader_of_every_line(text: str, delimiter: str) -> None:
    slow = read_rows_slowly(text, delimiter)
    assert read_rows(text, delimiter) == slow
    if not any(isinstance(row, str) for row in slow):
        assert Rows(text, delimiter).count_rest() == len(slow)


coordinates = st.floats(-EXTENT, EXTENT).map(lambda value: value + 0.0)
labels = st.floats(-MAX_LABEL, MAX_LABEL).map(lambda value: value + 0.0)


@given(
    points=st.lists(st.tuples(coordinates, coordinates, labels), min_size=2, max_size=20),
    delimiter=st.sampled_from([",", ";", "\t", "|", " "]),
    header=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    decimal_comma=st.booleans(),
)
def test_what_is_written_is_read(
    points: list[tuple[float, ...]],
    delimiter: str,
    header: bool,
    ending: str,
    decimal_comma: bool,
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ending)
    if header:
        writer.writerow(["x1", "x2", "label"])
    for point in points:
        cells = [repr(value) for value in point]
        comma = decimal_comma and delimiter in ";\t"
        writer.writerow([cell.replace(".", ",") if comma else cell for cell in cells])
    table = read_points(file.getvalue().encode())
    assert table.points == [list(point) for point in points]
    assert (table.header, table.delimiter) == (header, delimiter)


@given(st.binary(max_size=200) | st.text('0123456789.,;|\t \r\n"-+ex', max_size=200))
def test_whatever_comes_is_points_or_an_error(content: bytes | str) -> None:
    content = content if isinstance(content, bytes) else content.encode()
    for fit in (False, True):
        outcome = read_or_refuse(content, fit=fit)
        if isinstance(outcome, PointsTable):
            parse_spec({"data": {"name": "points", "points": outcome.points}})
        else:
            assert outcome.rule
            assert len(str(outcome)) < 300


def read_or_refuse(content: bytes, *, fit: bool) -> PointsTable | CsvError:
    try:
        return read_points(content, fit=fit)
    except CsvError as error:
        return error
