"""Edits, resets and set weights: what is kept, what is said, and in which order."""

from __future__ import annotations

import numpy as np
import pytest

from tests.app.client import Client, FrameSeen


def weights(frame: FrameSeen) -> np.ndarray:
    return frame.arrays["weights"]


def test_edit_answers_the_spec_before_its_frame(opened: Client) -> None:
    opened.send("edit", patch={"optimizer": {"name": "adam"}})
    message = opened.receive()
    assert isinstance(message, dict)
    assert message["type"] == "spec"
    assert message["id"] == 1
    assert message["spec"]["optimizer"]["name"] == "adam"
    assert opened.frame().spec_id == 1


def test_edit_keeps_weights_and_step(client: Client) -> None:
    client.open()
    client.send("step", epochs=3)
    trained = client.frame_where(lambda frame: frame.epoch == 3)
    client.ack()
    client.send("edit", patch={"optimizer": {"learning_rate": 1.0}, "batch_size": 20})
    client.message("spec")
    after = client.frame()
    assert after.step == trained.step > 0
    np.testing.assert_array_equal(weights(after), weights(trained))


def test_edit_of_layers_keeps_the_units_named_by_origin(client: Client) -> None:
    client.open({"layers": [{"units": 4}]})
    before = weights(client.frame())
    client.send("edit", patch={"layers": [{"units": 3}]}, origin=[[0, [0, 2, 3]]])
    client.message("spec")
    after = weights(client.frame())
    kept = [0, 2, 3]
    np.testing.assert_array_equal(after[:6].reshape(2, 3), before[:8].reshape(2, 4)[:, kept])
    np.testing.assert_array_equal(after[9:12], before[12:16][kept])


@pytest.mark.transports
def test_edits_while_running_never_go_back(opened: Client) -> None:
    opened.send("run")
    steps = []
    for units in range(1, 9):
        opened.send("edit", patch={"layers": [{"units": units}, {"units": 3}]})
        frame = opened.frame_where(lambda frame, units=units: frame.spec_id == units)
        assert len(frame.arrays["units"]) == units + 3
        steps.append(frame.step)
        opened.ack()
    assert steps == sorted(steps)
    assert steps[-1] > steps[0]


@pytest.mark.transports
def test_ids_rise_by_one_and_come_before_their_frames(opened: Client) -> None:
    opened.send("run")
    for seed in range(40):
        opened.send("edit", patch={"data": {"noise": seed / 100}})
    known = 0
    while known < 40:
        got = opened.receive()
        if isinstance(got, FrameSeen):
            assert got.spec_id <= known
            opened.ack()
        else:
            assert got["type"] == "spec"
            assert got["id"] == known + 1
            known += 1


def test_points_are_in_the_spec_only_when_they_changed(client: Client) -> None:
    points = [[1.0, 2.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.5, 1.0], [0.5, 0.0, 0.0]]
    assert client.open()["spec"]["data"]["points"] is None
    client.send("edit", patch={"seed": 3})
    assert "points" not in client.message("spec")["spec"]["data"]
    client.send("edit", patch={"data": {"name": "points", "points": points}})
    assert client.message("spec")["spec"]["data"]["points"] == points
    client.send("edit", patch={"seed": 4})
    assert "points" not in client.message("spec")["spec"]["data"]
    client.send("edit", patch={"data": {"name": "circle", "points": None}})
    assert client.message("spec")["spec"]["data"]["points"] is None


def test_points_are_in_a_frame_only_when_the_data_changed(opened: Client) -> None:
    opened.ack(2)
    opened.send("edit", patch={"optimizer": {"learning_rate": 0.5}})
    opened.message("spec")
    assert "points" not in opened.frame().arrays
    opened.send("edit", patch={"data": {"samples": 100}})
    opened.message("spec")
    assert opened.frame().arrays["points"].shape == (100, 6)


@pytest.mark.transports
def test_five_thousand_points_fit(opened: Client) -> None:
    rng = np.random.default_rng(0)
    points = [[*xy, float(i % 2)] for i, xy in enumerate(rng.uniform(-6, 6, (5000, 2)).tolist())]
    opened.send("edit", patch={"data": {"name": "points", "points": points}})
    assert len(opened.message("spec")["spec"]["data"]["points"]) == 5000
    assert opened.frame().arrays["points"].shape == (5000, 6)


def test_reset_returns_to_the_very_same_weights(client: Client) -> None:
    client.open()
    first = client.frame()
    client.ack()
    client.send("step", epochs=2)
    assert not np.array_equal(weights(client.frame()), weights(first))
    client.ack()
    client.send("reset")
    spec = client.message("spec")
    assert spec["id"] == 1
    assert "points" not in spec["spec"]["data"]
    again = client.frame()
    assert again.step == 0
    np.testing.assert_array_equal(weights(again), weights(first))


@pytest.mark.parametrize(
    ("layer", "from_", "to", "place"),
    [(0, 1, 2, 6), (0, "bias", 3, 11), (1, 3, 1, 19), (2, 0, 0, 22), (2, "bias", 0, 24)],
)
def test_set_weight_is_read_back(
    opened: Client, layer: int, from_: int | str, to: int, place: int
) -> None:
    opened.send("set_weight", layer=layer, from_=from_, to=to, value=0.625)
    assert opened.message("spec")["id"] == 1
    assert weights(opened.frame())[place] == 0.625


@pytest.mark.parametrize(
    ("layer", "from_", "to"), [(3, 0, 0), (0, 2, 0), (0, 0, 4), (1, "bias", 2)]
)
def test_weight_that_does_not_exist_is_refused(
    opened: Client, layer: int, from_: int | str, to: int
) -> None:
    opened.send("set_weight", layer=layer, from_=from_, to=to, value=0.5)
    opened.error("invalid_message")
    assert opened.barrier() == []


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        ({"patch": {"layers": [{"units": 0}]}}, "invalid_spec", "layers.0.units"),
        ({"patch": {"layers": [{"activation": "nope"}]}}, "invalid_spec", "layers.0.activation"),
        ({"patch": {"nope": 1}}, "invalid_spec", "nope"),
        ({"patch": {"loss": "categorical_crossentropy"}}, "invalid_spec", "loss"),
        ({"patch": {"batch_size": True}}, "invalid_spec", "batch_size"),
        ({"patch": {"seed": "1"}}, "invalid_spec", "seed"),
        ({"patch": [1]}, "invalid_patch", None),
        ({"patch": None}, "invalid_patch", None),
        ({"patch": {"layers": [{}]}, "origin": 5}, "invalid_origin", None),
        ({"patch": {"layers": [{}]}, "origin": [[7, [0, 1, 2, 3]]]}, "invalid_origin", None),
    ],
)
def test_refused_edit_changes_nothing(
    opened: Client, content: dict[str, object], code: str, path: str | None
) -> None:
    opened.send("edit", **content)
    error = opened.error(code)
    assert path is None or error["path"] == path
    assert error["message"]
    assert opened.barrier() == []
    opened.send("edit", patch={"seed": 5})
    assert opened.message("spec")["id"] == 1


def test_huge_integer_in_a_patch_is_refused(opened: Client) -> None:
    opened.send_text('{"type":"edit","patch":{"seed":%s}}' % ("9" * 4000))
    assert len(opened.error("invalid_spec")["message"]) < 300


@pytest.mark.transports
def test_deep_patch_is_refused(opened: Client) -> None:
    opened.send_text('{"type":"edit","patch":' + '{"data":' * 900 + "1" + "}" * 901)
    assert opened.message("error")["code"].startswith("invalid_")
    assert opened.barrier() == []
