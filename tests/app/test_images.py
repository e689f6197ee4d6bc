"""Image sets over the stream and as files, on the real 8x8 digits, which need no network."""

from __future__ import annotations

import base64
import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.app.client import Client
from tests.app.servers import LiveServer
from tests.sizes import choose

SPEC = {
    "data": {"name": "digits"},
    "layers": [{"units": 16, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.01},
}


#: Widths that no test has had before, so that their programs have to be compiled.
_new_widths = itertools.count(100)


def fresh(activation: str = "tanh") -> dict[str, Any]:
    """An edit that waits: no general program serves normalized layers."""
    layer = {"units": next(_new_widths), "activation": activation, "batch_norm": True}
    return {"layers": [layer]}


def fetch(server: LiveServer, path: str) -> bytes:
    with urllib.request.urlopen(server.url + path) as answer:
        return answer.read()


@pytest.fixture
def opened_digits(client: Client) -> Client:
    client.open(SPEC)
    client.frame()
    client.ack(2)
    return client


@pytest.mark.transports
def test_a_session_trains_on_images(opened_digits: Client) -> None:
    client = opened_digits
    client.send("views", names=["history", "digit", "confusion"])
    client.run()
    frame = client.frame_where(
        lambda frame: frame.epoch >= 5 and frame.metadata["measured_step"] == frame.metadata["step"]
    )
    assert float(frame.metadata["test_accuracy"]) > 0.5
    assert frame.arrays["confusion"].sum() == 355
    assert frame.arrays["activations"].shape == (16,)
    assert frame.arrays["probabilities"].sum() == pytest.approx(1, abs=1e-5)
    assert frame.metadata["data_source"] == "sklearn"


def test_an_experiment_on_images_trains_copies_for_a_part_of_the_way(
    opened_digits: Client,
) -> None:
    """They begin at step 0, and tell the gradients of their layers; the run goes on."""
    client = opened_digits
    client.run()
    patch = {"optimizer": {"learning_rate": 1e-5}}
    client.send("try", trial="a", candidates=[{"patch": patch}], epochs=2, restart=True, flow=True)
    told: dict[str, Any] = {"type": "trying"}
    while told["type"] == "trying":
        got = client.receive()
        if isinstance(got, dict):
            told = got
        else:
            client.ack()
    assert told["type"] == "tried", told
    assert (told["step"], told["epochs"], told["batches"]) == (0, 2, 24)
    [slow] = told["results"]
    assert slow["test_loss"] > told["baseline"]["test_loss"]
    assert [len(one["flow"]) for one in (slow, told["baseline"])] == [2, 2]


def test_predictions_come_only_when_they_have_changed(opened_digits: Client) -> None:
    client = opened_digits
    client.send("views", names=["predictions", "digit"])
    first = client.frame_where(lambda frame: "predictions" in frame.arrays)
    assert first.arrays["predictions"].shape == (355,)
    client.ack()
    client.send("views", digit={"row": 3})
    same = client.frame_where(lambda frame: "image" in frame.arrays)
    assert json.loads(same.metadata["unchanged"]) == ["predictions"]
    assert "predictions" not in same.arrays
    client.ack()
    client.send("step", epochs=1)
    later = client.frame_where(lambda frame: frame.epoch == 1)
    assert "unchanged" not in later.metadata
    assert (later.arrays["predictions"] != first.arrays["predictions"]).any()


def test_who_takes_a_session_up_gets_the_predictions(
    client: Client, connect: Callable[[], Client]
) -> None:
    token = client.open(SPEC)["session"]
    client.send("views", names=["predictions"])
    client.frame_where(lambda frame: "predictions" in frame.arrays)
    other = connect()
    other.resume(token)
    assert "predictions" in other.frame().arrays


def test_an_edit_to_a_new_shape_does_not_hold_up_training(opened_digits: Client) -> None:
    client = opened_digits
    client.run()
    patch = fresh()
    client.send("edit", patch=patch)
    seen: list[Any] = []
    while not (isinstance(got := client.receive(), dict) and got["type"] == "spec"):
        seen.append(got)
        if not isinstance(got, dict):
            client.ack()
    assert got["spec"]["layers"][0]["units"] == patch["layers"][0]["units"]
    waiting = [i for i, one in enumerate(seen) if one == {"type": "waiting"}]
    assert len(waiting) == 1
    steps = [one.step for one in seen[waiting[0] :] if not isinstance(one, dict)]
    assert len(steps) > 1, "frames came while the edit waited"
    assert steps[-1] > steps[0]
    after = client.frame_where(lambda frame: frame.spec_id == got["id"])
    assert after.step >= steps[-1]


@pytest.mark.slow
def test_edits_that_wait_are_applied_in_their_order(opened_digits: Client) -> None:
    client = opened_digits
    patches = [fresh() for _ in range(choose(2, 4))]
    for patch in patches:
        client.send("edit", patch=patch)
    client.send("edit", patch={"optimizer": {"learning_rate": 0.5}})
    specs = []
    while len(specs) <= len(patches):
        got = client.receive()
        if isinstance(got, dict) and got["type"] == "spec":
            specs.append(got["spec"])
        elif not isinstance(got, dict):
            client.ack()
    sent = [patch["layers"][0]["units"] for patch in (*patches, patches[-1])]
    assert [spec["layers"][0]["units"] for spec in specs] == sent
    assert specs[-1]["optimizer"]["learning_rate"] == 0.5


def test_undo_leaves_an_edit_that_waits(opened_digits: Client) -> None:
    client = opened_digits
    client.send("edit", patch=fresh())
    client.send("undo")
    assert client.message("waiting", acks=True)
    spec = client.message("spec", acks=True)
    assert spec["spec"]["layers"][0]["units"] == 16
    assert not spec["undo"]


@pytest.mark.slow
def test_a_reset_waits_for_the_edits_before_it(opened_digits: Client) -> None:
    client = opened_digits
    client.run()
    client.frame_where(lambda frame: frame.step > 0)
    client.ack()
    client.send("pause")
    patch = fresh()
    client.send("edit", patch=patch)
    client.send("reset")
    assert client.message("waiting", acks=True)
    edited, reset = (client.message("spec", acks=True) for _ in range(2))
    assert [one["spec"]["layers"][0]["units"] for one in (edited, reset)] == [
        patch["layers"][0]["units"]
    ] * 2
    assert edited["step"] > 0
    assert reset["step"] == 0


def test_from_the_plane_to_images_and_back(opened: Client) -> None:
    opened.ack(2)
    opened.send("edit", patch={**SPEC, **fresh()})
    assert opened.message("waiting", acks=True)
    spec = opened.message("spec", acks=True)
    assert spec["spec"]["batch_size"] == 128
    frame = opened.frame_where(lambda frame: frame.spec_id == spec["id"])
    assert "boundary" not in frame.arrays
    opened.ack()
    opened.send("undo")
    back = opened.message("spec", acks=True)
    assert back["spec"]["data"]["name"] == "circle"
    frame = opened.frame_where(lambda frame: frame.spec_id == back["id"])
    assert frame.arrays["boundary"].shape == (1, 100, 100)


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"layers": [{"units": 1025}]}, "layers.0.units"),
        ({"batch_size": 8}, "batch_size"),
        ({"layers": [{}] * 5}, "layers"),
    ],
)
def test_bad_edits_are_refused_at_once(
    opened_digits: Client, patch: dict[str, Any], path: str
) -> None:
    opened_digits.send("edit", patch=patch)
    assert opened_digits.error("invalid_spec")["path"] == path


