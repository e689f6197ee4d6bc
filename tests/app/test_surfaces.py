"""`/api/surfaces`: a surface, the paths of optimizers, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine import SURFACES
from tests.app.servers import LiveServer
from tests.catalogues import catalogue

ADAM = {"name": "adam", "learning_rate": 0.1}


def post(server: LiveServer, body: Any, name: str = "himmelblau") -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = server.get(f"/api/surfaces/{name}", method="POST", data=data)
    return answer.status, json.loads(answer.body)


def test_a_surface_and_a_path_down_to_its_minimum(server: LiveServer) -> None:
    surface = json.loads(server.get("/api/surfaces/himmelblau").body)
    assert len(surface["heights"]) == len(surface["y"])
    status, told = post(server, {"optimizers": [ADAM, {"learning_rate": 10}], "updates": 500})
    assert status == 200
    path, diverged = told["paths"]
    assert [path["x"][0], path["y"][0]] == surface["start"]
    ends = [path["x"][-1], path["y"][-1]]
    assert any(ends == pytest.approx(place, abs=1e-2) for place in surface["minima"])
    assert path["values"][-1] == pytest.approx(0, abs=1e-3)
    assert diverged["x"][-1] is None
    assert len(diverged["x"]) == 501


def test_surfaces_are_listed_and_have_words(server: LiveServer) -> None:
    listed = json.loads(server.get("/api/surfaces").body)["surfaces"]
    assert listed == [*SURFACES]
    for language in ("en", "ko"):
        words = catalogue(language)
        assert all(f"race.surface.{name}" in words for name in listed)
        assert all(f"race.surface.about.{name}" in words for name in listed)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_there(server: LiveServer, name: str) -> None:
    assert server.get(f"/api/surfaces/{name}").status == 200
    assert post(server, {"optimizers": [{}], "updates": 2}, name)[0] == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"\xff", "invalid_json"),
        ([], "invalid_message"),
        ({}, "invalid_message"),
        ({"optimizers": []}, "invalid_message"),
        ({"optimizers": [{}] * 17}, "invalid_message"),
        ({"optimizers": [{}], "updates": 1001}, "invalid_message"),
        ({"optimizers": [{}], "start": [11, 0]}, "invalid_message"),
        ({"optimizers": [{}], "start": [0]}, "invalid_message"),
        (b'{"optimizers":[{}],"start":[NaN,0]}', "invalid_json"),
        ({"optimizers": [{"name": "newton"}]}, "invalid_spec"),
        ({"optimizers": [3]}, "invalid_spec"),
        ({"optimizers": [{}], "more": 1}, "invalid_message"),
    ],
)
def test_what_is_wrong_is_said(server: LiveServer, body: Any, code: str) -> None:
    status, error = post(server, body)
    assert (status, error["code"]) == (400, code)
    assert error["message"]


def test_a_surface_that_there_is_not(server: LiveServer) -> None:
    assert server.get("/api/surfaces/alps").status == 404
    assert post(server, {"optimizers": [{}]}, "alps")[1]["code"] == "unknown_surface"
