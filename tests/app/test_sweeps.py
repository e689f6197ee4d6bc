"""`sweep` and `adopt`: a grid of networks in place of the session's own, which rests meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.factory import Components
from app.limits.memory_budget import MemoryBudget
from app.protocol.parsing import parse_message
from app.sessions.copies.background import BackgroundRunner
from app.sessions.turns import take_turn
from app.sessions.worker_state import WorkerState
from engine import Sweep, Trainer, parse_spec, parse_sweep
from engine.frames.registry import DTYPES
from engine.frames.views import VIEWS
from tests.app.client import Client, FrameSeen
from tests.app.in_process import Attached
from tests.app.servers import PATIENCE

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
        "bytes": sweep["bytes"],
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


def test_it_runs_pauses_and_is_reset(client: Client) -> None:
    client.open(SMALL)
    begin(client)
    sweep_until(client, state="paused", ready=1.0)
    client.send("speed", epochs_per_frame=3)
    client.send("run")
    running = sweep_until(client, state="training")
    assert running.metadata["running"] == "true"
    later = client.frame_where(lambda frame: told(frame)["epoch"] > told(running)["epoch"] + 6)
    assert later.step == 0
    assert np.isfinite(later.arrays["sweep_cells"]).all()
    client.send("pause")
    client.send("reset")
    begun = sweep_until(client, epoch=0, state="paused")
    client.send("step", epochs=7)
    first = sweep_until(client, epoch=7)
    client.send("reset")
    again = sweep_until(client, epoch=0, state="paused")
    np.testing.assert_array_equal(again.arrays["sweep_cells"], begun.arrays["sweep_cells"])
    client.send("step", epochs=7)
    np.testing.assert_array_equal(
        sweep_until(client, epoch=7).arrays["sweep_cells"], first.arrays["sweep_cells"]
    )
    client.send("step", batches=7)
    client.error("invalid_message")


def test_the_sharpness_of_cells_is_measured_while_it_is_looked_at(client: Client) -> None:
    """A paused sweep goes on until all of its cells are known, and no further."""
    client.open(SMALL)
    begin(client)
    sweep_until(client, state="paused", ready=1.0)
    client.send("views", names=["sweep", "sweep_sharpness"])
    client.ack()

    def is_known(frame: FrameSeen) -> bool:
        found = frame.arrays.get("sweep_sharpness")
        return found is not None and bool(np.isfinite(found).all())

    known = client.frame_where(is_known)
    rates = known.arrays["sweep_sharpness"][:, :, 1]
    np.testing.assert_allclose(rates, np.tile([200, 20, 2], (2, 1)), rtol=1e-5)
    client.send("step", epochs=1)
    trained = sweep_until(client, epoch=1)
    assert "sweep_cells" in trained.arrays


def test_a_cell_is_adopted_with_its_weights_and_undone(client: Client) -> None:
    client.open(SMALL)
    begin(client)
    client.send("step", epochs=5)
    sweep_until(client, epoch=5)
    client.send("adopt", cell={"row": 1, "column": 2})
    assert client.message("sweep", acks=True)["sweep"] is None
    spec = client.message("spec", acks=True)["spec"]
    assert (spec["optimizer"]["learning_rate"], spec["regularization"]["l2"]) == (1.0, 0.1)
    client.ack()
    frame = client.frame_where(lambda frame: frame.spec_id == 1)
    assert frame.epoch == 5
    assert "sweep" not in frame.metadata
    client.send("reset")
    client.send("step", epochs=5)
    client.ack()
    alone = client.frame_where(lambda frame: frame.epoch == 5 and frame.spec_id == 2)
    np.testing.assert_allclose(alone.arrays["weights"], frame.arrays["weights"], atol=1e-5)
    client.send("undo")
    client.send("undo")
    client.ack()
    assert client.frame_where(lambda frame: frame.spec_id == 4).epoch == 0


@pytest.mark.parametrize("end", ["null", "load", "branch"])
def test_it_ends_and_the_network_is_there_again(client: Client, end: str) -> None:
    client.open(SMALL)
    client.send("edit", patch={"optimizer": {"learning_rate": 0.5}})
    client.send("step", epochs=3)
    client.ack(2)
    before = client.frame_where(lambda frame: frame.epoch == 3)
    client.run()
    begin(client)
    client.ack()
    client.frame_where(lambda frame: told(frame).get("epoch", 0) > 3)
    if end == "null":
        client.send("sweep", sweep=None)
    elif end == "load":
        client.send("load", spec=SMALL)
        client.message("spec", acks=True)
    else:
        client.send("branch", point=1)
        client.message("spec", acks=True)
    assert client.message("sweep", acks=True)["sweep"] is None
    client.ack()
    frame = client.frame_where(lambda frame: "sweep" not in frame.metadata)
    assert frame.metadata["running"] == "false"
    assert "sweep_cells" not in frame.arrays
    assert (frame.epoch >= before.epoch) == (end == "null")


def test_it_goes_on_after_an_edit_and_ends_where_there_is_no_such_sweep(client: Client) -> None:
    client.open(SMALL)
    begin(client)
    client.send("step", epochs=5)
    first = sweep_until(client, epoch=5)
    client.send("edit", patch={"layers": [{"units": 3}, {"units": 2}]})
    assert len(client.message("spec", acks=True)["spec"]["layers"]) == 2
    client.ack()
    cells = first.arrays["sweep_cells"]

    def has_moved(frame: FrameSeen) -> bool:
        now = frame.arrays.get("sweep_cells", cells)
        return frame.spec_id == 1 and not np.array_equal(now, cells)

    moved = client.frame_where(lambda frame: has_moved(frame) and not told(frame)["waiting"])
    assert (told(moved)["epoch"], told(moved)["state"]) == (5, "paused")
    client.send("step", epochs=1)
    assert np.isfinite(sweep_until(client, epoch=6).arrays["sweep_cells"]).all()
    client.send("adopt", cell={"row": 0, "column": 0})
    assert client.message("sweep", acks=True)["sweep"] is None
    adopted = client.message("spec", acks=True)
    assert (adopted["step"], len(adopted["spec"]["layers"])) == (18, 2)
    client.send("set_weight", layer=0, from_=0, to=0, value=0.5)
    client.message("spec", acks=True)
    momenta = {"axes": [{"path": "layers.units", "low": 1, "high": 3, "count": 3}]}
    assert begin(client, momenta)["columns"] == 2
    client.send("edit", patch={"layers": []})
    client.message("spec", acks=True)
    assert client.message("sweep", acks=True)["sweep"] is None
    assert client.error("invalid_sweep")["path"] == "axes.0.path"


def test_undo_and_redo_keep_what_its_networks_have_learned(client: Client) -> None:
    client.open(SMALL)
    begin(client)
    client.send("step", epochs=5)
    first = sweep_until(client, epoch=5).arrays["sweep_cells"]

    def cells(spec_id: int) -> np.ndarray:
        client.ack()
        frame = client.frame_where(
            lambda frame: (
                frame.spec_id == spec_id
                and not told(frame)["waiting"]
                and "sweep_cells" in frame.arrays
            )
        )
        assert told(frame)["epoch"] == 5
        return frame.arrays["sweep_cells"]

    client.send("edit", patch={"data": {"noise": 0.3}})
    edited = cells(1)
    assert not np.array_equal(edited, first)
    client.send("undo")
    np.testing.assert_array_equal(cells(2), first)
    client.send("redo")
    np.testing.assert_array_equal(cells(3), edited)
    client.send("adopt", cell={"row": 1, "column": 2})
    assert client.message("sweep", acks=True)["sweep"] is None
    assert client.message("spec", acks=True)["spec"]["data"]["noise"] == 0.3


def test_edits_follow_each_other_while_it_runs(client: Client) -> None:
    """Some of them while the program of the one before is still compiled."""
    client.open(SMALL)
    begin(client)
    sweep_until(client, state="paused", ready=1.0)
    client.run()
    client.ack()
    for patch in (
        {"regularization": {"l1": 0.001}}, {"layers": [{"units": 3, "activation": "relu"}]},
        {"batch_size": 5}, {"optimizer": {"learning_rate": 0.5}}, {"data": {"noise": 0.2}},
    ):  # fmt: skip
        client.send("edit", patch=patch)
        client.message("spec", acks=True)
    client.ack()
    frame = client.frame_where(lambda frame: frame.spec_id == 5 and not told(frame)["waiting"])
    assert told(frame)["state"] == "training"
    epoch = told(frame)["epoch"]
    client.frame_where(lambda frame: told(frame)["epoch"] > epoch > 0)
    client.send("adopt", cell={"row": 1, "column": 2})
    assert client.message("sweep", acks=True)["sweep"] is None
    spec = client.message("spec", acks=True)["spec"]
    assert (spec["batch_size"], spec["layers"][0]["activation"]) == (5, "relu")
    assert (spec["optimizer"]["learning_rate"], spec["data"]["noise"]) == (1.0, 0.2)


def test_who_comes_back_is_told_of_it(connect: Callable[..., Client]) -> None:
    client = connect()
    token = client.open(SMALL)["session"]
    sweep = begin(client)
    client.send("step", epochs=5)
    sweep_until(client, epoch=5)
    client.close()
    other = connect()
    other.resume(token)
    assert other.message("sweep")["sweep"] == sweep
    frame = other.frame_where(lambda frame: "sweep" in frame.metadata)
    assert told(frame)["epoch"] == 5
    assert frame.arrays["sweep_cells"].shape == (2, 3, 6)
    other.send("sweep", sweep=None)
    assert other.message("sweep", acks=True)["sweep"] is None


@pytest.mark.slow
def test_cells_that_diverge_say_so(client: Client) -> None:
    client.open({**SMALL, "data": {"name": "plane", "samples": 60}})
    rates = {"path": "optimizer.learning_rate", "values": [0.01, 10]}
    begin(client, {"axes": [rates], "seeds": 2})
    client.send("step", epochs=40)
    cells = sweep_until(client, epoch=40).arrays["sweep_cells"].reshape(-1, 6)
    assert np.isfinite(cells[0]).all()
    assert cells[0, 4] == 0
    assert np.isnan(cells[1, :4]).all()
    assert cells[1, 4:].tolist() == [1, 0]


def test_others_get_their_frames_while_a_large_sweep_trains(
    connect: Callable[..., Client],
) -> None:
    busy, other = connect(), connect()
    busy.open({"batch_size": 1, "data": {"samples": 2000}, "layers": [{"units": 8}]})
    wide = [{**RATES, "count": 32}, {**PENALTIES, "count": 32}]
    assert begin(busy, {"axes": wide})["networks"] == 1024
    sweep_until(busy, ready=1.0, state="paused")
    busy.send("run")
    busy.ack()
    # An epoch of it takes seconds: its frames tell how far it is.
    busy.frame_where(lambda frame: 0 < told(frame)["progress"] < 1)
    other.open(SMALL)
    other.run()
    other.ack()
    other.frame_where(lambda frame: frame.epoch > 30)
    busy.ack()
    assert told(busy.frame_where(lambda frame: "sweep" in frame.metadata))["epoch"] == 0
    busy.send("sweep", sweep=None)
    assert busy.message("sweep", acks=True)["sweep"] is None


def send(session: Attached, kind: str, **content: Any) -> None:
    command: Any = parse_message(json.dumps({"type": kind, **content}))
    session.session.enqueue(command, 100)


def test_a_saved_session_comes_back_without_it(in_process: Components) -> None:
    attached = Attached(Trainer(parse_spec(SMALL), in_process.programs))
    send(attached, "run")
    send(attached, "sweep", sweep=GRID)
    saved = attached.session.save()
    assert "sweep" in {message["type"] for message in attached.messages()}
    assert attached.session.state == "running"
    assert saved is not None
    notes = saved.result()
    assert notes is not None
    assert not notes.notes.running
    attached.session.end()


def test_sweeps_of_all_sessions_share_one_memory(in_process: Components) -> None:
    alone = Sweep(parse_spec(SMALL), parse_sweep(GRID), programs=in_process.programs)
    memory = MemoryBudget(alone.n_bytes * 3 // 2)
    trainers = [Trainer(parse_spec(SMALL), in_process.programs) for _ in range(2)]
    first, second = (Attached(trainer, sweep_memory=memory) for trainer in trainers)
    send(first, "sweep", sweep=GRID)
    told = [message for message in first.messages() if message["type"] == "sweep"]
    assert memory.used == told[0]["sweep"]["bytes"]
    send(second, "sweep", sweep=GRID)
    said = [message for message in second.messages() if message["type"] == "error"]
    assert [(one["code"], one["path"]) for one in said] == [("memory_limit", "axes")]
    send(first, "sweep", sweep=None)
    first.receive()
    assert memory.used == 0
    send(second, "sweep", sweep=GRID)
    assert "sweep" in {message["type"] for message in second.messages()}
    second.session.end()
    assert memory.used == 0
    first.session.end()


def sweep_frames(attached: Attached, **expected: Any) -> FrameSeen:
    """The first frame of which the sweep's metadata say so; takes turns until it is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        attached.session.add_credit(attached.outbox)
        for got in attached.receive():
            if isinstance(got, FrameSeen) and expected.items() <= told(got).items():
                return got
    raise AssertionError(f"no frame of a sweep has {expected}")


