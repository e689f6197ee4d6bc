"""Paths down a classic surface on the page: who is at a minimum, since when, who diverged."""

from __future__ import annotations

from tests.page.node import Modules

PATHS = """const { rankArrivals, standOf } = await import("race/descent");
  const surface = { x: [-5, 5], y: [-5, 5], minima: [[3, 2], [-3, 0]] };
  const [paths, update] = arguments;
  const stands = paths.map((path) => standOf({ values: path.x, ...path }, surface, update));
  return [stands, rankArrivals(stands)];"""


def test_arrived_is_who_stays_at_a_minimum(modules: Modules) -> None:
    passing = {"x": [0, 3, 0, 3.05, 3.01], "y": [0, 2, 0, 2, 2]}
    early = {"x": [0, -2.9, -3, -3, -3], "y": [0, 0, 0.1, 0, 0]}
    away = {"x": [0, 1, 2, 2, 2], "y": [0, 0, 0, 0, 0]}
    diverged = {"x": [0, 9, None, None, None], "y": [0, 9, None, None, None]}
    stands, order = modules.load(PATHS, [passing, early, away, diverged], 4)
    assert [one["arrived"] for one in stands] == [3, 1, None, None]
    assert [one["diverged"] for one in stands] == [False, False, False, True]
    assert [one["value"] for one in stands] == [3.01, -3, 2, None]
    assert order == [1, 0]
    _, order = modules.load(PATHS, [passing, early, away, diverged], 1)
    assert order == [0, 1]
