"""Edits that made things worse: found on real curves, and never where there is only noise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.page.curves import CASES, FILE
from tests.page.node import Modules

#: Follows a curve row by row; answers the row and the setback when one was first told, and last.
FOLLOW = """const { createDetector } = await import("advice/setbacks");
  const [{ before, after, images, scored }, specs] = arguments;
  const detector = createDetector();
  const add = ([epoch, ...row]) => detector.add([row], { epoch, images, scored });
  before.forEach(add);
  const [from, to] = specs ?? [{ data: {}, seed: 1 }, { data: {}, seed: 1 }];
  detector.edit(from, to, false);
  const told = after.map(add);
  const found = told.find(Boolean) ?? null;
  return { first: told.findIndex(Boolean), found, last: told.at(-1) };"""


@pytest.fixture(scope="module")
def curves() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def test_the_curves_are_those_of_the_cases(curves: dict[str, Any]) -> None:
    assert list(curves) == list(CASES)


def test_what_made_things_worse_is_found_and_nothing_else(
    modules: Modules, curves: dict[str, Any]
) -> None:
    told = {name: modules.load(FOLLOW, curve, None) for name, curve in curves.items()}
    found = {name for name, one in told.items() if one["found"]}
    assert found == {name for name in curves if name.startswith("worse")}
    for name in found:
        one = told[name]
        assert one["last"], f"{name}: it is still worse at the end"
        least = 6 if curves[name]["images"] else 10
        assert one["first"] >= least, f"{name}: not judged before there is enough to judge by"
        assert one["last"]["before"] != one["last"]["after"]
    issue = told["worse: sgd to adam at 0.03, quickly"]["last"]
    assert issue["measure"] == "accuracy"
    assert issue["before"] > 0.98
    assert issue["after"] < 0.9


@pytest.mark.parametrize(
    "change",
    [{"data": {"noise": 0.5}}, {"loss": "hinge"}, {"seed": 2}],
    ids=["data", "loss", "seed"],
)
def test_what_cannot_be_compared_is_not_blamed(
    modules: Modules, curves: dict[str, Any], change: dict[str, Any]
) -> None:
    spec = {"data": {"noise": 0}, "loss": None, "seed": 1}
    told = modules.load(FOLLOW, curves["worse: rate of 3"], [spec, {**spec, **change}])
    assert told["found"] is None


def test_edits_that_follow_each_other_are_one_way_back(
    modules: Modules, curves: dict[str, Any]
) -> None:
    """Two steps of undo; those that the server has joined are one."""
    steps = modules.load(
        """const { createDetector } = await import("advice/setbacks");
           const [{ before, after }] = arguments;
           const spec = (rate) => ({ data: {}, seed: 1, rate });
           return [false, true].map((joined) => {
             const detector = createDetector();
             const about = { images: false, scored: true };
             const add = ([epoch, ...row]) => detector.add([row], { epoch, ...about });
             before.forEach(add);
             detector.edit(spec(1), spec(2), false);
             after.slice(0, 5).forEach(add);
             detector.edit(spec(2), spec(3), joined);
             const found = after.slice(5).map(add).at(-1);
             return [found.steps, found.from.rate, found.to.rate];
           });""",
        curves["worse: rate of 3"],
    )
    assert steps == [[2, 1, 3], [1, 1, 3]]


def test_what_is_switched_off_meanwhile_is_a_step_more(
    modules: Modules, curves: dict[str, Any]
) -> None:
    steps = modules.load(
        """const { createDetector } = await import("advice/setbacks");
           const [{ before, after }] = arguments;
           const spec = (rate) => ({ data: {}, seed: 1, rate });
           const detector = createDetector();
           const add = ([epoch, ...row]) =>
             detector.add([row], { epoch, images: false, scored: true });
           before.forEach(add);
           detector.countSteps(1);
           detector.edit(spec(1), spec(2), false);
           after.slice(0, 5).forEach(add);
           detector.countSteps(1);
           const found = after.slice(5).map(add).at(-1);
           return [found.steps, detector.countSteps(1).steps, detector.countSteps(-1).steps];""",
        curves["worse: rate of 3"],
    )
    assert steps == [2, 3, 2]


def test_it_is_taken_back_when_the_network_has_recovered(
    modules: Modules, curves: dict[str, Any]
) -> None:
    curve = curves["worse: rate of 3"]
    epoch, step = curve["after"][-1][:2]
    well = [[epoch + i, step + 25 * i, *curve["before"][-1][2:]] for i in range(1, 31)]
    told = modules.load(FOLLOW, {**curve, "after": curve["after"] + well}, None)
    assert told["found"]
    assert told["last"] is None
