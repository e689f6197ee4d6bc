"""Starting, stopping, bad settings, and the other server."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.server.logs import JsonFormatter, PrivateFormatter, hide_private, shorten_tokens
from app.web.settings import Settings, SettingsError, read_environment
from tests.app.client import Client
from tests.app.servers import PATIENCE, ROOT, LiveServer, wait_until
from tests.app.transports import HttpClient, WebSocketClient, make_client

#: Far more than a stop takes, far less than one that waits for clients.
STOP_PATIENCE = 10


@pytest.mark.parametrize("sockets", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_prompt_stop_with_many_sockets(sockets: int) -> None:
    with LiveServer() as server, contextlib.ExitStack() as stack:
        clients: list[Client] = [
            WebSocketClient(server.stream_url) for _ in range(sockets * 3 // 5)
        ]
        clients += [HttpClient(server.url) for _ in range(sockets * 2 // 5)]
        for client in clients:
            stack.enter_context(client)
            client.open()
            client.send("run")
            client.frame()
        assert server.stop(signal.SIGTERM) < STOP_PATIENCE
        assert server.process.returncode == 0
        for client in clients:
            assert client.closing() == 1001
    assert server.log == []


@pytest.mark.slow
def test_an_interrupt_with_clients_that_neither_read_nor_close() -> None:
    """Ctrl-C; and not even at DEBUG a token is logged."""
    with LiveServer(LIVENET_LOG_LEVEL="DEBUG") as server, contextlib.ExitStack() as stack:
        tokens = []
        for transport in ("websocket", "http"):
            client = stack.enter_context(make_client(server, transport))
            tokens.append(client.open({"layers": [{"units": 8}] * 6})["session"])
            client.send("views", tile=64)
            client.send("run")
            for _ in range(100):
                client.ack()
            send_nonsense(server, tokens[-1])
        assert server.stop(signal.SIGINT) < STOP_PATIENCE
        assert server.process.returncode == 0
    check_log(server, tokens)


def send_nonsense(server: LiveServer, token: str) -> None:
    """Requests for a session that are answered with errors, or not at all."""
    assert server.get(f"/api/sessions/{token}/points?ids=x").status == 400
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        server.get(f"/api/sessions/{token}/messages", "POST", b"[]", Content_Length="x")


def check_log(server: LiveServer, tokens: list[str]) -> None:
    assert any("dropped" in line or "opened" in line for line in server.log)
    assert not any(token in line for line in server.log for token in tokens)


def test_stop_while_compiling(tmp_path: Path) -> None:
    """Also when a client waits for the compiler; and nothing is left in the home folder."""
    server = LiveServer(HOME=str(tmp_path), LIVENET_CACHE_DIR=str(tmp_path / "programs"))
    try:
        wait_until(lambda: server.get("/healthz").status == 200, "the server answers")
        assert server.get("/readyz").status == 503
        with WebSocketClient(server.stream_url) as client:
            client.send("open", spec={})
            assert server.stop() < STOP_PATIENCE
        assert not any("Traceback" in line for line in server.log)
        assert {path.name for path in tmp_path.iterdir()} <= {"programs"}
    finally:
        server.stop()


def test_only_the_worker_loads_jax(server: LiveServer) -> None:
    def loads_jax(process: int) -> bool:
        return "jaxlib" in Path(f"/proc/{process}/maps").read_text()

    assert loads_jax(server.worker)
    assert not loads_jax(server.process.pid)


@pytest.mark.slow
def test_werkzeug_stops_promptly_too() -> None:
    """And not even at DEBUG a token is logged."""
    with (
        LiveServer(LIVENET_SERVER="werkzeug", LIVENET_LOG_LEVEL="DEBUG") as server,
        contextlib.ExitStack() as stack,
    ):
        clients = [WebSocketClient(server.stream_url), HttpClient(server.url)]
        tokens = []
        for client in clients:
            stack.enter_context(client)
            tokens.append(client.open()["session"])
            client.send("run")
            client.frame()
            send_nonsense(server, tokens[-1])
        assert server.stop() < STOP_PATIENCE
        for client in clients:
            assert client.closing() == 1001
    check_log(server, tokens)


def test_startup_is_one_line_with_the_url(server: LiveServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert server.get("/healthz").status == 200


def run_with(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


BAD = [
    ("PORT", "eighty"),
    ("PORT", "70000"),
    ("HOST", "no such host"),
    ("LIVENET_WORKERS", "0"),
    ("LIVENET_MAX_SESSIONS", "-1"),
    ("LIVENET_RESUME_SECONDS", "soon"),
    ("LIVENET_IDLE_SECONDS", "0"),
    ("LIVENET_HOSTS", "https://net.example"),
    ("LIVENET_TRUSTED_PROXIES", "some"),
    ("LIVENET_STORED_BYTES_PER_MINUTE", "0"),
    ("LIVENET_ALLOWED_ORIGINS", "example.org"),
    ("LIVENET_ALLOWED_ORIGINS", "https://example.org/page"),
    ("LIVENET_FRAME_ANCESTORS", "school.example"),
    ("LIVENET_FRAME_ANCESTORS", "* https://school.example"),
    ("LIVENET_FRAME_ANCESTORS", "none, self"),
    ("LIVENET_FRAME_ANCESTORS", "https://school.example; script-src *"),
    ("LIVENET_REVEAL_DIR", "/nowhere/reveal.js"),
    ("LIVENET_COMPRESS_FRAMES", "perhaps"),
    ("LIVENET_MAX_MESSAGE_BYTES", "1e6"),
    ("LIVENET_LOG_LEVEL", "loud"),
    ("LIVENET_SERVER", "apache"),
]


@pytest.mark.parametrize(("name", "value"), [BAD[0], BAD[2], BAD[6]])
def test_bad_setting_stops_the_start_with_one_line(name: str, value: str) -> None:
    done = run_with(**{name: value})
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert value in done.stderr


@pytest.mark.parametrize(("name", "value"), [bad for bad in BAD if bad[0] != "HOST"])
def test_bad_setting_names_itself_and_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        read_environment()
    assert name in str(error.value)
    assert value in str(error.value)
    assert "\n" not in str(error.value)


def test_taken_port_is_said_in_one_line(server: LiveServer) -> None:
    done = run_with(PORT=server.url.rsplit(":", 1)[1])
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "PORT" in done.stderr


def test_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {
        "PORT": "0",
        "LIVENET_ALLOWED_ORIGINS": "https://A.example, http://b.example:81",
        "LIVENET_COMPRESS_FRAMES": "yes",
        "LIVENET_HOSTS": "Net.example, net.example:81 [::1]:82",
        "LIVENET_LOG_LEVEL": " debug ",
        "LIVENET_FRAME_ANCESTORS": "self, https://*.School.example",
        "LIVENET_WORKERS": "",
        "LIVENET_MAX_FPS": " ",
        "livenet_max_sessions": "1",
        "MAX_SESSIONS": "1",
        "HOSTNAME": "ignored",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings = read_environment()
    assert settings.port == 0
    assert settings.allowed_origins == ("https://a.example", "http://b.example:81")
    assert settings.frame_ancestors == ("self", "https://*.school.example")
    assert settings.compress_frames is True
    assert settings.log_level == "DEBUG"
    assert settings.workers == min(os.cpu_count() or 1, 256)
    assert settings.max_fps is None
    assert settings.max_sessions == 64
    assert Settings(port=1, max_sessions=2).port == 1
    assert settings.hosts == ("net.example", "net.example:81", "[::1]:82")


def test_settings_are_documented() -> None:
    """A row for each variable, with the default where that is a number or a word."""
    rows = {}
    for line in (ROOT / "docs" / "settings.md").read_text().splitlines():
        cells = [cell.strip(" `") for cell in line.split("|")[1:-1]]
        if len(cells) == 3 and cells[0].isupper():
            rows[cells[0]] = cells[1]
    defaults = {field.alias: field.default for field in Settings.model_fields.values()}
    assert set(rows) == set(defaults)
    for name, default in defaults.items():
        if isinstance(default, int | float | str) and not isinstance(default, bool):
            assert rows[name] == (f"{default:g}" if isinstance(default, float) else str(default))


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", find_nothing)
    with pytest.raises(SettingsError, match="LIVENET_CACHE_DIR") as error:
        read_environment()
    assert "\n" not in str(error.value)
    monkeypatch.setenv("LIVENET_CACHE_DIR", "/tmp/livenet")
    assert read_environment().cache_dir.name == "livenet"


def test_tokens_are_shortened_in_the_log() -> None:
    token = secrets.token_urlsafe(24)
    record = logging.LogRecord(
        "app", logging.DEBUG, "", 0, "GET %s?x=1 and %s", (f"/api/sessions/{token}/model", token),
        None,
    )  # fmt: skip
    shown = f"{token[:6]}…"
    text = PrivateFormatter("%(message)s").format(record)
    assert text == f"GET /api/sessions/{shown}/model?x=1 and {shown}"
    assert shorten_tokens("an_ordinary_name_that_is_so_long") == "an_ordinary_name_that_is_so_long"


def test_addresses_of_clients_are_left_out_of_the_log() -> None:
    for address in ("203.0.113.9", "2001:db8::7"):
        told = hide_private(f"Invalid request from ip={address}: Invalid HTTP Version: 3")
        assert told == "Invalid request from ip=…: Invalid HTTP Version: 3"


def test_lines_of_json_have_the_same_keys_always() -> None:
    token = secrets.token_urlsafe(24)
    keys = ["time", "level", "logger", "session", "message", "error"]
    record = logging.LogRecord("app.x", logging.WARNING, "", 0, "session %s: %s", (7, token), None)
    record.created, record.msecs = 1_800_000_000.25, 250.0
    line = json.loads(JsonFormatter().format(record))
    assert list(line) == keys
    assert [*line.values()] == [
        "2027-01-15T08:00:00.250Z", "WARNING", "app.x", "7", f"{token[:6]}…", None,
    ]  # fmt: skip
    try:
        raise ValueError(f"two lines\n{token}")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("app", logging.ERROR, "", 0, "it failed", (), error)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert token not in text
    line = json.loads(text)
    assert list(line) == keys
    assert line["error"].startswith("Traceback")
    assert line["session"] is None


@pytest.mark.slow
def test_a_server_logs_lines_of_json() -> None:
    """What it says itself, and what gunicorn says of a request that is no HTTP."""
    with LiveServer(LIVENET_LOG_FORMAT="json", LIVENET_LOG_LEVEL="debug") as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"GET / HTTP/9.9\r\n\r\n")
            client.makefile("rb").read()
    lines = [json.loads(line) for line in server.log]
    assert any("Invalid" in line["message"] for line in lines)
    assert not any("127.0.0.1" in line["message"] for line in lines if "ip=" in line["message"])
    assert {line["logger"].split(".")[0] for line in lines} >= {"gunicorn"}


def test_threads_are_enough_for_all_sockets() -> None:
    settings = Settings(max_sessions=10)
    assert settings.threads >= 2 * 10 + 32
    assert settings.threads >= settings.max_connections + 32


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_werkzeug_streams_too(odd_server: LiveServer, transport: str) -> None:
    """Also with deflated frames, which a client here never asks for."""
    with make_client(odd_server, transport) as client:
        client.open()
        client.send("run")
        client.frame_where(lambda frame: frame.epoch >= 5)