def drawing(size: int = 56, **changes: Any) -> dict[str, Any]:
    ink = np.zeros((size, size), np.uint8)
    ink[8:48, 26:32] = 255
    text = base64.b64encode(ink.tobytes()).decode()
    return {"ink": text, "width": size, "height": size, **changes}


def test_a_drawing_is_prepared_and_answered(opened_digits: Client) -> None:
    client = opened_digits
    client.ack()
    client.send("views", names=["digit"], digit=drawing())
    prepared = client.frame_where(lambda frame: "image" in frame.arrays).arrays
    client.send("views", digit=drawing(prepared=False))
    plain = client.frame().arrays
    assert prepared["image"].shape == plain["image"].shape == (8, 8)
    assert prepared["image"].max() == 255
    assert not np.array_equal(prepared["image"], plain["image"])
    client.ack()
    client.send("views", digit={"part": "train", "row": 3})
    content = client.frame().arrays["image"]
    assert content.max() > 0


@pytest.mark.parametrize(
    "digit",
    [
        {"part": "all", "row": 1},
        {"row": -1},
        {"row": "1"},
        {"ink": "%%%", "width": 2, "height": 2},
        {"ink": "AAAA", "width": 2, "height": 2},
        {"ink": "A" * 200_000, "width": 280, "height": 280},
        {"ink": "AAAA", "width": 3, "height": 1, "more": 1},
        7,
    ],
)
def test_bad_digits_are_refused(opened_digits: Client, digit: Any) -> None:
    opened_digits.send("views", digit=digit)
    assert opened_digits.error("invalid_message")["path"].startswith("digit")


