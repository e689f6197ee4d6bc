"""A map on the page: axes and their zoom, colours, curves, addresses, sizes, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.page.node import Modules

RATE = {
    "path": "optimizer.learning_rate",
    "kind": "number",
    "low": 1e-5,
    "high": 10,
    "scale": "log",
}
UNITS = {"path": "layers.units", "kind": "integer", "low": 1, "high": 32, "scale": "linear"}
BATCH = {"path": "batch_size", "kind": "integer", "low": 1, "high": 256, "scale": "log"}
NAMES = {"path": "optimizer.name", "kind": "choice", "values": ["sgd", "adam", "rmsprop", "lion"]}
#: Of an axis with its kind: the axis as the server begins it, with what was asked for.
SHOW = """const axes = await import("map/model/axes");
  const [axis, kind] = arguments;
  const { path, scale } = axis;
  const numbers = Array.from({ length: axis.count ?? 0 }, (_, i) => axes.valueAt(axis, i));
  const values = axis.values
    ?? (kind.kind === "integer" ? [...new Set(numbers.map(Math.round))] : numbers);
  const shown = { path, scale, values, asked: axis };
"""
#: Of cells `[train loss, test loss, test score, share that succeeds]` a map as frames have it.
MAP = """const numbers = arguments[0].map(([train, test, score, good]) =>
    [train ?? NaN, test ?? NaN, score, score, test === null ? 1 : 0, good]);
  const map = { count: numbers.length, rows: 1, columns: numbers.length,
    cells: Float32Array.from(numbers.flat()) };
