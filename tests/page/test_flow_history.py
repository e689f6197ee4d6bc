"""Gradients over the run, and their distributions, as the page keeps and reads them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.insight.gradient_flow import count_gradients
from tests.page.node import Modules

KEEP = """const { createFlowHistory } = await import("flow/history");
  const history = createFlowHistory(arguments[1]);
  for (const [step, ...gradients] of arguments[0]) {
    history.add(step, gradients.map((gradient) => ({ gradient, ratio: gradient / 10 })));
  }
  return [history.steps(), history.lines("gradient"), history.lines("ratio")];"""


def test_moments_are_kept_layer_by_layer(modules: Modules) -> None:
    steps, gradients, ratios = modules.load(KEEP, [[1, 10, 20], [5, 30, 40]], 100)
    assert steps == [1, 5]
    assert gradients == [[10, 30], [20, 40]]
    assert ratios == [[1, 3], [2, 4]]


def test_what_is_later_is_taken_back_and_another_network_begins_anew(modules: Modules) -> None:
    taken_back = modules.load(KEEP, [[1, 1], [5, 2], [9, 3], [5, 4]], 100)
    assert taken_back[:2] == [[1, 5], [[1, 4]]]
    another = modules.load(KEEP, [[1, 1], [5, 2], [6, 3, 4]], 100)
    assert another[:2] == [[6], [[3], [4]]]


def test_the_history_is_bounded_and_keeps_both_ends(modules: Modules) -> None:
    steps, _, _ = modules.load(KEEP, [[step, step] for step in range(1000)], 50)
    assert len(steps) <= 50
    assert (steps[0], steps[-1]) == (0, 999)
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("sizes", [[1e-3], [0, 0, 0, 1], [1e-5, 1e-4, 1e-3, 1e-3, 1], [0, 1e-2, 5]])
def test_the_median_is_in_the_bin_of_numpys(modules: Modules, sizes: list[float]) -> None:
    spread = count_gradients(np.array(sizes, np.float32)).astype(np.float32)
    read = """const { findMedian, readSpreads } = await import("flow/histograms");
      return findMedian(readSpreads([], arguments[0])[0]);"""
    found = modules.load(read, spread.tolist())
    expected = sorted(sizes)[(len(sizes) - 1) // 2]
    if expected == 0:
        assert found == 0
    else:
        assert abs(np.log10(found / expected)) <= 0.5


def test_spreads_are_read_layer_by_layer(modules: Modules) -> None:
    read = """const { outline, readSpreads } = await import("flow/histograms");
      const [activations, gradients] = arguments;
      const spreads = readSpreads(activations, gradients);
      return [spreads, outline([0.25, 0, 0.5, 0.25])];"""
    activations = [-1, 1, 0.5, *np.eye(24)[0]]
    gradients = [0.25, *(0.75 * np.eye(24)[3]), 0, *np.eye(24)[4]]
    (first, output), path = modules.load(read, activations, gradients)
    assert (first["low"], first["high"], first["saturated"]) == (-1, 1, 0.5)
    assert first["activations"] == np.eye(24)[0].tolist()
    assert first["zeros"] == 0.25
    assert output["low"] is None
    assert output["gradients"] == np.eye(24)[4].tolist()
    assert path == "M0 20v-10h25v10zM50 20v-20h25v20zM75 20v-10h25v10z"
