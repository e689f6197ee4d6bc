"""The trained model of a session: downloaded, uploaded, and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load, save

from engine import Trainer
from tests.app.client import Client
from tests.app.servers import Answer, LiveServer


def download(server: LiveServer, token: str) -> Answer:
    return server.get(f"/api/sessions/{token}/model")


def upload(server: LiveServer, token: str, content: bytes) -> tuple[int, dict[str, Any]]:
    answer = server.get(f"/api/sessions/{token}/model", method="POST", data=content)
    return answer.status, json.loads(answer.body)


def train(client: Client, epochs: int, *, begun: int = 0) -> np.ndarray:
    client.ack()
    client.send("step", epochs=epochs)
    return client.frame_where(lambda frame: frame.epoch == begun + epochs).arrays["weights"]


def change(content: bytes, path: Path, **metadata: str) -> bytes:
    path.write_bytes(content)
    with safe_open(path, framework="numpy") as file:
        return save(load(content), {**file.metadata(), **metadata})


def test_model_is_a_saved_trainer(client: Client, server: LiveServer, tmp_path: Path) -> None:
    token = client.open({"optimizer": {"name": "adam"}})["session"]
    weights = train(client, 3)
    answer = download(server, token)
    assert answer.status == 200
    expected = 'attachment; filename="livenet-step-75.safetensors"'
    assert answer.headers["Content-Disposition"] == expected
    assert answer.headers["Cache-Control"] == "no-store"
    (tmp_path / "model").write_bytes(answer.body)
    trainer = Trainer.load(tmp_path / "model")
    assert trainer.step == 75
    assert trainer.spec.optimizer.name == "adam"
    np.testing.assert_array_equal(trainer.weights, weights)


def test_model_of_a_running_session_is_of_one_moment(client: Client, server: LiveServer) -> None:
    token = client.open()["session"]
    client.run()
    client.ack(2)
    steps = []
    for _ in range(5):
        name = download(server, token).headers["Content-Disposition"]
        steps.append(int(name.split("-")[-1].split(".")[0]))
        client.frame_where(lambda frame: frame.step > steps[-1])
        client.ack()
    assert steps == sorted(steps)
    assert all(step % 25 == 0 for step in steps)


def test_lost_session_still_gives_its_model(client: Client, server: LiveServer) -> None:
    token = client.open()["session"]
    client.close()
    assert download(server, token).status == 200


def test_uploaded_model_goes_on_as_it_was(client: Client, server: LiveServer) -> None:
    spec = {"layers": [{"units": 3}], "optimizer": {"name": "adam"}, "data": {"samples": 100}}
    token = client.open(spec)["session"]
    weights = train(client, 4)
    content = download(server, token).body
    after = train(client, 2, begun=4)
    client.send("edit", patch={"layers": [], "data": {"samples": 200}})
    client.message("spec", acks=True)
    assert upload(server, token, content) == (200, {"id": 2})
    message = client.message("spec", acks=True)
    assert message["id"] == 2
    assert [layer["units"] for layer in message["spec"]["layers"]] == [3]
    frame = client.frame_where(lambda frame: frame.spec_id == 2)
    assert frame.epoch == 4
    assert frame.arrays["points"].shape == (100, 6)
    np.testing.assert_array_equal(frame.arrays["weights"], weights)
    np.testing.assert_allclose(train(client, 2, begun=4), after, atol=1e-6)


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        (lambda content, file: b"", ""),
        (lambda content, file: content[:-1], ""),
        (lambda content, file: b"\xff" * 64, ""),
        (lambda content, file: save({"x": np.zeros(3, np.float32)}), ""),
        (lambda content, file: change(content, file, spec='{"layers":[]}'), "params"),
        (lambda content, file: change(content, file, spec='{"seed":-1}'), "seed"),
        (lambda content, file: change(content, file, counters="{"), ""),
    ],
)
def test_model_that_cannot_be_used_changes_nothing(
    client: Client, server: LiveServer, tmp_path: Path, damage: Any, path: str
) -> None:
    token = client.open()["session"]
    client.frame()
    content = damage(download(server, token).body, tmp_path / "model")
    status, error = upload(server, token, content)
    assert status == 400
    assert (error["type"], error["code"], error["path"]) == ("error", "invalid_checkpoint", path)
    assert 0 < len(error["message"]) < 300
    assert client.barrier() == []


def test_model_that_is_too_large(server: LiveServer, client: Client) -> None:
    token = client.open()["session"]
    status, error = upload(server, token, b"x" * ((1 << 20) + 1))
    assert (status, error["code"]) == (413, "message_too_large")


def test_model_of_nobody(server: LiveServer) -> None:
    assert download(server, "nobody").status == 404
    assert upload(server, "nobody", b"")[1]["code"] == "unknown_session"
