"""Frames: names, dtypes and shapes, and pictures that are the network's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import DEFAULT_VIEWS, VIEWS, FrameRequest, Programs, Trainer, parse_spec
from engine.frames import registry
from tests.engine import oracle, specs, states
from tests.engine.compilations import Compilations
from tests.engine.conftest import MakeTrainer
from tests.engine.states import same_bits

METRICS = {"step", "epoch", "train_loss", "test_loss", "penalty"}
ACCURACY = {"train_accuracy", "test_accuracy"}
REGRESSION = {"train_rmse", "test_rmse", "train_r2", "test_r2"}
PICTURES = {"boundary_range", "units_range"}
IMAGE_VIEWS = [name for name, view in registry.VIEWS.items() if view.of == "images"]


def grid(size: int) -> np.ndarray:
    """Points of a picture, row 0 at x2 = -6."""
    axis = np.linspace(-6, 6, size)
    return np.array([[x1, x2] for x2 in axis for x1 in axis], np.float32)


def read_picture(codes: np.ndarray, pair: Any) -> np.ndarray:
    low, high = pair
    return low + (high - low) * codes.astype(float) / 255


def check_picture(codes: np.ndarray, pair: Any, expected: np.ndarray) -> None:
    """Half a level of difference at most, where the range holds the value."""
    low, high = pair
    half = (high - low) / 255 / 2
    expected = np.clip(expected, low, high)
    off = np.abs(read_picture(codes, pair) - expected)
    assert off.max() <= half * 1.02 + 1e-4 * (1 + np.abs(expected).max())


@specs.bounded(20)
@given(
    value=specs.specs(activations=specs.SMOOTH_ACTIVATIONS, max_layers=4),
    seed=st.integers(0, 99),
    tile=st.integers(8, 64),
)
def test_pictures_are_those_of_the_oracle(
    programs: Programs, value: Any, seed: int, tile: int
) -> None:
    spec = parse_spec(value)
    flat = states.draw_params(spec, seed, 0.5)
    trainer = states.load_state(spec, programs, flat)
    frame = trainer.turn(request=FrameRequest(tile=tile))
    boundary_range = json.loads(frame.metadata["boundary_range"])
    expected = oracle.forward(spec, flat, grid(100)).outputs
    boundary = frame.arrays["boundary"]
    assert boundary.shape == (spec.n_outputs, 100, 100)
    for k in range(spec.n_outputs):
        check_picture(boundary[k].ravel(), boundary_range, expected[:, k])
    if spec.task == "regression" or spec.resolved_loss == "hinge":
        assert boundary_range[1] >= np.abs(expected).max() * 0.9999
        assert boundary_range[0] == -boundary_range[1]
    hidden = oracle.forward(spec, flat, grid(tile)).hidden
    ranges = json.loads(frame.metadata["units_range"])
    assert len(ranges) == len(frame.arrays["units"]) == sum(h.shape[1] for h in hidden)
    unit = 0
    for values in hidden:
        for column in values.T:
            low, high = ranges[unit]
            assert low <= 0 <= high
            assert low == pytest.approx(min(column.min(), 0), rel=1e-3, abs=1e-3)
            # Values up to 0.25 are small: they are shown in part of the range.
            top = max(column.max(), 0)
            small = max(-column.min(), top) < 0.25
            assert high == pytest.approx(0.25 if small else top, rel=1e-3, abs=1e-3)
            check_picture(frame.arrays["units"][unit].ravel(), ranges[unit], column)
            unit += 1


@pytest.mark.parametrize("tile", [8, 32, 63])
def test_a_range_is_that_of_the_pixels_alone(make_trainer: MakeTrainer, tile: int) -> None:
    """A unit that is largest at the middle of the plane, where no pixel of these tiles lies."""
    layers = [{"units": 1, "activation": "linear"}]
    trainer = make_trainer({"features": ["radius", "cos_x1"], "layers": layers})
    trainer.set_weight(0, 0, 0, -1.0)
    trainer.set_weight(0, 1, 0, -1.0)
    trainer.set_weight(0, "bias", 0, 20.0)
    (pair,) = json.loads(trainer.turn(request=FrameRequest(tile=tile)).metadata["units_range"])
    x = grid(tile).astype(float)
    values = 20 - np.hypot(x[:, 0], x[:, 1]) - np.cos(x[:, 0])
    assert pair == pytest.approx([0, values.max()], rel=1e-5)
    assert values.max() < 19.99


def test_the_boundary_is_what_is_predicted(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "arms"}})
    frame = trainer.turn(epochs=3)
    predicted = trainer.predict(grid(100))
    assert json.loads(frame.metadata["boundary_range"]) == [0, 1]
    for k in range(3):
        off = frame.arrays["boundary"][k].ravel() / 255 - predicted[:, k]
        assert np.abs(off).max() <= 0.5 / 255 + 1e-5


def test_a_picture_begins_at_the_lower_left(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "plane"}, "layers": []})
    trainer.set_weight(0, 0, 0, 0.1)
    trainer.set_weight(0, 1, 0, 1.0)
    boundary = trainer.frame(("boundary",))["boundary"][0].astype(int)
    assert boundary[0, 0] == boundary.min()
    assert boundary[-1, -1] == boundary.max()
    # x2 grows with the row, x1 with the column.
    assert boundary[-1, 0] > boundary[0, -1]


@pytest.mark.parametrize(
    ("loss", "limits"),
    [("binary_crossentropy", [0, 1]), ("mean_squared_error", [-1, 1]), ("huber", [-1, 1])],
)
def test_a_bounded_output_has_its_own_range(
    make_trainer: MakeTrainer, loss: str, limits: list[int]
) -> None:
    frame = make_trainer({"loss": loss}).turn()
    assert json.loads(frame.metadata["boundary_range"]) == limits


def test_names_dtypes_and_shapes(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "blobs", "classes": 4}, "features": ["x1"]})
    request = FrameRequest(VIEWS, select=(1, 0), tile=20, points=True)
    frame = trainer.turn(batches=2, request=request)
    found = {name: (array.dtype.str, array.shape) for name, array in frame.arrays.items()}
    n = 1 * 4 + 4 + 4 * 2 + 2 + 2 * 4 + 4
    assert found == {
        "boundary": ("|u1", (4, 100, 100)),
        "units": ("|u1", (6, 20, 20)),
        "selected": ("<f4", (100, 100)),
        "selected_values": ("<f4", (500,)),
        "weights": ("<f4", (n,)),
        "history": ("<f4", (1, 5)),
        "validation_history": ("<f4", (0, 3)),
        "ablated_boundary": ("|u1", (4, 100, 100)),
        "ablated_range": ("<f4", (2,)),
        "ablation": ("<f4", (2, 4)),
        "ablation_off": ("<f4", (0, 3)),
        "confusion_matrix": ("<f4", (3, 4, 4)),
        "class_scores": ("<f4", (3, 5, 4)),
        "roc_curves": ("<f4", frame.arrays["roc_curves"].shape),
        "roc_auc": ("<f4", (3, 4)),
        "gradient_flow": ("<f4", (3, 4)),
        "activation_histograms": ("<f4", (2, 27)),
        "gradient_histograms": ("<f4", (3, 25)),
        "step_summary": ("<f4", (14,)),
        "step_examples": ("<f4", (10, 9)),
        "step_values": ("<f4", (8, 10, 11)),
        "step_units": ("<f4", (6, 2)),
        "step_parameters": ("<f4", (n + 6, 10)),
        "sharpness": ("<f4", (1, 3)),
        "landscape": ("<f4", (33, 33)),
        "landscape_path": ("<f4", (1, 4)),
        "landscape_facts": ("<f4", (15,)),
        "layer_spaces": ("<f4", (4 * (41 * 41 + 250), 3)),
        "layer_spaces_variance": ("<f4", (4, 3)),
        "layer_spaces_output": ("<f4", (4, 4)),
        "points": ("<f4", (500, 6)),
    }
    assert all(array.flags.c_contiguous for array in frame.arrays.values())
    assert set(frame.metadata) == METRICS | ACCURACY | PICTURES | {"parameters", "selected"}
    assert json.loads(frame.metadata["selected"]) == [1, 0]
    assert all(isinstance(text, str) for text in frame.metadata.values())
    assert frame.metadata["parameters"] == str(n)
    assert frame.metadata["step"] == "2"


@pytest.mark.parametrize("exact", [False, True])
def test_no_hidden_layer(make_trainer: MakeTrainer, exact: bool) -> None:
    trainer = make_trainer({"layers": [], "data": {"name": "plane"}, "batch_size": 17})
    if exact:
        trainer.train(steps=1)
    frame = trainer.turn(request=FrameRequest(VIEWS, select=(0, 0), tile=32))
    assert frame.arrays["units"].shape == (0, 32, 32)
    assert frame.arrays["units"].dtype == np.uint8
    assert json.loads(frame.metadata["units_range"]) == []
    assert frame.arrays["weights"].shape == (3,)
    assert "selected" not in frame.arrays
    assert set(frame.metadata) == METRICS | REGRESSION | PICTURES | {"parameters"}


#: What these show is none of the run's own.
OF_OTHERS = {"race", "sweep", "sweep_sharpness"}


@pytest.mark.parametrize("view", [v for v in VIEWS if v not in {*IMAGE_VIEWS, *OF_OTHERS}])
def test_one_view_alone(make_trainer: MakeTrainer, view: str) -> None:
    trainer = make_trainer()
    declared = registry.VIEWS[view].arrays
    # Points are asked for apart.
    arrays = {array.name for array in declared if array.of in ("plane", "both")} - {"points"}
    frame = trainer.turn(batches=1, request=FrameRequest((view,), select=(0, 1)))
    assert set(frame.arrays) == arrays
    more = {"boundary": {"boundary_range"}, "units": {"units_range"}, "selected": {"selected"}}
    assert set(frame.metadata) == METRICS | ACCURACY | {"parameters"} | more.get(view, set())


@pytest.mark.parametrize("view", IMAGE_VIEWS)
def test_views_of_images_are_left_out(make_trainer: MakeTrainer, view: str) -> None:
    frame = make_trainer().turn(batches=1, request=FrameRequest((view,), select=(0, 1)))
    assert frame.arrays == {}
    assert set(frame.metadata) == METRICS | ACCURACY | {"parameters"}


def test_nothing_asked_for(make_trainer: MakeTrainer) -> None:
    frame = make_trainer().turn(batches=1, request=FrameRequest(()))
    assert frame.arrays == {}
    assert set(frame.metadata) == METRICS | ACCURACY | {"parameters"}


def test_views_until_told_otherwise(make_trainer: MakeTrainer) -> None:
    assert DEFAULT_VIEWS == ("boundary", "units", "weights", "history", "points")
    trainer = make_trainer()
    assert set(trainer.turn().arrays) == {"boundary", "units", "weights", "history"}
    assert set(trainer.frame()) == set(DEFAULT_VIEWS)
    assert set(trainer.frame(views=("boundary", "units"))) == {"boundary", "units"}


def test_metadata_are_the_metrics(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"regularization": {"l2": 0.1}})
    frame = trainer.turn(epochs=1)
    for name, value in trainer.metrics.items():
        assert np.float32(frame.metadata[name]) == np.float32(value), name


@specs.bounded(15)
@given(value=specs.specs(max_layers=4, activations=specs.SMOOTH_ACTIVATIONS), data=st.data())
def test_a_selected_unit_is_that_of_the_oracle(
    programs: Programs, value: Any, data: st.DataObject
) -> None:
    if not value["layers"]:
        return
    spec = parse_spec(value)
    layer = data.draw(st.integers(0, len(spec.layers) - 1))
    unit = data.draw(st.integers(0, spec.layers[layer].units - 1))
    flat = states.draw_params(spec, 1, 0.5)
    trainer = states.load_state(spec, programs, flat)
    arrays = trainer.frame(("selected",), select=(layer, unit))
    expected = oracle.forward(spec, flat, grid(100)).hidden[layer][:, unit].reshape(100, 100)
    np.testing.assert_allclose(arrays["selected"], expected, rtol=1e-3, atol=1e-3)
    on_points = oracle.forward(spec, flat, trainer.data.x).hidden[layer][:, unit]
    np.testing.assert_allclose(arrays["selected_values"], on_points, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("select", [None, (2, 0), (-1, 0), (0, 4), (1, 2), (0, -1), (99, 99)])
def test_a_selection_that_is_not_there_is_left_out(
    make_trainer: MakeTrainer, select: tuple[int, int] | None
) -> None:
    frame = make_trainer().turn(request=FrameRequest(("selected", "weights"), select=select))
    assert set(frame.arrays) == {"weights"}


def test_looking_at_a_unit_changes_nothing_else(make_trainer: MakeTrainer) -> None:
    one, other = make_trainer(), make_trainer()
    for _ in range(3):
        a = one.turn(batches=7, request=FrameRequest(VIEWS, select=(0, 2)))
        b = other.turn(batches=7)
        assert a.metadata == {**b.metadata, "selected": "[0, 2]"}
        for name, array in b.arrays.items():
            assert same_bits(array, a.arrays[name]), name


def test_history_has_a_row_for_every_turn_since_the_last_frame_of_it(
    make_trainer: MakeTrainer,
) -> None:
    trainer = make_trainer()
    assert trainer.turn().arrays["history"].shape == (0, 5)
    for expected in (25, 50):
        (row,) = trainer.turn(epochs=1).arrays["history"]
        check_row(row, trainer)
        assert row[0] == expected
    assert trainer.turn().arrays["history"].shape == (0, 5)
    assert trainer.turn(batches=0).arrays["history"].shape == (0, 5)


def check_row(row: np.ndarray, trainer: Trainer) -> None:
    metrics = trainer.metrics
    kind = "accuracy" if "train_accuracy" in metrics else "rmse"
    keys = ("step", "train_loss", "test_loss", f"train_{kind}", f"test_{kind}")
    np.testing.assert_array_equal(row, np.array([metrics[key] for key in keys], np.float32))


def test_history_of_a_regression_has_the_rmse(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "ridge"}})
    (row,) = trainer.turn(epochs=1).arrays["history"]
    check_row(row, trainer)


def test_history_is_kept_by_edits_and_begins_anew_at_a_reset(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    trainer.train(epochs=1)
    trainer.train(epochs=1)
    trainer.edit({"layers": [{"units": 3}]})
    history = trainer.turn(batches=5).arrays["history"]
    assert history[-1, 0] == 55
    assert (np.diff(history[:, 0]) > 0).all()
    trainer.turn(batches=5, request=FrameRequest(()))
    trainer.reset()
    assert trainer.turn(batches=2).arrays["history"][:, 0].tolist() == [2]


def test_points_follow_the_network(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer()
    request = FrameRequest((), points=True)
    before = trainer.turn(request=request).arrays["points"]
    after = trainer.turn(epochs=1, request=request).arrays["points"]
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).mean() > 0.9
    train = after[:, 3] == 0
    assert trainer.metrics["train_loss"] == pytest.approx(after[train, 5].mean(), rel=1e-5)
    assert trainer.metrics["test_loss"] == pytest.approx(after[~train, 5].mean(), rel=1e-5)


def test_tiles_of_every_size_compile_nothing(
    make_trainer: MakeTrainer, programs: Programs, compilations: Compilations
) -> None:
    trainer = make_trainer({"layers": [{"units": 3, "activation": "sin"}], "batch_size": 9})
    trainer.turn(batches=3)
    flat = states.read_state(trainer).params
    builds, compiled = programs.builds, compilations.count
    for tile in range(8, 65):
        frame = trainer.turn(request=FrameRequest(("units",), tile=tile))
        units, ranges = frame.arrays["units"], json.loads(frame.metadata["units_range"])
        assert units.shape == (3, tile, tile)
        hidden = oracle.forward(trainer.spec, flat, grid(tile)).hidden[0]
        for unit in range(3):
            check_picture(units[unit].ravel(), ranges[unit], hidden[:, unit])
    assert programs.builds == builds
    assert compilations.count == compiled


@pytest.mark.parametrize("tile", [-1, 0, 7, 65])
def test_a_tile_out_of_range_is_refused(make_trainer: MakeTrainer, tile: int) -> None:
    with pytest.raises(ValueError, match=f"tile must be 8 to 64 pixels, got {tile}"):
        make_trainer().frame(tile=tile)
