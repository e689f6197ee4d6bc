"""What the page makes of a loss landscape: places, scales, names of weights and words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.page.node import Modules

#: A bowl over [-1, 1] x [0, 4] whose lowest place is (0, 2), and a path of three points.
SIDE = 5
LOSSES = [[x * x + (y - 2) ** 2 for x in (-1, -0.5, 0, 0.5, 1)] for y in range(SIDE)]
PATH = [[0, -1, 4, 5], [10, -0.5, 3, 1.25], [20, 0, 2.5, 0.25]]
FACTS = [0, 20, 0.9, 0.3, 2, -1, 1, 0, 4, 0, 1, 2, 1, -1, 0]
READ = """const { readLandscape } = await import("landscape/surface");
  const array = (rows) => ({ data: rows.flat(), shape: [rows.length, rows[0].length] });
  const [losses, path, facts] = arguments;
  const landscape = readLandscape({
    landscape: array(losses), landscape_path: array(path),
    landscape_facts: { data: facts, shape: [15] },
  });"""


def test_a_frame_is_taken_apart(modules: Modules) -> None:
    read = modules.load(f"{READ} return landscape;", LOSSES, PATH, FACTS)
    assert read["kind"] == "path"
    assert read["x"] == [-1, -0.5, 0, 0.5, 1]
    assert read["y"] == [0, 1, 2, 3, 4]
    assert read["losses"] == LOSSES
    assert read["path"]["steps"] == [0, 10, 20]
    assert read["path"]["losses"] == [5, 1.25, 0.25]
    assert read["weights"] == [
        {"layer": 0, "from": 1, "to": 2},
        {"layer": 1, "from": "bias", "to": 0},
    ]
    nothing = 'return (await import("landscape/surface")).readLandscape({});'
    assert modules.load(nothing) is None


@pytest.mark.parametrize(
    ("place", "loss"),
    [((0, 2), 0), ((-1, 0), 5), ((0.25, 2), 0.125), ((0, 2.5), 0.5), ((7, 2), 1), ((0, -9), 4)],
)
def test_the_loss_of_a_place_is_that_between_its_neighbours(
    modules: Modules, place: tuple[float, float], loss: float
) -> None:
    script = f"""{READ}
      return (await import("landscape/surface")).lossAt(landscape, ...arguments[3]);"""
    assert modules.load(script, LOSSES, PATH, FACTS, place) == pytest.approx(loss)


@pytest.mark.parametrize(
    ("losses", "ticks", "logarithmic"),
    [
        ([[1, 2], [3, 4]], [1, 1.5, 2, 2.5, 3, 3.5, 4], False),
        ([[0.5, 0.5], [0.5, 0.5]], None, False),
        ([[0.02, 1], [3, 0.5]], [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], True),
        ([[1e-9, 1e6], [3, 0.5]], None, True),
        ([[0, 2], [None, 4]], None, True),
    ],
    ids=["near", "flat", "far", "very far", "infinite"],
)
def test_losses_that_are_far_apart_are_drawn_by_their_logarithm(
    modules: Modules, losses: Any, ticks: list[float] | None, logarithmic: bool
) -> None:
    script = """const { scaleOf } = await import("landscape/surface");
      const losses = arguments[0].map((row) => row.map((loss) => loss ?? Infinity));
      const { of, ticks, low, high } = scaleOf(losses);
      return { ticks, low, high, heights: losses.flat().map(of) };"""
    scale = modules.load(script, losses)
    assert len(scale["ticks"]) <= 7
    assert all(scale["low"] <= height <= scale["high"] for height in scale["heights"])
    if ticks:
        assert scale["ticks"] == pytest.approx(ticks)
    assert (scale["heights"][0] != losses[0][0]) == logarithmic


def test_weights_are_named_by_where_they_come_from_and_go_to(modules: Modules) -> None:
    script = """const { listWeights, readWeight, writeWeight } = await import("landscape/weights");
      const options = listWeights({ features: ["x1", "x2"], layers: [{ units: 2 }] }, 1);
      return options.map(([value]) => writeWeight(readWeight(value)) === value && value);"""
    assert modules.load(script) == [
        "0 0 0", "0 1 0", "0 bias 0", "0 0 1", "0 1 1", "0 bias 1", "1 0 0", "1 1 0", "1 bias 0",
    ]  # fmt: skip
    many = """const { listWeights } = await import("landscape/weights");
      const layers = Array(8).fill({ units: 32 });
      return listWeights({ features: ["x1"], layers }, 1).length;"""
    assert modules.load(many) <= 1200


WORDS = f"""{READ}
  const {{ describeLandscape }} = await import("landscape/words");
  return describeLandscape(landscape, arguments[3]);"""


def test_the_words_say_what_the_plane_holds(modules: Modules) -> None:
    modules.speak("en")
    plane, place = modules.load(WORDS, LOSSES, PATH, FACTS, "path")
    assert "holds 90 % of the path, which runs 0.3 away from it" in plane
    assert "2 away from where the path begins" in plane
    assert place == "The training loss here is 0.250, the lowest in the picture 0."
    random = [1, 20, 0.012, 3, 2, *FACTS[5:]]
    assert "hold only 1.2 % of the path" in modules.load(WORDS, LOSSES, PATH, random, "random")[0]
    still = [1, 0, 0, 0, 0, *FACTS[5:]]
    assert "not moved yet" in modules.load(WORDS, LOSSES, PATH[:1], still, "path")[0]
    later = modules.load(WORDS, LOSSES, PATH[1:], FACTS, "path")
    assert "begins at update 10" in later[-1]


@pytest.mark.parametrize(
    ("value", "limit", "name"),
    [(1, 10, "below"), (9.5, 10, "edge"), (10.9, 10, "edge"), (12, 10, "above"), (3, None, "none")],
)
def test_sharpness_is_judged_by_its_limit(
    modules: Modules, value: float, limit: float | None, name: str
) -> None:
    script = """const { judgeSharpness } = await import("landscape/sharpness");
      return judgeSharpness(arguments[0], arguments[1] ?? NaN);"""
    assert modules.load(script, value, limit) == name


def test_a_run_that_has_gone_far_away_leaves_the_surface_in_the_picture(modules: Modules) -> None:
    """Plotly fails at a map without width, which a diverging run would make of the surface."""
    script = """const { reach } = await import("landscape/surface");
      return arguments[0].map((place) => reach([0, 1, 2], [1, place]));"""
    near, far = modules.load(script, [4, 1e15])
    assert near == pytest.approx([0, 4.08])
    assert far == [0, 2]
