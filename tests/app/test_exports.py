"""Exports of a session over HTTP: one file or an archive, of one moment, or a clear refusal."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from safetensors.numpy import load

from engine import EXPORTS
from tests.app.client import Client
from tests.app.servers import Answer, LiveServer


def fetch(server: LiveServer, token: str, export: str, **headers: str) -> Answer:
    return server.get(f"/api/sessions/{token}/exports/{export}", "GET", None, **headers)


def file_name(answer: Answer) -> str:
    kind, _, name = answer.headers["Content-Disposition"].partition("; filename=")
    assert kind == "attachment"
    return name.strip('"')


def train(client: Client, epochs: int) -> np.ndarray:
    client.ack()
    client.send("step", epochs=epochs)
    return client.frame_where(lambda frame: frame.epoch == epochs).arrays["weights"]


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_comes_as_a_file(client: Client, server: LiveServer, name: str) -> None:
    token = client.open()["session"]
    train(client, 2)
    answer = fetch(server, token, name)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body
    expected = {
        "weights": "weights.safetensors",
        "history": "livenet_history.csv",
        "tensorboard": "events.out.tfevents.livenet",
    }
    assert file_name(answer) == expected.get(name, f"livenet-{name.replace('_', '-')}.zip")


def test_a_source_with_points_and_weights_is_an_archive(client: Client, server: LiveServer) -> None:
    token = client.open({"data": {"samples": 60}})["session"]
    weights = train(client, 3)
    answer = fetch(server, token, "pytorch?weights=beside")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"livenet_pytorch.py", "points.csv", "weights.safetensors"}
    assert len(files["points.csv"].splitlines()) == 61
    saved = load(files["weights.safetensors"])
    np.testing.assert_array_equal(saved["layers.0.kernel"].ravel(), weights[:8])
    assert "EPOCHS = 3" in files["livenet_pytorch.py"].decode()
    alone = fetch(server, token, "pytorch?weights=beside&only=source")
    assert alone.body == files["livenet_pytorch.py"]
    assert fetch(server, token, "pytorch?only=points").status == 400


def test_a_source_may_be_one_file(client: Client, server: LiveServer) -> None:
    token = client.open()["session"]
    answer = fetch(server, token, "keras_sequential?weights=inline&data=inline")
    assert file_name(answer) == "livenet_keras_sequential.py"
    compile(answer.body, "source", "exec")
    query = "jax?weights=inline&data=inline&format=notebook&language=ko"
    answer = fetch(server, token, query)
    assert file_name(answer) == "livenet_jax.ipynb"
    assert "신경망" in json.loads(answer.body)["cells"][8]["source"][0]


def test_history_is_that_of_the_run(client: Client, server: LiveServer) -> None:
    token = client.open({"data": {"samples": 100}})["session"]
    train(client, 4)
    client.send("step", epochs=1)
    frame = client.frame_where(lambda frame: frame.epoch == 5)
    rows = list(csv.DictReader(io.StringIO(fetch(server, token, "history").body.decode())))
    assert [row["epoch"] for row in rows][-2:] == ["4", "5"]
    assert float(rows[-1]["test_loss"]) == pytest.approx(float(frame.metadata["test_loss"]))
    client.send("reset")
    client.message("spec", acks=True)
    assert fetch(server, token, "history").body == b"\n"


def test_exports_of_a_running_session_are_of_one_moment(client: Client, server: LiveServer) -> None:
    token = client.open()["session"]
    client.run()
    client.ack(2)
    rows = list(csv.DictReader(io.StringIO(fetch(server, token, "history").body.decode())))
    assert int(rows[-1]["step"]) == 25 * int(rows[-1]["epoch"])


@pytest.mark.parametrize(
    ("export", "path"),
    [
        ("caffe", "name"),
        ("jax?weights=all", "weights"),
        ("jax?data=", "data"),
        ("jax?format=py", "format"),
        ("jax?language=de", "language"),
        ("jax?color=red", "color"),
        ("jax?name=pytorch", "name"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    client: Client, server: LiveServer, export: str, path: str
) -> None:
    token = client.open()["session"]
    client.frame()
    answer = fetch(server, token, export)
    error = json.loads(answer.body)
    assert answer.status == 400
    assert (error["type"], error["code"], error["path"]) == ("error", "invalid_message", path)
    assert 0 < len(error["message"]) < 300
    assert client.barrier() == []


def test_exports_of_nobody(server: LiveServer) -> None:
    answer = fetch(server, "nobody", "jax")
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "unknown_session")


def test_exports_are_bound_to_the_same_origins(client: Client, server: LiveServer) -> None:
    token = client.open()["session"]
    answer = fetch(server, token, "jax", Origin="https://elsewhere.example")
    assert (answer.status, json.loads(answer.body)["code"]) == (403, "forbidden_origin")
    assert fetch(server, token, "jax", Origin=server.url).status == 200