def test_images_are_served_with_their_labels(server: LiveServer, opened_digits: Client) -> None:
    told = json.loads(fetch(server, "/api/images"))
    assert set(told) == {"mnist", "fashion_mnist", "digits"}
    digits = told["digits"]
    assert (digits["state"], digits["train"], digits["test"]) == ("ready", 1442, 355)
    content = np.frombuffer(fetch(server, "/api/images/digits/test?start=0&count=20"), np.uint8)
    assert len(content) == 20 * (1 + 64)
    chosen = np.frombuffer(fetch(server, "/api/images/digits/test?rows=19,3"), np.uint8)
    assert chosen[:2].tolist() == [content[19], content[3]]
    np.testing.assert_array_equal(chosen[2 + 64 :], content[20 + 3 * 64 : 20 + 4 * 64])
    opened_digits.send("views", names=["digit"], digit={"row": 3})
    frame = opened_digits.frame_where(lambda frame: "image" in frame.arrays)
    np.testing.assert_array_equal(frame.arrays["image"].ravel(), chosen[2 + 64 :])


@pytest.mark.parametrize(("part", "count"), [("train", 1442), ("test", 355)])
def test_the_labels_of_a_whole_part_are_served(
    server: LiveServer, opened_digits: Client, part: str, count: int
) -> None:
    labels = np.frombuffer(fetch(server, f"/api/images/digits/{part}/labels"), np.uint8)
    assert len(labels) == count
    assert set(labels.tolist()) == set(range(10))
    rows = np.random.default_rng(0).integers(0, count, 50)
    listed = ",".join(map(str, rows.tolist()))
    chosen = np.frombuffer(fetch(server, f"/api/images/digits/{part}?rows={listed}"), np.uint8)
    np.testing.assert_array_equal(chosen[:50], labels[rows])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/images/nothing/test", 404),
        ("/api/images/nothing/test/labels", 404),
        ("/api/images/digits/validation/labels", 404),
        ("/api/images/digits/validation", 404),
        ("/api/images/digits/test?rows=355", 400),
        ("/api/images/digits/test?rows=-1", 400),
        ("/api/images/digits/test?rows=x", 400),
        ("/api/images/digits/test?count=1001", 400),
        ("/api/images/digits/test?start=-5", 400),
    ],
)
def test_other_images_are_refused(
    server: LiveServer, opened_digits: Client, path: str, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(server, path)
    with caught.value as answer:
        assert answer.code == status
        assert answer.headers["Content-Type"] == "application/json"
