"""Schema, presets, data pictures, health, and errors as JSON."""

from __future__ import annotations

import json

import pytest

from engine import Spec, parse_spec
from engine.spec.names import TASK_LOSSES
from tests.app.servers import LiveServer


def test_schema_is_that_of_the_spec(server: LiveServer) -> None:
    schema = json.loads(server.get("/api/schema").body)
    expected = json.loads(json.dumps(Spec.model_json_schema()))
    assert {key: schema[key] for key in expected} == expected
    assert schema["task_losses"] == {task: list(names) for task, names in TASK_LOSSES.items()}


def test_presets_are_specs(server: LiveServer) -> None:
    presets = json.loads(server.get("/api/presets").body)
    assert len({preset["id"] for preset in presets}) == len(presets) > 0
    for preset in presets:
        assert preset["title"]
        parse_spec(preset["spec"])


def test_datasets_have_pictures(server: LiveServer) -> None:
    answer = server.get("/api/datasets")
    datasets = json.loads(answer.body)
    assert {"circle", "xor", "spiral", "blobs", "plane"} <= set(datasets)
    assert "points" not in datasets
    for name, dataset in datasets.items():
        assert dataset["task"] == parse_spec({"data": {"name": name}}).task
        assert len(dataset["points"]) >= 50
        assert all(len(point) == 3 for point in dataset["points"])
    again = server.get("/api/datasets", If_None_Match=answer.headers["ETag"])
    assert again.status == 304


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nope", 404, "not_found"),
        ("POST", "/api/presets", 405, "method_not_allowed"),
        ("DELETE", "/api/schema", 405, "method_not_allowed"),
    ],
)
def test_errors_are_json(
    server: LiveServer, method: str, path: str, status: int, code: str
) -> None:
    answer = server.get(path, method=method)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    error = json.loads(answer.body)["error"]
    assert error["code"] == code
    assert error["message"]


def test_long_body_is_refused(server: LiveServer) -> None:
    answer = server.get("/api/presets", method="POST", data=b"x" * ((1 << 20) + 1))
    assert answer.status == 413
    assert json.loads(answer.body)["error"]["code"] == "request_entity_too_large"


def test_health_and_readiness(server: LiveServer) -> None:
    assert server.get("/healthz").status == 200
    assert server.get("/readyz").status == 200
