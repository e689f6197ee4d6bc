"""Layer spaces on the page: taken apart, projected, and cut by the lines of the output."""

from __future__ import annotations

import numpy as np
import pytest

from engine.insight.layer_spaces import MESH
from tests.page.node import Modules

CELLS = MESH * MESH
LINES = """const { findDecisionLines } = await import("spaces/projection");
  return findDecisionLines(arguments[0], arguments[1]);"""
WINDOW = {"x": 0, "y": 0, "half": 2}


def test_a_frame_is_taken_apart_space_by_space(modules: Modules) -> None:
    read = """const { CELLS, readSpaces } = await import("spaces/reading");
      const rows = CELLS + 2;
      const length = 3 * rows * 3;
      const places = Float32Array.from({ length }, (_, i) => Math.floor(i / (rows * 3)));
      const arrays = {
        layer_spaces: { data: places },
        layer_spaces_variance: { data: Float32Array.from([1, 0, 0, 0.5, 0.25, 0.25, 1, 0, 0]) },
        layer_spaces_output: { data: Float32Array.from([1, 2, 3, 4]), shape: [1, 4] },
      };
      const read = (layers) => readSpaces({ arrays, spec: { features: ["x1"], layers } });
      const first = read([{ units: 4 }]);
      return [CELLS, first.map(({ places, ...space }) => ({ ...space, first: places[0] })),
        read([{ units: 4 }, { units: 4 }]).length];"""
    cells, spaces, of_another = modules.load(read)
    assert cells == CELLS
    none = {"surfaces": [], "points": 2}
    assert spaces == [
        {"kind": "inputs", "layer": -1, "units": 1, "axes": 1, "shares": [1, 0, 0], "first": 0}
        | none,
        {"kind": "layer", "layer": 0, "units": 4, "axes": 3, "shares": [0.5, 0.25, 0.25]}
        | {"first": 1, "points": 2, "surfaces": [[1, 2, 3, 4]]},
        {"kind": "output", "layer": 1, "units": 1, "axes": 1, "shares": [1, 0, 0], "first": 2}
        | none,
    ]
    assert of_another == 0


def test_one_output_has_the_line_where_its_logit_is_0(modules: Modules) -> None:
    ((x1, y1, x2, y2),) = modules.load(LINES, [[1, 2, 9, -1]], WINDOW)
    np.testing.assert_allclose([x1 + 2 * y1, x2 + 2 * y2], [1, 1])
    assert max(map(abs, (x1, y1, x2, y2))) == pytest.approx(2)
    assert modules.load(LINES, [[1, 2, 9, -10]], WINDOW) == []
    assert modules.load(LINES, [[0, 0, 0, 1]], WINDOW) == []


def test_several_outputs_have_lines_where_the_largest_two_are_equal(modules: Modules) -> None:
    """Against the answers around each line: only there does the largest logit change."""
    rng = np.random.default_rng(3)
    surfaces = rng.standard_normal((4, 4))
    lines = modules.load(LINES, surfaces.tolist(), WINDOW)
    assert lines
    slopes, constants = surfaces[:, :2], surfaces[:, 3]
    for x1, y1, x2, y2 in lines:
        for share in (0.01, 0.5, 0.99):
            place = np.array([x1, y1]) + share * np.array([x2 - x1, y2 - y1])
            first, second, *_ = sorted(slopes @ place + constants, reverse=True)
            assert first == pytest.approx(second, abs=1e-6)
            assert np.abs(place).max() <= 2 + 1e-9


def test_answers_are_those_of_the_map(modules: Modules) -> None:
    read = """const { readAnswers } = await import("spaces/reading");
      const [data, shape] = arguments;
      return [...readAnswers({ data: Uint8Array.from(data), shape })];"""
    left = np.tile(np.arange(100) < 50, (100, 1))
    one = modules.load(read, (255 * ~left).astype(int).ravel().tolist(), [1, 100, 100])
    np.testing.assert_array_equal(np.reshape(one, (MESH, MESH))[:, [0, 40]], [[0, 1]] * MESH)
    classes = np.stack([left * 90, ~left * 80, np.full((100, 100), 85)])
    three = modules.load(read, classes.ravel().tolist(), [3, 100, 100])
    np.testing.assert_array_equal(np.reshape(three, (MESH, MESH))[:, [0, 40]], [[0, 2]] * MESH)


def test_turning_keeps_lengths_and_a_flat_look_takes_the_first_two_axes(modules: Modules) -> None:
    project = """const { projectSpace } = await import("spaces/projection");
      const space = { places: Float32Array.from(arguments[0].flat()) };
      return [...projectSpace(space, arguments[1])];"""
    places = [[1, 2, 3], [0, 0, 0], [-1, 0.5, 2]]
    flat = modules.load(project, places, None)
    assert flat == [1, 2, 0, 0, -1, 0.5]
    # What is seen from one side and from the side at right angles to it makes up the whole.
    one = np.reshape(modules.load(project, places, {"yaw": 0.7, "pitch": 0}), (-1, 2))
    other = np.reshape(modules.load(project, places, {"yaw": 0.7 + np.pi / 2, "pitch": 0}), (-1, 2))
    lengths = np.sqrt(one[:, 0] ** 2 + other[:, 0] ** 2 + one[:, 1] ** 2)
    np.testing.assert_allclose(lengths, np.linalg.norm(places, axis=1), atol=1e-6)


def test_a_window_stays_while_it_fits(modules: Modules) -> None:
    fit = """const { fitWindow } = await import("spaces/projection");
      return fitWindow(arguments[0], Float32Array.from(arguments[1]));"""
    first = modules.load(fit, None, [-1, -1, 1, 0.5])
    assert first["half"] >= 1
    assert (first["x"], first["y"]) == (0, -0.25)
    assert modules.load(fit, first, [-0.9, -0.9, 0.9, 0.4]) == first
    assert modules.load(fit, first, [-3, 0, 3, 0])["half"] > 3
    assert modules.load(fit, first, [-0.2, 0, 0.2, 0])["half"] < 0.3
    assert modules.load(fit, None, [0, 0, 0, 0]) == {"x": 0, "y": 0, "half": 1}


@pytest.mark.usefixtures("language")
def test_words_say_what_the_axes_are(modules: Modules) -> None:
    say = """const { describeAxes } = await import("spaces/words");
      const space = { units: 6, axes: 3, shares: [0.5, 0.3, 0.1] };
      return describeAxes(space, { plane: false, solid: arguments[0] });"""
    flat, solid = modules.load(say, False), modules.load(say, True)
    assert "80" in flat
    assert "90" in solid
    assert "6" in flat
