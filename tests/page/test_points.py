"""What a brush leaves, what labels mean, how numbers are written: modules without a picture."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.page.node import Modules


@pytest.fixture
def geometry(modules: Modules) -> Callable[..., Any]:
    def run(brush: dict[str, Any], places: list[list[float]], points: list[list[float]]) -> Any:
        return modules.load(
            """const { createStroke } = await import("points/strokes");
               let seed = 1;
               const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
               const [brush, places, before] = arguments;
               const stroke = createStroke(brush, random);
               let points = before;
               for (const [x1, x2] of places) points = stroke.apply(points, { x1, x2 });
               return { points, same: points === before };""",
            brush, places, points,
        )  # fmt: skip

    return run


def test_a_brush_sprays_evenly_within_its_circle_and_the_plane(
    geometry: Callable[..., Any],
) -> None:
    brush = {"radius": 1.5, "label": 2, "erase": False}
    points = geometry(brush, [[5.5, 0]] * 1 + [[5.5, i / 10] for i in range(40)], [])["points"]
    assert len(points) > 30
    for x1, x2, label in points:
        assert label == 2
        assert x1 <= 6
        assert math.hypot(x1 - 5.5, x2 - min(max(x2, 0), 3.9)) <= 1.501
        assert [round(v, 3) for v in (x1, x2)] == [x1, x2]
    apart = min(math.dist(a[:2], b[:2]) for i, a in enumerate(points) for b in points[:i])
    assert apart >= 0.199
    full = geometry(brush, [[0, 0], *([[1, 0], [0, 0]] * 200)], [])["points"]
    assert len(full) < 400


def test_an_eraser_reaches_everything_along_its_way(geometry: Callable[..., Any]) -> None:
    points = [[x / 2, y / 2, 0] for x in range(-10, 11) for y in range(-10, 11)]
    brush = {"radius": 0.6, "label": 0, "erase": True}
    left = geometry(brush, [[-5, 0], [5, 0]], points)["points"]
    assert sorted(left) == sorted(p for p in points if abs(p[1]) > 0.6)
    assert geometry(brush, [[5.9, 5.9]], [[0, 0, 1]])["same"]
    ahead_and_behind = [[-3, 0, 0], [3, 0, 0]]
    assert geometry(brush, [[-1, 0], [1, 0]], ahead_and_behind)["same"], "not beyond its ends"


def test_a_coordinate_is_never_minus_zero(modules: Modules) -> None:
    """It is written as `-0`, and is another number where points are ordered by their bits."""
    seen = modules.load(
        """const { round } = await import("points/strokes");
           return [-1e-5, -0, 1e-5, -0.0006].map(round).map((value) => [value, 1 / value < 0]);"""
    )
    assert seen == [[0, False], [0, False], [0, False], [-0.001, True]]


def test_points_tell_their_task(modules: Modules) -> None:
    tasks = modules.load(
        """const { inferTask, widenTask, fitsTask } = await import("spec/point-labels");
           const of = (...labels) => labels.map((label) => [0, 0, label]);
           return [inferTask(of(0, 1)), inferTask(of(0, 2)), inferTask(of(0.5)), inferTask([]),
             widenTask(of(0, 2), "binary"), widenTask(of(0, 1), "multiclass"),
             widenTask(of(0, -1), "multiclass"), widenTask(of(0, 2), null),
             fitsTask(of(0, 1), "regression"), fitsTask(of(0, 2), "binary")];"""
    )
    assert tasks == [
        "binary", "multiclass", "regression", "binary",
        "multiclass", "multiclass", "regression", None, True, False,
    ]  # fmt: skip


def test_numbers_are_written_with_the_fewest_digits(modules: Modules) -> None:
    text = modules.load(
        """const { writeCsv } = await import("points/csv");
           const rows = new Float32Array([0.1, -5.999, 1, 1, 1 / 3, 1e-7, 6, 0, -2.5, 0, 3e8, 0.7,
             1, 2, 0, 2, 0.5, 0.25]);
           return writeCsv(rows, { predictions: true });"""
    )
    assert text.splitlines() == [
        "x1,x2,label,part,prediction,loss",
        "0.1,-5.999,1,test,0.33333334,1e-7",
        "6,0,-2.5,train,300000000,0.7",
        "1,2,0,validation,0.5,0.25",
    ]
    assert re.fullmatch(r"[\x20-\x7e\n]*", text)


def test_classes_that_have_names_are_written_by_name(modules: Modules) -> None:
    """As the table of Iris has them; such a file can be read again as points of one's own."""
    text = modules.load(
        """const { writeCsv } = await import("points/csv");
           const rows = new Float32Array([1, 2, 0, 0, 2, 0.5, 3, 4, 1, 1, 1, 0.25]);
           const classes = ["setosa", "versicolor", "virginica"];
           return writeCsv(rows, { predictions: true, classes });"""
    )
    assert text.splitlines()[1:] == [
        "1,2,setosa,train,virginica,0.5",
        "3,4,versicolor,test,versicolor,0.25",
    ]
