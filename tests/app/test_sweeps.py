"""`sweep` and `adopt`: a grid of networks in place of the session's own, which rests meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.frames.registry import DTYPES
from engine.frames.views import VIEWS
from tests.app.client import Client, FrameSeen

SMALL = {"layers": [{"units": 3}], "data": {"samples": 60}}
RATES = {"path": "optimizer.learning_rate", "low": 0.01, "high": 1, "count": 3, "scale": "log"}
PENALTIES = {"path": "regularization.l2", "low": 0.001, "high": 0.1, "count": 2}
GRID = {"axes": [RATES, PENALTIES], "seeds": 1}


def told(frame: FrameSeen) -> dict[str, Any]:
    return json.loads(frame.metadata.get("sweep", "{}"))


def begin(client: Client, sweep: dict[str, Any] = GRID) -> dict[str, Any]:
    client.send("views", names=["sweep", "weights"])
    client.send("sweep", sweep=sweep)
    client.ack()
    return client.message("sweep", acks=True)["sweep"]


def sweep_until(client: Client, **expected: Any) -> FrameSeen:
    """The first frame of which the sweep's metadata say so."""
    client.ack()
    return client.frame_where(lambda frame: expected.items() <= told(frame).items())


@pytest.mark.transports
def test_a_sweep_is_trained_and_seen(connect: Callable[..., Client]) -> None:
    client = connect()
    client.open(SMALL)
    sweep = begin(client)
    assert sweep == {
        "axes": [
            {"path": "optimizer.learning_rate", "values": [0.01, 0.1, 1.0], "scale": "log"},
            {"path": "regularization.l2", "values": [0.001, 0.1], "scale": "log"},
        ],
        "rows": 2, "columns": 3, "seeds": 1, "networks": 6, "programs": 1,
    }  # fmt: skip
    frame = sweep_until(client, state="paused", ready=1.0, epoch=0)
    shapes = {"cells": (2, 3, 6), "boundaries": (6, 1, 24, 24), "ranges": (6, 2)}
    for array in VIEWS["sweep"].arrays:
        shape = shapes.get(array.name.removeprefix("sweep_"))
        assert shape is None or frame.arrays[array.name].shape == shape
        assert shape is None or frame.arrays[array.name].dtype == DTYPES[array.dtype]
    client.send("step", epochs=5)
    trained = sweep_until(client, epoch=5)
    assert trained.step == 0
    np.testing.assert_array_equal(trained.arrays["weights"], frame.arrays["weights"])
    assert (trained.arrays["sweep_cells"][:, :, 0] != frame.arrays["sweep_cells"][:, :, 0]).all()
