"""A drawn boundary is compared with the network's: against the same in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.page.node import Modules

COMPARE = """
    const { compare } = await import("lessons/drawn-boundary");
    const [lines, boundary, points] = arguments;
    return compare(lines, { arrays: {
      boundary: { data: Uint8Array.from(boundary.flat(2)), shape: [boundary.length, 100, 100] },
      ...(points ? { points: { data: Float32Array.from(points.flat()) } } : {}),
    } });
"""
AXIS = np.linspace(-6, 6, 100)
X1, X2 = np.meshgrid(AXIS, AXIS)


def quantize(values: np.ndarray) -> list[Any]:
    """Probabilities [K, 100, 100] as frames have them."""
    return np.round(255 * values).astype(int).tolist()


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def points_of(rng: np.random.Generator, label: Any) -> np.ndarray:
    places = rng.uniform(-5.5, 5.5, (200, 2))
    labels = label(places).astype(float)
    zeros = np.zeros(200)
    return np.column_stack((places, labels, np.arange(200) % 2, zeros, zeros))


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ([[-6, 6], [6, -6]], 1.0),
        ([[-2, 2], [2, -2]], 1.0),
        ([[0, -6], [0, 6]], 0.75),
        ([[0, 3], [0, -3]], 0.75),
        ([[-6, -6], [6, 6]], 0.5),
    ],
)
def test_a_line_against_a_line(modules: Modules, line: list[Any], share: float) -> None:
    """A short line goes on to the edge of the plane."""
    found = modules.load(COMPARE, [line], quantize(sigmoid(X1 + X2)[None]))
    assert found["share"] == pytest.approx(share, abs=0.02)
    pieces = np.reshape(found["contour"], (-1, 2))
    assert len(pieces) > 100
    assert np.abs(pieces.sum(axis=1)).max() < 0.02
    assert (found["own"], found["network"]) == (None, None)


def test_a_nearly_closed_line_is_closed(modules: Modules) -> None:
    turn = np.linspace(0, 0.95 * 2 * np.pi, 60)
    line = np.column_stack((3 * np.cos(turn), 3 * np.sin(turn))).round(2).tolist()
    found = modules.load(COMPARE, [line], quantize(sigmoid(4 * (9 - X1**2 - X2**2))[None]))
    assert found["share"] > 0.98
    assert np.abs(np.hypot(*np.reshape(found["contour"], (-1, 2)).T) - 3).max() < 0.1


def test_accuracies_are_those_of_the_test_points(modules: Modules) -> None:
    points = points_of(np.random.default_rng(3), lambda at: at.sum(axis=1) > 0)
    found = modules.load(
        COMPARE, [[[0.06, -6], [0.06, 6]]], quantize(sigmoid(X1 + X2)[None]), points.tolist()
    )
    tests = points[points[:, 3] == 1]
    on_line = np.rint((tests[:, 0] + 6) / 12 * 99) == 50
    right = (tests[:, 0] > 0) == tests[:, 2]
    assert found["own"] == pytest.approx(right[~on_line].mean(), abs=1e-9)
    assert found["network"] == pytest.approx(1, abs=0.03)


def test_several_classes_and_several_lines(modules: Modules) -> None:
    logits = np.stack((-X1, X1 - 0 * X2, 1.2 * X2 - 2))
    shares = np.exp(logits) / np.exp(logits).sum(axis=0)
    best = np.argmax(np.round(255 * shares), axis=0)
    # Above 2 the third class, below it two halves.
    parts = np.where(X2 > 2, 2, (X1 > 0).astype(int))
    found = modules.load(COMPARE, [[[-6, 2], [6, 2]], [[0, -6], [0, -5]]], quantize(shares))
    assert found["share"] == pytest.approx((parts == best).mean(), abs=0.03)


def test_a_network_that_gives_one_class_has_no_boundary(modules: Modules) -> None:
    found = modules.load(COMPARE, [[[0, -6], [0, 6]]], quantize(np.full((1, 100, 100), 0.8)))
    assert found["contour"] == []
