"""Run, step, speed, views, and the loss that leaves the finite numbers."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.app.client import Client, FrameSeen
from tests.app.servers import LiveServer
from tests.app.transports import make_client


@pytest.mark.transports
def test_running_frames_follow_epoch_by_epoch(opened: Client) -> None:
    opened.send("run")
    steps = []
    for _ in range(20):
        frame = opened.frame()
        steps.append(frame.step)
        assert frame.metadata["running"] == "true"
        opened.ack()
    assert steps == list(range(25, 525, 25))


@pytest.mark.transports
def test_history_has_no_gaps(opened: Client) -> None:
    opened.send("speed", epochs_per_frame=3)
    opened.send("run")
    rows = []
    for _ in range(10):
        rows.append(opened.frame().arrays["history"])
        opened.ack()
    steps = np.concatenate(rows)[:, 0]
    assert len(steps) >= 10
    assert np.all(np.diff(steps) > 0)
    assert np.isfinite(np.concatenate(rows)).all()


@pytest.mark.parametrize("epochs", [1, 4, 200])
def test_speed_is_epochs_per_frame(opened: Client, epochs: int) -> None:
    opened.send("speed", epochs_per_frame=epochs)
    opened.send("run")
    first = opened.frame().step
    assert 0 < first <= 25 * epochs
    if epochs <= 4:
        assert first == 25 * epochs


@pytest.mark.parametrize(
    ("content", "step"),
    [({"epochs": 1}, 25), ({"epochs": 7}, 175), ({"batches": 1}, 1), ({"batches": 30}, 30)],
)
def test_step_trains_so_much_and_no_more(opened: Client, content: dict, step: int) -> None:
    opened.send("step", **content)
    frame = opened.frame()
    assert frame.step == step
    assert frame.metadata["running"] == "false"
    opened.ack(2)
    assert opened.barrier() == []


def test_long_step_arrives_in_the_end(opened: Client) -> None:
    opened.send("edit", patch={"batch_size": 1, "data": {"samples": 2000}})
    opened.message("spec")
    opened.ack()
    opened.send("step", epochs=20)
    last = opened.frame_where(lambda frame: frame.step >= 20_000)
    assert last.step == 20_000
    opened.ack(2)
    assert opened.barrier() == []


@pytest.mark.transports
def test_step_while_running_is_refused(opened: Client) -> None:
    opened.send("run")
    opened.send("step", epochs=1)
    opened.error("not_paused")
    opened.ack(2)
    opened.frame_where(lambda frame: frame.epoch >= 3)


def test_views_choose_the_arrays(opened: Client) -> None:
    opened.send("views", names=["boundary", "weights"])
    assert set(opened.frame().arrays) == {"boundary", "weights"}
    opened.ack()
    opened.send("views", names=[])
    frame = opened.frame()
    assert frame.arrays == {}
    assert frame.metadata["step"] == "0"


def test_points_asked_for_by_name_come_with_every_frame(opened: Client) -> None:
    opened.send("views", names=["points"])
    opened.send("run")
    for _ in range(5):
        assert opened.frame().arrays["points"].shape == (500, 6)
        opened.ack()


@pytest.mark.parametrize("tile", [8, 31, 64])
def test_tile_is_the_size_of_the_units(opened: Client, tile: int) -> None:
    opened.send("views", tile=tile)
    assert opened.frame().arrays["units"].shape == (6, tile, tile)


def test_selected_unit_is_sent_whole(opened: Client) -> None:
    names = ["selected", "units"]
    opened.send("views", names=names, select={"layer": 0, "unit": 3})
    frame = opened.frame()
    assert frame.arrays["selected"].shape == (100, 100)
    assert frame.arrays["selected"].dtype == np.float32
    assert frame.arrays["selected_values"].shape == (500,)
    opened.ack()
    opened.send("views", select=None)
    assert set(opened.frame().arrays) == {"units"}


def test_selection_beyond_the_network_is_ignored(opened: Client) -> None:
    opened.send("views", names=["selected", "weights"], select={"layer": 5, "unit": 0})
    assert set(opened.frame().arrays) == {"weights"}


def seconds_of_frames(client: Client, count: int) -> float:
    """Trains with credit to spare and says how long so many frames take."""
    client.ack(4)
    client.send("run")
    stamps = []
    for _ in range(count + 1):
        client.frame()
        stamps.append(time.monotonic())
        client.ack()
    return stamps[-1] - stamps[0]


@pytest.mark.transports
def test_max_fps_paces_frames_and_training(opened: Client) -> None:
    opened.send("views", max_fps=20)
    opened.frame()
    assert seconds_of_frames(opened, 7) >= 6 / 20


@pytest.mark.parametrize("asked", [None, 1000])
@pytest.mark.transports
def test_the_server_may_limit_the_frames_too(
    odd_server: LiveServer, transport: str, asked: float | None
) -> None:
    with make_client(odd_server, transport) as client:
        client.open()
        client.frame()
        client.send("views", max_fps=asked)
        client.frame()
        assert seconds_of_frames(client, 8) >= 6 / 25


def test_what_follows_a_step_does_not_wait_for_its_frame(opened: Client) -> None:
    opened.ack(4)
    opened.send("views", max_fps=0.1)
    opened.frame()
    opened.send("step", epochs=1)
    opened.send("edit", patch={"seed": 4})
    assert opened.message("spec")["id"] == 1
    opened.send("views", max_fps=None)
    assert opened.frame().spec_id == 1


def diverge(client: Client) -> list[object]:
    client.send(
        "edit",
        patch={
            "data": {"name": "plane"},
            "layers": [{"units": 8, "activation": "relu"}, {"units": 8, "activation": "relu"}],
            "optimizer": {"learning_rate": 10},
        },
    )
    client.message("spec")
    client.send("run")
    seen: list[object] = []
    while True:
        got = client.receive()
        if isinstance(got, FrameSeen):
            client.ack()
        seen.append(got)
        if isinstance(got, dict) and got["type"] == "diverged":
            return seen


@pytest.mark.transports
def test_divergence_pauses_on_the_last_finite_state(opened: Client) -> None:
    message = diverge(opened)[-1]
    assert isinstance(message, dict)
    frame = opened.frame()
    assert frame.step == message["step"]
    assert frame.metadata["running"] == "false"
    assert np.isfinite(frame.arrays["weights"]).all()
    opened.ack(2)
    assert opened.barrier() == []


def test_session_goes_on_after_divergence(opened: Client) -> None:
    diverge(opened)
    opened.frame()
    opened.ack(4)
    opened.send("edit", patch={"optimizer": {"learning_rate": 0.001}})
    opened.message("spec")
    opened.send("reset")
    opened.message("spec")
    opened.send("run")
    opened.frame_where(lambda frame: frame.epoch >= 3)


def test_a_run_ends_at_an_epoch(opened: Client) -> None:
    opened.send("step", batches=5)
    opened.frame_where(lambda frame: frame.step == 5)
    opened.send("speed", epochs_per_frame=4)
    opened.send("run", until={"epoch": 10})
    opened.ack(3)
    stopped, seen = None, []
    while stopped is None:
        message = opened.receive()
        if isinstance(message, FrameSeen):
            seen.append(message)
            opened.ack()
        elif message["type"] == "stopped":
            stopped = message
    assert stopped == {"type": "stopped", "step": 250, "reason": "epoch"}
    last = opened.frame()
    assert (last.step, last.epoch, last.metadata["running"]) == (250, 10, "false")
    assert all(frame.metadata["running"] == "true" for frame in seen)
    opened.ack(2)
    assert opened.barrier() == []
    opened.send("run", until={"epoch": 10})
    again = opened.receive()
    assert not isinstance(again, FrameSeen)
    assert again["reason"] == "epoch", "it is there already"


def test_a_run_ends_at_a_loss(opened: Client) -> None:
    opened.send("run", until={"loss": 0.3, "epoch": 5000})
    while not isinstance(message := opened.receive(), dict):
        assert float(message.metadata["train_loss"]) > 0.3
        opened.ack()
    assert message["reason"] == "loss"
    assert float(opened.frame().metadata["train_loss"]) <= 0.3