"""


def axis(kind: dict[str, Any], low: float, high: float, count: int, scale: str) -> dict[str, Any]:
    return {"path": kind["path"], "low": low, "high": high, "count": count, "scale": scale}


@pytest.mark.parametrize(
    ("asked", "kind", "values"),
    [
        (axis(RATE, 0.001, 1, 16, "log"), RATE, np.geomspace(0.001, 1, 16)),
        (axis(RATE, 0.1, 0.5, 5, "linear"), RATE, np.linspace(0.1, 0.5, 5)),
        (axis(UNITS, 1, 16, 16, "linear"), UNITS, np.arange(1, 17)),
    ],
    ids=["log", "linear", "whole"],
)
def test_an_axis_has_the_values_of_numpy(
    modules: Modules, asked: dict[str, Any], kind: dict[str, Any], values: np.ndarray
) -> None:
    found = modules.load(SHOW + "return shown.values;", asked, kind)
    np.testing.assert_allclose(found, values, rtol=1e-12)


def test_a_zoom_shows_the_very_part_of_the_box(modules: Modules) -> None:
    """Cells of the new axis reach from one end of the box to the other, again and again."""
    asked = axis(RATE, 0.001, 1, 16, "log")
    low, high = np.log(0.001), np.log(1)
    edges = [low - (high - low) / 30, high + (high - low) / 30]
    for _ in range(4):
        zoomed = modules.load(SHOW + "return axes.zoomAxis(shown, kind, 3.5, 7.5);", asked, RATE)
        # The box is a quarter of the axis: from the fifth to the eighth of 16 cells.
        edges = [edges[0] + share * (edges[1] - edges[0]) for share in (4 / 16, 8 / 16)]
        cell = (edges[1] - edges[0]) / 16
        ends = np.exp([edges[0] + cell / 2, edges[1] - cell / 2])
        np.testing.assert_allclose([zoomed["low"], zoomed["high"]], ends, rtol=1e-9)
        assert (zoomed["count"], zoomed["scale"]) == (16, "log")
        asked = zoomed
    # Where single precision tells nothing apart there is nothing more to be seen.
    narrow = axis(RATE, 0.1, 0.1 * (1 + 2e-5), 16, "log")
    assert modules.load(SHOW + "return axes.zoomAxis(shown, kind, 3.5, 7.5);", narrow, RATE) is None


def test_whole_numbers_and_choices_are_zoomed_by_cells(modules: Modules) -> None:
    zoom = SHOW + "return axes.zoomAxis(shown, kind, arguments[2], arguments[3]);"
    units = axis(UNITS, 1, 16, 16, "linear")
    part = modules.load(zoom, units, UNITS, 3.5, 7.5)
    assert (part["low"], part["high"]) == (5, 8)
    # Two cells at least.
    part = modules.load(zoom, units, UNITS, 14.6, 15.4)
    assert (part["low"], part["high"]) == (15, 16)
    assert modules.load(zoom, units, UNITS, -0.5, 15.5) is None
    names = {"path": NAMES["path"], "values": NAMES["values"]}
    assert modules.load(zoom, names, NAMES, 0.6, 2.4)["values"] == ["adam", "rmsprop"]


def test_beyond_the_first_map_axes_become_longer_within_their_limits(modules: Modules) -> None:
    widen = SHOW + "return axes.widenAxis(shown, kind);"
    wide = modules.load(widen, axis(RATE, 0.01, 0.1, 10, "log"), RATE)
    np.testing.assert_allclose([wide["low"], wide["high"]], [10**-2.5, 10**-0.5], rtol=1e-9)
    wide = modules.load(widen, axis(RATE, 1, 10, 10, "log"), RATE)
    assert wide["high"] == 10
    wide = modules.load(widen, axis(UNITS, 4, 8, 5, "linear"), UNITS)
    assert (wide["low"], wide["high"]) == (2, 10)
    wide = modules.load(widen, axis(UNITS, 1, 32, 16, "linear"), UNITS)
    assert (wide["low"], wide["high"]) == (1, 32)


def test_ticks_are_round_numbers_at_their_places(modules: Modules) -> None:
    ticks = SHOW + "return axes.ticksOf(shown, kind, arguments[2]);"
    found = modules.load(ticks, axis(RATE, 0.001, 1, 16, "log"), RATE, 9)
    assert [tick["value"] for tick in found[:4]] == [0.001, 0.01, 0.1, 1]
    places = {tick["value"]: tick["at"] for tick in found}
    np.testing.assert_allclose([places[0.001], places[0.01], places[1]], [0, 5, 15], atol=1e-9)
    # Powers alone where there is no room, and round numbers of a part of a decade.
    found = modules.load(ticks, axis(RATE, 1e-5, 10, 16, "log"), RATE, 3)
    assert all(np.log10(tick["value"]) % 1 == pytest.approx(0, abs=1e-9) for tick in found)
    found = modules.load(ticks, axis(RATE, 0.412, 0.438, 16, "log"), RATE, 6)
    assert [tick["value"] for tick in found] == pytest.approx([0.415, 0.42, 0.425, 0.43, 0.435])
    found = modules.load(ticks, axis(UNITS, 1, 16, 16, "linear"), UNITS, 8)
    assert [tick["value"] for tick in found] == [1, 3, 5, 7, 9, 11, 13, 15]


def test_runs_that_diverged_do_not_squash_the_colours(modules: Modules) -> None:
    rng = np.random.default_rng(3)
    losses = np.sort(rng.uniform(0.01, 0.7, 96))
    cells = [[loss, loss, 0.5, 0] for loss in losses]
    cells += [[1e6, 1e6, 0.5, 0], [None, None, 0, 0]]
    script = (
        MAP
        + """
      const { measureOf, scaleOf } = await import("map/model/colours");
      const { readCell } = await import("map/model/reading");
      const scale = scaleOf(map, "test_loss", "binary");
      const { share, ...rest } = scale;
      return [rest, numbers.map((_, at) => share(measureOf(readCell(map, at), "test_loss")))];"""
    )
    scale, shares = modules.load(script, cells)
    finite = np.append(losses, 1e6).astype(np.float32)
    high = np.sort(finite)[int(0.95 * finite.size)]
    assert scale["kind"] == "log"
    assert (scale["low"], scale["high"]) == pytest.approx((losses[0], high), rel=1e-5)
    wanted = np.log(finite / losses[0]) / np.log(high / losses[0])
    np.testing.assert_allclose(shares[:97], np.clip(wanted, 0, 1), atol=1e-5)
    # The one without a number has no colour of the scale.
    assert shares[97] is None


def test_each_number_has_its_scale(modules: Modules) -> None:
    cells = [[0.1, 0.4, 0.9, 1.0], [0.2, 0.1, 0.6, 0.25], [0.3, 0.35, 1.0, 0.0]]
    script = (
        MAP
        + """
      const { MEASURES, measureOf, scaleOf } = await import("map/model/colours");
      const { readCell } = await import("map/model/reading");
      return Object.fromEntries(MEASURES.map((name) => {
        const { low, high, kind, share } = scaleOf(map, name, "binary");
        return [name, [low, high, kind, share(measureOf(readCell(map, 0), name))]];
      }));"""
    )
    found = modules.load(script, cells)
    low, high, kind, share = found["test_score"]
    assert (low, high, share) == pytest.approx((0.5, 1, 0.2), rel=1e-5)
    assert kind == "linear"
    assert found["success"] == [0, 1, "linear", 0]
    # The gap is symmetric about 0; a higher test loss is worse.
    assert found["gap"][:2] == pytest.approx([-0.3, 0.3], rel=1e-5)
    assert found["gap"][3] == pytest.approx(1)


def test_sharpness_has_its_limit(modules: Modules) -> None:
    script = (
        MAP
        + """
      const colours = await import("map/model/colours");
      const { countEdge, isAtEdge, limitOf, measureOf, scaleOf } = colours;
      const { readCell } = await import("map/model/reading");
      map.sharpness = Float32Array.from(arguments[1].flat().map((value) => value ?? NaN));
      const { low, kind } = scaleOf(map, "sharpness", "binary");
      const all = [0, 1, 2].map((at) => readCell(map, at))
        .map((cell) => [measureOf(cell, "sharpness"), isAtEdge(cell)]);
      return { low, kind, all, edge: countEdge(map), limit: limitOf(map) };"""
    )
    cells = [[0.1, 0.4, 0.9, 1.0], [0.2, 0.1, 0.6, 0.25], [0.3, None, 1.0, 0.0]]
    found = modules.load(script, cells, [[96, 100], [0.5, 100], [120, 100]])
    # What is within a twentieth of the limit is at the edge; a diverged cell has no sharpness.
    assert found["all"] == [[96, True], [0.5, False], [None, False]]
    assert (found["edge"], found["limit"]) == (1, 100)
    assert (found["low"], found["kind"]) == (0.5, "log")
    differs = modules.load(script, cells, [[1, 2], [1, 4], [None, None]])
    assert (differs["edge"], differs["limit"]) == (0, None)


def test_curves_are_thinned_to_a_bound(modules: Modules) -> None:
    epochs, first, last, size, restarted = modules.load(
        """const { createCurves } = await import("map/model/curves");
           const curves = createCurves();
           const take = (epoch) => curves.take({ epoch, count: 2,
             cells: Float32Array.from([1 / epoch, 2 / epoch, 0, 0, 0, 0, epoch, NaN, 0, 0, 0, 0]) });
           let most = 0;
           for (let epoch = 1; epoch <= 2000; epoch += 1) { take(epoch); most = Math.max(most, curves.size()); }
           const { epochs, test } = curves.curveOf(0);
           const other = curves.curveOf(1);
           take(3);
           return [epochs, test, [other.train.at(-1), other.test.at(-1)], most, curves.curveOf(0).epochs];"""  # noqa: E501
    )
    assert size <= 97
    assert epochs[0] == 1
    assert epochs[-1] > 1950
    steps = np.diff(epochs)
    assert steps.max() <= 2 * np.median(steps)
    np.testing.assert_allclose(first, 2 / np.array(epochs), rtol=1e-6)
    assert last == [epochs[-1], None]
    # A map that begins anew has new curves.
    assert restarted == [3]


def test_a_map_is_told_by_its_address(modules: Modules) -> None:
    roundtrip = """const { readMapText, writeMap } = await import("map/model/address");
      return arguments[0].map((map) => { const text = writeMap(map); return [text, readMapText(text)]; });"""  # noqa: E501
    maps = [
        {
            "axes": [axis(RATE, 0.001, 3, 16, "log"), axis(UNITS, 1, 16, 16, "linear")],
            "seeds": 1, "colour": "boundary",
        },
        {
            "axes": [{"path": "layers.activation", "values": ["relu", "tanh"]}],
            "seeds": 5, "colour": "test_loss",
        },
    ]  # fmt: skip
    (first, one), (second, other) = modules.load(roundtrip, maps)
    assert first == "rate:0.001:3:16:log,units:1:16:16"
    assert second == "activation:relu.tanh,seeds:5,colour:test_loss"
    assert [one, other] == maps


@pytest.mark.parametrize(
    "text",
    [
        "", "rate", "rate:1", "rate:1:0.1:4", "rate:0:1:4:log", "rate:1:2:1", "rate:1:2:4:cubic",
        "nothing:1:2:4", "rate:1:2:4:log:more", "units:1:8:8,depth:1:8:8,seed:1:8:8", "seeds:5",
        "rate:1:2:4,colour:red", "activation:relu", "__proto__:1:2:4", "rate:1e999:2:4", "x" * 601,
    ],
)  # fmt: skip
def test_what_is_no_map_is_refused(modules: Modules, text: str) -> None:
    read = 'return (await import("map/model/address")).readMapText(arguments[0]);'
    assert modules.load(read, text) is None


def test_a_wall_fits_its_room_and_finds_its_cells(modules: Modules) -> None:
    script = """const { cellAt, layOutWall, placesOf } = await import("map/model/layout");
      const size = layOutWall({ columns: 16, rows: 8 }, arguments[0]);
      const { apart, width, height } = size;
      return [size, cellAt(size, 0, height - 1), cellAt(size, width - 1, 0), cellAt(size, width, 0),
        placesOf(size, { left: 4 * apart, right: 8 * apart, top: 0, bottom: 2 * apart })];"""
    for ratio in (1, 1.5, 2):
        room = {"width": 600, "height": 500, "ratio": ratio, "most": 200}
        size, first, last, outside, places = modules.load(script, room)
        assert size["width"] <= 600
        assert size["height"] <= 500
        assert size["apart"] > 34
        assert isinstance(size["cell"], int)
        assert (first, last, outside) == (0, 8 * 16 - 1, -1)
        assert places["across"] == pytest.approx([3.5, 7.5])
        assert places["up"] == pytest.approx([5.5, 7.5])


def test_a_map_that_a_session_kept_is_known_again(modules: Modules) -> None:
    """A page that is loaded anew goes on with it; a link that says another one begins that."""
    same = """const { isSameMap } = await import("map/model/reading");
      return arguments[0].map((asked) => isSameMap(arguments[1], asked));"""
    kept = {
        "seeds": 1,
        "axes": [
            {"path": "batch_size", "values": [1, 2, 3, 8], "scale": "log"},
            {"path": "optimizer.name", "values": ["sgd", "adam"], "scale": "linear"},
        ],
    }
    batches, names = axis(BATCH, 1, 8.0004, 8, "log"), {"path": NAMES["path"]}
    asked = [
        {"axes": [batches, {**names, "values": ["sgd", "adam"]}], "seeds": 1},
        {"axes": [batches, {**names, "values": ["sgd", "adam"]}], "seeds": 3},
        {"axes": [batches, {**names, "values": ["sgd", "lion"]}], "seeds": 1},
        {"axes": [{**batches, "high": 16}, {**names, "values": ["sgd", "adam"]}], "seeds": 1},
        {"axes": [batches], "seeds": 1},
    ]
    assert modules.load(same, asked, kept) == [True, False, False, False, False]


def test_a_frame_of_a_map_is_taken_apart(modules: Modules) -> None:
    script = """const { moveCell, readCell, readMap, summarize, valuesAt } = await import("map/model/reading");
      const sweep = { rows: 2, columns: 2, axes: [{ path: "seed", values: [7, 8, 9] }] };
      const cells = Float32Array.from([.1, .2, .9, .8, 0, 1, .3, .1, .9, .8, 0, 1, NaN, NaN, NaN, NaN, 1, 0,
        NaN, NaN, NaN, NaN, NaN, NaN]);
      const frame = { meta: { sweep: { epoch: 4, state: "training", ready: 1 } }, arrays: {
        sweep_cells: { data: cells, shape: [2, 2, 6] },
        sweep_boundaries: { data: new Uint8Array(4 * 576), shape: [4, 1, 24, 24] },
        sweep_ranges: { data: new Float32Array(8), shape: [4, 2] } } };
      const map = readMap(frame, sweep);
      return [summarize(map), readCell(map, 2).diverged, valuesAt(sweep, 2), map.side, map.epoch,
        [[1, 0], [0, 1], [-1, 0]].map((way) => moveCell(map, 1, way)),
        readMap({ meta: {}, arrays: {} }, sweep), readMap(frame, { ...sweep, rows: 3 }).cells];"""  # noqa: E501
    total, diverged, values, side, epoch, moves, nothing, other = modules.load(script)
    # The fourth place has no network.
    assert total == {"count": 3, "diverged": 1, "good": 2, "best": 1}
    assert (diverged, values, side, epoch) == (True, [9], 24, 4)
    assert moves == [1, 1, 0]
    assert (nothing, other) == (None, None)
