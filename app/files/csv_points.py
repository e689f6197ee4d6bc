"""Custom points from CSV: columns x1, x2 and label, found by the header or by order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from app.files.csv_text import CsvError, Rows, decode_text, find_delimiter, parse_number, shorten
from engine import EXTENT, MAX_CLASSES, MAX_LABEL, MAX_POINTS

NAMES = ("x1", "x2", "label")
MIN_POINTS = 2
#: What fitted points span, and how many decimals they have.
_FITTED, _DECIMALS = 5.0, 4
_FIRST = {"x1", "x_1", "x₁", "x"}
_SECOND = {"x2", "x_2", "x₂"}
_LABEL = {"label", "labels", "class", "target"}
#: The second coordinate of `x,y,label`, the label of `x1,x2,y`.
_EITHER = {"y"}


@dataclass(frozen=True, slots=True)
class PointsTable:
    """What a CSV text holds.

    Attributes:
        points: `[x1, x2, label]` in the order of the rows.
        classes: the names of classes 0, 1, ... where labels are words, else None.
        header: whether its first row names the columns.
        delimiter: what stands between two cells.
    """

    points: list[list[float]]
    classes: list[str] | None
    header: bool
    delimiter: str


class _Reader:
    """Parses rows, with the columns that the header names.

    Args:
        places: where x1, x2 and the label stand.
        width: how many cells a row may have.
        delimiter: what stands between two cells.
        fit: whether coordinates may lie outside of the plane.
    """

    def __init__(self, places: Sequence[int], width: int, delimiter: str, *, fit: bool) -> None:
        self._places = places
        self._width = width
        self._delimiter = delimiter
        self._fit = fit
        self._words: bool | None = None
        self._classes: dict[str, int] = {}

    @property
    def classes(self) -> list[str] | None:
        """The names of the classes if labels are words."""
        return list(self._classes) if self._words else None

    def read(self, line: int, cells: list[str]) -> list[float]:
        """Returns the point of a row."""
        if len(cells) > self._width:
            message = f"{len(cells)} columns where there should be {self._width}"
            raise CsvError("columns", message, line=line, count=len(cells), limit=self._width)
        x1, x2 = (self._read_coordinate(line, cells, column) for column in (0, 1))
        return [x1, x2, self._read_label(line, cells)]

    def _find(self, line: int, cells: list[str], column: int) -> str:
        place, name = self._places[column], NAMES[column]
        if place >= len(cells) or not cells[place]:
            raise CsvError("missing", f"{name} is missing", line=line, column=place + 1, name=name)
        return cells[place]

    def _fault(self, rule: str, message: str, line: int, column: int, cell: str) -> CsvError:
        value = shorten(cell)
        at: dict[str, int | str] = {"line": line, "column": self._places[column] + 1}
        return CsvError(rule, f"{message}, got {value!r}", **at, name=NAMES[column], value=value)

    def _read_coordinate(self, line: int, cells: list[str], column: int) -> float:
        cell = self._find(line, cells, column)
        value = parse_number(cell, self._delimiter)
        if value is None:
            message = f"{NAMES[column]} must be a number"
            raise self._fault("not_number", message, line, column, cell)
        if abs(value) > EXTENT and not self._fit:
            message = f"{NAMES[column]} must lie between {-EXTENT:g} and {EXTENT:g}"
            raise self._fault("out_of_plane", message, line, column, cell)
        return value

    def _read_label(self, line: int, cells: list[str]) -> float:
        cell = self._find(line, cells, 2)
        number = parse_number(cell, self._delimiter)
        if self._words is None:
            self._words = number is None
        if (number is None) != self._words:
            message = "labels must be all numbers or all words"
            raise self._fault("mixed_labels", message, line, 2, cell)
        if number is None:
            if cell not in self._classes and len(self._classes) == MAX_CLASSES:
                message = f"there can be {MAX_CLASSES} classes at most"
                raise self._fault("too_many_classes", message, line, 2, cell)
            return float(self._classes.setdefault(cell, len(self._classes)))
        if abs(number) > MAX_LABEL:
            message = f"labels must lie between {-MAX_LABEL:g} and {MAX_LABEL:g}"
            raise self._fault("label_size", message, line, 2, cell)
        return number


def read_points(content: bytes, *, fit: bool = False) -> PointsTable:
    """Reads points, all or nothing.

    Delimiter (comma, semicolon, tab, bar or blanks), decimal comma, header and encoding are
    noticed. A header that has the names x1, x2 and label may have other columns beside
    them. Labels that are words become classes, in the order in which they appear.

    Args:
        content: the bytes of the text.
        fit: scale each coordinate so that the points span [-5, 5].

    Raises:
        CsvError: what is wrong, and in which line and column.
    """
    text = decode_text(content)
    delimiter = find_delimiter(text)
    rows = Rows(text, delimiter)
    first = next(rows, None)
    if first is None:
        raise CsvError("empty", "there is nothing in it")
    header = all(parse_number(cell, delimiter) is None for cell in first[1])
    places, width = _find_columns(*first) if header else ((0, 1, 2), len(NAMES))
    reader = _Reader(places, width, delimiter, fit=fit)
    points: list[list[float]] = []
    for line, cells in rows if header else chain([first], rows):
        if len(points) == MAX_POINTS:
            count = len(points) + 1 + rows.count_rest()
            message = f"{count} points; there can be {MAX_POINTS} at most"
            raise CsvError("too_many", message, count=count, limit=MAX_POINTS)
        points.append(reader.read(line, cells))
    if len(points) < MIN_POINTS:
        message = f"{MIN_POINTS} points or more are needed, got {len(points)}"
        raise CsvError("too_few", message, count=len(points), limit=MIN_POINTS)
    if fit:
        points = _fit(points)
    return PointsTable(points, reader.classes, header, delimiter)


def _find_columns(line: int, cells: list[str]) -> tuple[Sequence[int], int]:
    """Returns where a header says that x1, x2 and the label stand, and how wide rows are."""
    names = [cell.casefold() for cell in cells]
    places: list[int] = []
    for known in (_FIRST, _SECOND, _LABEL):
        wanted = [known] if known is _FIRST else [known, _EITHER]
        free = [place for place in range(len(names)) if place not in places]
        found = next((p for some in wanted for p in free if names[p] in some), None)
        if found is not None:
            places.append(found)
    if len(places) == len(NAMES):
        return places, len(cells)
    if len(cells) == len(NAMES):
        return (0, 1, 2), len(cells)
    message = "three columns are needed, or a header that names x1, x2 and label"
    raise CsvError("header", message, line=line, count=len(cells))


def _fit(points: list[list[float]]) -> list[list[float]]:
    """Scales each coordinate to [-5, 5]; a constant one becomes 0."""
    x1, x2, labels = zip(*points, strict=True)
    return [list(point) for point in zip(_span(x1), _span(x2), labels, strict=True)]


def _span(values: Sequence[float]) -> list[float]:
    # Halves, so that the largest floats do not overflow.
    low, high = min(values) / 2, max(values) / 2
    middle, half = low / 2 + high / 2, high / 2 - low / 2
    if half == 0:
        return [0.0] * len(values)
    return [round(_FITTED * ((value / 2 - middle) / half), _DECIMALS) + 0.0 for value in values]
