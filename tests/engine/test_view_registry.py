"""Views: frames hold the arrays that the entries declare, in type and shape."""

from __future__ import annotations

import pytest

from engine import Trainer
from engine.frames.frames import FrameRequest
from engine.frames.registry import View
from engine.frames.views import VIEWS, describe_views
from tests.engine.conftest import MakeTrainer

#: Points are asked for apart, and what is said of an image comes with the image.
BESIDE = {"points", "image"}
DTYPES = {"F32": "float32", "U8": "uint8"}


def check(trainer: Trainer, view: View, of: set[str], known: dict[str, int]) -> None:
    """Holds a frame of one view to its declaration; `known` are the numbers behind the letters."""
    request = FrameRequest((view.name,), select=(0, 0), tile=known["T"], points=True)
    arrays = trainer.turn(batches=3, request=request).arrays
    declared = {array.name: array for array in view.arrays if array.of in of}
    assert set(declared) <= set(arrays)
    assert set(arrays) <= set(declared) | BESIDE
    for name, array in declared.items():
        assert str(arrays[name].dtype) == DTYPES[array.dtype], name
        assert arrays[name].ndim == len(array.shape), name
        for size, meant in zip(arrays[name].shape, array.shape, strict=True):
            assert meant == "n" or size == known.get(str(meant), meant), name


#: In frames of sessions alone: tests/app/test_races.py and tests/app/test_sweeps.py.
OF_RUNS = [name for name in VIEWS if name not in {"race", "sweep", "sweep_sharpness"}]


@pytest.mark.parametrize("name", [name for name in OF_RUNS if VIEWS[name].of != "images"])
def test_frames_of_points_hold_what_is_declared(name: str, make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "arms", "classes": 4}})
    size = trainer.weights.size
    check(trainer, VIEWS[name], {"plane", "both"}, {"K": 4, "T": 20, "U": 6, "P": size})


def test_frames_of_tables_tell_their_columns(make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "iris"}})
    check(trainer, VIEWS["columns"], {"plane", "tables", "both"}, {"T": 20})


@pytest.mark.parametrize("name", [n for n, view in VIEWS.items() if view.of != "plane"])
def test_frames_of_images_hold_what_is_declared(name: str, make_trainer: MakeTrainer) -> None:
    trainer = make_trainer({"data": {"name": "digits"}, "layers": [{"units": 6}]})
    check(trainer, VIEWS[name], {"images", "both"}, {"K": 10, "T": 20, "U": 6, "H": 8, "W": 8})


def test_a_page_is_told_what_views_hold() -> None:
    told = describe_views()
    assert list(told) == list(VIEWS)
    assert told["boundary"] == {
        "of": "plane",
        "arrays": [{"name": "boundary", "dtype": "U8", "shape": ["K", 100, 100]}],
        "cost": "frame",
        "recorded": True,
        "of_unit": False,
    }
    assert told["selected"]["of_unit"]
