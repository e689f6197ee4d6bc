"""What the page says of the gradients of all layers."""

from __future__ import annotations

import pytest

from tests.page.node import Modules

#: (gradient, ratio, dead, flat) of hidden layers, then of the output.
EVEN = [[0.2, 0.002, 0, 0.1], [0.3, 0.002, 0, 0.1], [0.1, 0.001, 0, 0]]
DESCRIBE = """const { describeFlow, readFlow } = await import("advice/gradient-flow");
  return describeFlow(readFlow(arguments[0].flat()));"""


@pytest.mark.parametrize(
    ("rows", "name", "values"),
    [
        (EVEN, "even", {}),
        ([EVEN[2]], "even", {}),
        ([[0, 0, 0, 0], [0, 0, 0, 0]], "none", {}),
        ([[0, 0, 0, 0.1], [0, 0, 0, 0], EVEN[2]], "output", {}),
        ([[1, 0.01, 0.5, 0.9], *EVEN], "dead", {"layer": 1, "share": 0.5}),
        ([[0.002, 1e-5, 0, 0.1], *EVEN[1:]], "vanishing", {"first": 1, "last": 2, "times": 150}),
        (
            [[0.002, 1e-5, 0, 0.1], [0.3, 0.002, 0, 0.75], EVEN[2]],
            "vanishing.flat",
            {"first": 1, "last": 2, "times": 150, "layer": 2, "share": 0.75},
        ),
        ([[12, 0.01, 0, 0], *EVEN[1:]], "exploding", {"first": 1, "last": 2, "times": 40}),
        ([EVEN[0], [0.3, 0.25, 0, 0], EVEN[2]], "fast", {"layer": 2, "share": 0.25}),
        ([*EVEN[:2], [0.1, 0.5, 0, 0]], "fast.output", {"share": 0.5}),
    ],
)
def test_the_sentence_names_what_harms_most(
    modules: Modules, rows: list[list[float]], name: str, values: dict[str, float]
) -> None:
    assert modules.load(DESCRIBE, rows) == {"name": name, "values": pytest.approx(values)}


def test_frozen_layers_have_no_gradient_to_miss(modules: Modules) -> None:
    describe = """const { describeFlow, readFlow } = await import("advice/gradient-flow");
      const rows = readFlow(arguments[0].flat());
      return describeFlow(rows.map((row, i) => ({ ...row, frozen: arguments[1].includes(i) })));"""
    still = [0, 0, 0, 0.1]
    assert modules.load(describe, [still, *EVEN], [0])["name"] == "even"
    found = modules.load(describe, [still, [0.002, 1e-5, 0, 0.1], *EVEN], [0])
    assert found["name"] == "vanishing"
    assert (found["values"]["first"], found["values"]["last"]) == (2, 4)
    assert modules.load(describe, [still, EVEN[0]], [0])["name"] == "even"


def test_saturated_units_are_named_where_nothing_else_explains_more(modules: Modules) -> None:
    describe = """const { describeFlow, readFlow } = await import("advice/gradient-flow");
      const rows = readFlow(arguments[0].flat());
      return describeFlow(rows.map((row, i) => ({ ...row, saturated: arguments[1][i] })));"""
    found = modules.load(describe, EVEN, [0, 0.5, 0])
    assert found == {"name": "saturated", "values": {"layer": 2, "share": 0.5}}
    assert modules.load(describe, EVEN, [0.1, 0.1, 0])["name"] == "even"
    vanishing = [[0.002, 1e-5, 0, 0.1], *EVEN[1:]]
    assert modules.load(describe, vanishing, [0.5, 0, 0])["name"] == "vanishing"


def test_the_sentence_follows_slowly_and_a_new_layer_at_once(modules: Modules) -> None:
    smoothed = """const { readFlow, smoothFlow } = await import("advice/gradient-flow");
      const read = (rows) => readFlow(rows.flat());
      return smoothFlow(arguments[0] && read(arguments[0]), read(arguments[1]), 0.5);"""
    before, now = [[1, 0.01, 0, 0]], [[0.01, 0, 1, 0.5]]
    (row,) = modules.load(smoothed, before, now)
    shares = {"dead": 0.5, "flat": 0.25, "saturated": 0}
    assert row == pytest.approx({"gradient": 0.1, "ratio": 0, **shares})
    assert len(modules.load(smoothed, before, EVEN)) == 3
    assert len(modules.load(smoothed, None, EVEN)) == 3