def test_without_room_for_both_an_edit_begins_the_sweep_again(in_process: Components) -> None:
    alone = Sweep(parse_spec(SMALL), parse_sweep(GRID), programs=in_process.programs)
    memory = MemoryBudget(alone.n_bytes * 3 // 2)
    attached = Attached(Trainer(parse_spec(SMALL), in_process.programs), sweep_memory=memory)
    send(attached, "views", names=["sweep"])
    send(attached, "sweep", sweep=GRID)
    send(attached, "step", epochs=5)
    trained = sweep_frames(attached, epoch=5).arrays["sweep_cells"]
    send(attached, "edit", patch={"regularization": {"l1": 0.001}})
    again = sweep_frames(attached, epoch=0, state="paused", waiting=False)
    assert memory.used == alone.n_bytes
    assert not np.array_equal(again.arrays["sweep_cells"], trained)
    send(attached, "step", epochs=1)
    sweep_frames(attached, epoch=1)
    # One that has no room even alone ends, and says why.
    send(attached, "edit", patch={"layers": [{"units": 32}] * 8})
    said = attached.messages()
    assert [one["sweep"] for one in said if one["type"] == "sweep"] == [None]
    assert [(e["code"], e["path"]) for e in said if e["type"] == "error"] == [
        ("memory_limit", "axes")
    ]
    assert memory.used == 0
    attached.session.end()


def test_a_reset_while_an_edit_waits_begins_the_edited_networks(in_process: Components) -> None:
    attached = Attached(Trainer(parse_spec(SMALL), in_process.programs))
    send(attached, "views", names=["sweep"])
    send(attached, "sweep", sweep=GRID)
    send(attached, "step", epochs=5)
    sweep_frames(attached, epoch=5)
    patch = {"layers": [{"units": 5}]}
    send(attached, "edit", patch=patch)
    send(attached, "reset")
    shown = sweep_frames(attached, epoch=0, waiting=False).arrays["sweep_cells"]
    alone = Sweep(parse_spec({**SMALL, **patch}), parse_sweep(GRID), programs=in_process.programs)
    alone.compile()
    np.testing.assert_array_equal(shown, alone.cells)
    attached.session.end()


def test_a_sweep_that_fails_pauses_and_can_be_ended(
    in_process: Components, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    attached = Attached(Trainer(parse_spec(SMALL), in_process.programs))
    send(attached, "views", names=["sweep"])
    send(attached, "sweep", sweep=GRID)
    sweep_frames(attached, state="paused", ready=1.0)
    with monkeypatch.context() as broken:
        broken.setattr(Sweep, "advance", lambda *_: 1 / 0)
        send(attached, "run")
        sweep_frames(attached, state="failed")
    assert "a sweep failed" in caplog.text
    assert attached.session.state == "paused"
    send(attached, "sweep", sweep=None)
    send(attached, "step", epochs=1)
    attached.session.add_credit(attached.outbox)
    frames = [got for got in attached.receive() if isinstance(got, FrameSeen)]
    assert frames[-1].epoch == 1
    assert "sweep" not in frames[-1].metadata
    attached.session.end()


def test_nobody_trains_for_a_client_that_is_lost(in_process: Components) -> None:
    """Its sweep rests while it may come back, and gives its memory back with its session."""
    memory = MemoryBudget(1 << 30)
    attached = Attached(Trainer(parse_spec(SMALL), in_process.programs), sweep_memory=memory)
    send(attached, "views", names=["sweep"])
    send(attached, "sweep", sweep=GRID)
    send(attached, "run")
    sweep_frames(attached, state="training")
    attached.session.detach(attached.outbox)
    attached.receive()
    assert attached.session.find_due(time.monotonic()) is None
    assert memory.used > 0
    attached.session.end()
    assert memory.used == 0


def test_what_a_turn_begins_while_its_session_ends_is_given_back(in_process: Components) -> None:
    memory = MemoryBudget(1 << 30)
    trainer = Trainer(parse_spec(SMALL), in_process.programs)
    runner = BackgroundRunner()
    attached = Attached(trainer, sweep_memory=memory, background=runner)
    session = attached.session
    rates = {"dimensions": [{"path": RATES["path"], "low": 0.01, "high": 1}], "method": "random"}
    send(attached, "search", search=rates)
    send(attached, "sweep", sweep=GRID)
    seen: list[Any] = []

    def turn(worker: WorkerState) -> None:
        session.end()
        while not worker.sweep.active:
            take_turn(worker)
        seen.append((worker, worker.searches.search, memory.used))

    session.take_turn(turn)
    worker, search, used = seen[0]
    assert search is not None
    assert used > 0
    assert worker.searches.search is None
    assert not worker.sweep.active
    assert memory.used == 0
    runner.close()


BOTH = {"low": 0.1, "high": 1, "count": 4}
#: A request, and the path that is at fault.
HOSTILE: list[tuple[Any, str]] = [
    (3, ""),
    ({}, "axes"),
    ({"axes": []}, "axes"),
    ({"axes": [RATES] * 3}, "axes"),
    ({"axes": [RATES, RATES]}, "axes.1.path"),
    ({"axes": [{"path": "version", **BOTH}]}, "axes.0.path"),
    ({"axes": [{"path": "__class__", **BOTH}]}, "axes.0.path"),
    ({"axes": [{"path": "x" * 5000, **BOTH}]}, "axes.0.path"),
    ({"axes": [{"path": "seed", "low": 1}]}, "axes.0.high"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "low": 0}]}, "axes.0.low"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "high": 1e308}]}, "axes.0.high"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "high": 0.1}]}, "axes.0.high"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "count": 65}]}, "axes.0.count"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "count": 4.5}]}, "axes.0.count"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "count": True}]}, "axes.0.count"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "low": "1"}]}, "axes.0.low"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "scale": "cubic"}]}, "axes.0.scale"),
    ({"axes": [{"path": "optimizer.learning_rate", **BOTH, "colour": 1}]}, "axes.0.colour"),
    ({"axes": [{**RATES, "count": 33}, PENALTIES]}, "axes.0"),
    ({"axes": [{"path": "regularization.l2", "low": 0, "high": 1, "count": 4}]}, "axes.0.low"),
    ({"axes": [{"path": "seed", "low": 1, "high": 1.2, "count": 4}]}, "axes.0"),
    ({"axes": [{"path": "optimizer.momentum", **BOTH, "high": 0.9}]}, "axes.0.path"),
    ({"axes": [{"path": "layers.activation", **BOTH}]}, "axes.0.values"),
    ({"axes": [{"path": "layers.activation", "values": ["relu"]}]}, "axes.0.values"),
    ({"axes": [{"path": "layers.activation", "values": ["relu", "x"]}]}, "axes.0.values.1"),
    ({"axes": [{"path": "layers.activation", "values": ["relu", 1]}]}, "axes.0.values.1"),
    ({"axes": [{"path": "seed", "values": ["relu", 1]}]}, "axes.0.values.0"),
    ({"axes": [RATES], "seeds": 17}, "seeds"),
    ({"axes": [RATES], "seeds": 0}, "seeds"),
    ({"axes": [{**RATES, "count": 32}, {**PENALTIES, "count": 32}], "seeds": 16}, "seeds"),
    (
        {
            "axes": [
                {"path": "layers.count", "low": 0, "high": 8, "count": 9},
                {"path": "layers.activation", "values": ["relu", "tanh", "sin", "elu", "gelu"]},
            ]
        },
        "axes",
    ),
]


@pytest.mark.parametrize(("sweep", "path"), HOSTILE)
def test_what_breaks_a_rule_is_refused_with_its_place(
    opened: Client, sweep: Any, path: str
) -> None:
    opened.send("sweep", sweep=sweep)
    error = opened.error("invalid_sweep")
    assert error["path"] == path
    assert 0 < len(error["message"]) < 300
    assert "\n" not in error["message"]


def test_images_are_refused(client: Client) -> None:
    client.open({"data": {"name": "digits"}, "layers": [{"units": 8}]})
    client.send("sweep", sweep=GRID)
    client.error("invalid_sweep")


@pytest.mark.parametrize(
    "content",
    [
        {}, {"racer": 0, "cell": {"row": 0, "column": 0}}, {"cell": {"row": -1, "column": 0}},
        {"cell": {"row": 0}}, {"cell": {"row": 0, "column": 64}}, {"cell": {"row": 0, "column": 9}},
    ],
)  # fmt: skip
def test_what_is_no_cell_is_not_adopted(opened: Client, content: dict[str, Any]) -> None:
    opened.send("adopt", **content)
    opened.error("invalid_message")
