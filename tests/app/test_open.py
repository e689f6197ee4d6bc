"""Opening a session, its spec, and the arrays of a frame for every task."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from app.factory import Components
from app.protocol.outbox import Outbox
from engine import Spec, dump_spec, parse_spec
from tests.app.client import Client, FrameSeen

SPECS = {
    "binary": {},
    "multiclass": {"data": {"name": "blobs", "classes": 4}, "layers": [{"units": 3}]},
    "regression": {"data": {"name": "plane"}, "layers": [{"units": 5, "activation": "relu"}]},
    "no hidden layer": {"layers": []},
    "own points": {
        "data": {"name": "points", "points": [[x / 10, -x / 10, x % 2] for x in range(50)]}
    },
}


def read_offsets(blob: bytes) -> dict[str, tuple[str, int]]:
    (length,) = struct.unpack_from("<Q", blob)
    header = json.loads(blob[8 : 8 + length])
    header.pop("__metadata__")
    return {k: (v["dtype"], 8 + length + v["data_offsets"][0]) for k, v in header.items()}


def test_opened_holds_the_whole_spec(client: Client) -> None:
    opened = client.open({"optimizer": {"learning_rate": 0.1}})
    assert opened["id"] == 0
    assert opened["running"] is False
    assert opened["resumed"] is False
    assert len(opened["session"]) >= 32
    assert opened["spec"] == dump_spec(parse_spec({"optimizer": {"learning_rate": 0.1}}))


def test_a_session_is_found_as_soon_as_its_client_knows_of_it(in_process: Components) -> None:
    """A page asks for the model, or a deck comes back, with the token of `opened`."""
    host, found = in_process.host, []

    class Client(Outbox):
        def put(self, message: Mapping[str, Any]) -> None:
            if message["type"] == "opened":
                found.append(host.get(message["session"]))
            super().put(message)

    session = host.create(Spec(), outbox := Client())
    host.disconnect(session, outbox)
    assert found == [session]


def test_tokens_differ(connect: Callable[..., Client]) -> None:
    assert connect().open()["session"] != connect().open()["session"]


@pytest.mark.parametrize("name", SPECS)
def test_first_frame_holds_every_array(connect: Callable[..., Client], name: str) -> None:
    client = connect()
    spec = Spec.model_validate(client.open(SPECS[name])["spec"])
    frame = client.frame()
    outputs = spec.n_outputs
    n_points = len(spec.data.points or ()) or spec.data.samples
    shapes = {
        "boundary": (np.uint8, (outputs, 100, 100)),
        "units": (np.uint8, (sum(layer.units for layer in spec.layers), 32, 32)),
        "weights": (np.float32, (spec.n_parameters,)),
        "points": (np.float32, (n_points, 6)),
    }
    for array, (dtype, shape) in shapes.items():
        assert frame.arrays[array].dtype == dtype, array
        assert frame.arrays[array].shape == shape, array
    assert frame.arrays["history"].dtype == np.float32
    assert frame.arrays["history"].shape[1:] == (5,)
    assert set(frame.arrays) == {*shapes, "history"}


@pytest.mark.parametrize("name", SPECS)
def test_metadata_are_those_of_the_task(connect: Callable[..., Client], name: str) -> None:
    client = connect()
    spec = Spec.model_validate(client.open(SPECS[name])["spec"])
    metadata = client.frame().metadata
    always = "step epoch spec_id running train_loss test_loss penalty"
    always += " boundary_range units_range parameters"
    regression = {"train_rmse", "test_rmse", "train_r2", "test_r2"}
    accuracy = {"train_accuracy", "test_accuracy"}
    given = regression if spec.task == "regression" else accuracy
    assert set(always.split()) | given <= set(metadata)
    assert not (regression | accuracy) - given & set(metadata)
    assert metadata["step"] == "0"
    assert metadata["spec_id"] == "0"
    assert metadata["running"] == "false"
    assert metadata["parameters"] == str(spec.n_parameters)
    assert len(json.loads(metadata["boundary_range"])) == 2


def test_arrays_are_aligned_and_floats_come_first(client: Client) -> None:
    client.open({"data": {"name": "arms"}})
    offsets = read_offsets(client.frame().blob)
    floats = [place for dtype, place in offsets.values() if dtype == "F32"]
    bytes_ = [place for dtype, place in offsets.values() if dtype == "U8"]
    assert all(place % 4 == 0 for place in floats)
    assert max(floats) < min(bytes_)


@pytest.mark.transports
def test_new_session_is_paused(opened: Client) -> None:
    opened.ack()
    assert opened.barrier() == []


@pytest.mark.transports
def test_invalid_spec_leaves_the_socket_waiting_for_another_open(client: Client) -> None:
    client.send("open", spec={"layers": [{"units": 99}]})
    error = client.error("invalid_spec")
    assert error["path"] == "layers.0.units"
    assert "99" in error["message"]
    assert client.open()["id"] == 0


@pytest.mark.parametrize("spec", [None, 3, "x", [], {"unknown": 1}, {"seed": 1e999}])
def test_spec_that_is_none_is_refused(client: Client, spec: object) -> None:
    client.send_text(json.dumps({"type": "open", "spec": spec}).replace("Infinity", "1e999"))
    client.error("invalid_spec")
    assert client.open()["id"] == 0


@pytest.mark.transports
def test_second_open_is_refused(opened: Client) -> None:
    opened.send("open", spec={})
    opened.error("invalid_message")
    opened.send("edit", patch={"seed": 1})
    assert opened.message("spec")["id"] == 1


def test_frames_of_the_same_spec_are_the_same(connect: Callable[..., Client]) -> None:
    frames: list[FrameSeen] = []
    for _ in range(2):
        client = connect()
        client.open({"seed": 7})
        frames.append(client.frame())
    for name, array in frames[0].arrays.items():
        np.testing.assert_array_equal(array, frames[1].arrays[name])
