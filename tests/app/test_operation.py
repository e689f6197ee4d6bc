"""For the operator: metrics, status, and who may read them."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.api.schema import add_error_answers
from app.factory import ROOT, Components
from app.limits.event_counter import EventCounter
from app.operation.access import OperatorAccess
from app.operation.formats import format_bytes, format_count, format_span
from app.operation.measurements import VERSION, Measurements, make_reader
from app.operation.metrics import MetricsCollector, make_registry
from app.operation.status import make_operation_blueprint, show_status
from app.pages.assets import Assets
from app.pages.rendering import Renderer
from app.scheduling.durations import Durations
from engine import DeviceChoice
from tests.app.client import Client
from tests.app.servers import LiveServer
from tests.app.transports import InProcessClient

TOKEN = "a-token-of-the-operator"
LOCAL = {"base_url": "http://127.0.0.1:8000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
FAR = {"base_url": "http://net.example", "environ_base": {"REMOTE_ADDR": "192.168.0.40"}}


def read_metrics(text: str) -> dict[str, float]:
    """Values by the name of the series, with its labels."""
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def measure(parts: Components) -> Measurements:
    return make_reader(parts.host, parts.programs, parts.connections, parts.responses)()


def make_app(measured: Measurements, token: str | None = None) -> Flask:
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    app.config.update(BODY_LIMITS={}, MAX_CONTENT_LENGTH=1000)
    renderer = Renderer(Assets(ROOT / "static"))
    registry = make_registry(MetricsCollector(lambda: measured))
    show = partial(show_status, lambda: measured, renderer)
    app.register_blueprint(make_operation_blueprint(registry, OperatorAccess(token), show))
    add_error_answers(app)
    return app


@pytest.fixture(scope="module")
def app(in_process: Components) -> Flask:
    return make_app(measure(in_process))


@pytest.mark.parametrize("path", ["/metrics", "/status", "/status?format=json"])
def test_without_a_token_only_this_machine_may_read(app: Flask, path: str) -> None:
    client = app.test_client()
    answer = client.get(path, **LOCAL)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    for visit in (FAR, {**LOCAL, "headers": {"X-Forwarded-For": "203.0.113.9"}},
                  {**LOCAL, "base_url": "http://rebound.example:8000"}):  # fmt: skip
        refused = client.get(path, **visit)
        assert refused.status_code == 403
        assert "LIVENET_OPERATOR_TOKEN" in refused.text
        assert "livenet_" not in refused.text


def test_with_a_token_only_who_sends_it_may_read(in_process: Components) -> None:
    client = make_app(measure(in_process), TOKEN).test_client()

    def ask(said: str, **visit: Any) -> int:
        return client.get("/metrics", headers={"Authorization": said}, **visit).status_code

    def basic(pair: str) -> str:
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    assert ask(f"Bearer {TOKEN}", **FAR) == ask(basic(f"anybody:{TOKEN}"), **FAR) == 200
    for wrong in ("", "Bearer", f"Bearer {TOKEN}x", basic(f"{TOKEN}:"), basic("x:ü"), TOKEN,
                  "Digest username=x", "Basic !", f"Bearer {TOKEN} {TOKEN}"):  # fmt: skip
        assert ask(wrong, **FAR) == 401, wrong
        assert ask(wrong, **LOCAL) == 401, wrong
    refused = client.get("/status", **LOCAL)
    assert refused.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_a_run_is_counted(in_process: Components, client: Client) -> None:
    def read() -> Measurements:
        return measure(in_process)

    before = read()
    opened = client.open()
    client.frame()
    client.send("step", epochs=2)
    frame = client.frame_where(lambda frame: frame.epoch == 2)
    client.send("edit", patch={"batch_size": 0})
    client.error("invalid_spec")
    host, was = read().host, before.host
    assert host.opened == was.opened + 1
    assert host.paused >= 1
    assert host.counts.steps - was.counts.steps >= frame.step
    assert host.counts.frames - was.counts.frames >= 2
    assert host.counts.frame_bytes - was.counts.frame_bytes >= 2 * len(frame.blob)
    assert sum(host.turns.turns.counts) > sum(was.turns.turns.counts)
    assert read().errors["invalid_spec"] == before.errors.get("invalid_spec", 0) + 1
    client.close()
    in_process.host.drop(in_process.host.get(opened["session"]))  # pyright: ignore[reportArgumentType]
    after = read().host.counts
    assert after.steps >= host.counts.steps, "what a session has done outlives it"


def test_the_number_of_series_does_not_grow_with_sessions(in_process: Components) -> None:
    def count() -> int:
        with make_app(measure(in_process)).test_client() as asked:
            text = asked.get("/metrics", **LOCAL).text
        return sum(not line.startswith("#") for line in text.splitlines())

    before = count()
    clients = [InProcessClient(in_process.connections) for _ in range(4)]
    tokens = [client.open()["session"] for client in clients]
    assert count() == before
    for client, token in zip(clients, tokens, strict=True):
        client.close()
        in_process.host.drop(in_process.host.get(token))  # pyright: ignore[reportArgumentType]


def test_metrics_are_what_was_measured(in_process: Components, app: Flask) -> None:
    answer = app.test_client().get("/metrics", **LOCAL)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    values = read_metrics(answer.text)
    compiled = in_process.programs.statistics()
    assert values["livenet_ready"] == 1
    assert 1 <= values["livenet_compilations_total"] <= compiled.builds
    assert 0 < values["livenet_compilation_seconds_total"] <= compiled.seconds
    for state in ("running", "paused", "waiting"):
        assert f"livenet_sessions{{{state}}}" in values
    assert values["livenet_turn_seconds_bucket{+Inf}"] == values["livenet_turn_seconds_count"]
    assert values["process_resident_memory_bytes"] > 1 << 20
    assert f'version="{VERSION}"' not in answer.text
    assert f'livenet="{VERSION}"' in answer.text
    every = set(re.findall(r"^# HELP (\w+)", answer.text, re.M))
    assert all(name.startswith(("livenet", "process_")) for name in every)


def test_the_status_is_json_for_programs(app: Flask) -> None:
    client = app.test_client()
    asked = client.get("/status?format=json", **LOCAL)
    accepted = client.get("/status", headers={"Accept": "application/json"}, **LOCAL)
    assert asked.json == accepted.json
    content = asked.json
    assert content is not None
    assert content["versions"]["livenet"] == VERSION
    assert {"running", "paused", "waiting", "places"} <= set(content["host"])
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert client.get("/status", headers=browser, **LOCAL).mimetype == "text/html"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_status_is_a_page_for_people(in_process: Components, language: str) -> None:
    choice = DeviceChoice("networks for images", "cuda:0", {"cuda:0": 0.0004, "cpu:0": 0.01})
    measured = replace(
        measure(in_process), errors={"rate_limited": 1234}, devices=[choice], uptime=93_784.0
    )
    app = make_app(measured)
    answer = app.test_client().get(f"/status?lang={language}", **LOCAL)
    assert answer.headers["Refresh"]
    words = json.loads((ROOT / "static" / "i18n" / f"{language}.json").read_text())
    rows = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", answer.text))
    assert rows[words["status.uptime"]] == "1 d 2:03 h"
    assert rows["rate_limited"] == "1\u202f234"
    assert (rows[words["status.images"]], rows["cuda:0"]) == ("cuda:0", "0.40 ms")
    assert rows[words["status.places"]] == str(measured.host.places)
    for name in ("sessions", "load", "memory", "programs", "devices", "versions"):
        assert f'<h2 class="card-title">{words[f"status.{name}"]}</h2>' in answer.text


def test_a_server_answers_under_any_name_and_counts_answers(server: LiveServer) -> None:
    server.get("/nope")
    values = read_metrics(server.get("/metrics").body.decode())
    assert values["livenet_http_responses_total{404}"] >= 1
    assert server.get("/metrics", Host="elsewhere.example").status == 403
    page = server.get("/status")
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', page.body.decode()):
        assert server.get(address).status == 200


def test_numbers_are_written_for_people() -> None:
    assert [format_bytes(n) for n in (0, 1023, 2048, 5 << 20, 3 << 30)] == [
        "0 B", "1023 B", "2 KiB", "5 MiB", "3.0 GiB",
    ]  # fmt: skip
    assert format_count(1234567) == "1\u202f234\u202f567"
    assert [format_span(s) for s in (0, 59.9, 60, 7260, 180_000)] == [
        "0 s", "59 s", "0:01 h", "2:01 h", "2 d 2:00 h",
    ]  # fmt: skip


def test_durations_are_counted_by_bounds() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 3.0):
        durations.add(seconds)
    found = durations.read()
    assert (found.counts, found.seconds) == ((2, 1, 1), 3.65)


def test_events_are_counted_by_name() -> None:
    counter = EventCounter()
    for name in ("b", "a", "b"):
        counter.add(name)
    assert counter.read() == {"a": 1, "b": 2}


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
