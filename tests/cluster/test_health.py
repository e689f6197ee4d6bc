"""Health and metrics of session servers: who answers, who does not, and who is gone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.cluster.health import FAILURES, HealthChecks, answers_now
from app.cluster.membership import Member
from app.cluster.placement import count_servers
from app.cluster.processes.process_metrics import read_metrics

METRICS = b"""\
# HELP livenet_steps_total Updates.
# TYPE livenet_steps_total counter
livenet_steps_total{kind="plane"} 7.0
# HELP process_open_fds Files.
# TYPE process_open_fds gauge
process_open_fds 12.0
"""


class Handler(BaseHTTPRequestHandler):
    """Answers as a session server whose operator has the token `secret`."""

    def do_GET(self) -> None:
        is_known = self.headers["Authorization"] == "Bearer secret"
        if self.path == "/metrics" and not is_known:
            self.send_error(401)
        else:
            content = METRICS if self.path == "/metrics" else b"ok"
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[int], int]]:
    """Starts a server on a port, 0 for a free one, and returns its port."""
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(_serve(port))


@contextmanager
def _serve(port: int) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def make_member(name: str, port: int, machine: str = "here") -> Member:
    return Member(name, "127.0.0.1", port, 1, machine)


@pytest.fixture
def free_port() -> int:
    """A port of which nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def test_a_server_is_gone_once_it_has_not_answered_twice_in_a_row(
    serve: Callable[[int], int], free_port: int
) -> None:
    checks = HealthChecks()
    there, lost = make_member("there", serve(0)), make_member("lost", free_port)
    assert FAILURES == 2
    assert checks.find_gone([there, lost], {"here"}) == []
    assert checks.find_gone([there, lost], {"here"}) == [lost]


def test_an_answer_in_between_is_a_sign_of_life(free_port: int) -> None:
    checks = HealthChecks()
    member = make_member("slow", free_port)
    for _ in range(3):
        assert checks.find_gone([member], {"here"}) == []
        with _serve(free_port):
            assert checks.find_gone([member], {"here"}) == []


def test_a_server_of_a_machine_that_is_gone_is_gone_at_once(serve: Callable[[int], int]) -> None:
    """Although it answers: its machine may only seem to be gone."""
    port = serve(0)
    left, lost = make_member("left", port), make_member("lost", port, "elsewhere")
    assert HealthChecks().find_gone([left, lost], {"here"}) == [lost]


def test_what_is_no_answer_of_http_is_no_sign_of_life() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.recv(4096)
                sock.sendall(b"something else\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert not answers_now(make_member("odd", listener.getsockname()[1]))
        thread.join()


def test_metrics_of_those_that_answer_are_told_apart(
    serve: Callable[[int], int], free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    port = serve(0)
    members = [make_member("one", port), make_member("lost", free_port), make_member("two", port)]
    samples = [sample for metric in read_metrics(members, "secret") for sample in metric.samples]
    assert [(one.name, one.labels, one.value) for one in samples] == [
        (name, {**labels, "server": server}, value)
        for server in ("one", "two")
        for name, labels, value in (
            ("livenet_steps_total", {"kind": "plane"}, 7.0),
            ("livenet_process_open_fds", {}, 12.0),
        )
    ]
    assert [one.getMessage() for one in caplog.records] == [
        "metrics of lost: ConnectionRefusedError"
    ]


def test_metrics_that_are_refused_are_left_out(
    serve: Callable[[int], int], caplog: pytest.LogCaptureFixture
) -> None:
    assert [*read_metrics([make_member("one", serve(0))], None)] == []
    assert [one.getMessage() for one in caplog.records] == ["metrics of one: ConnectionError"]


@pytest.mark.parametrize(
    ("resources", "cores", "count"),
    [
        ({"CPU": 8.0}, 2, 4),
        ({"CPU": 7.0}, 2, 3),
        ({"CPU": 1.0}, 2, 0),
        ({"CPU": 64.0, "GPU": 4.0}, 2, 4),
        ({"CPU": 8.0, "GPU": 0.0}, 4, 2),
        ({"memory": 1e9}, 2, 0),
    ],
)
def test_a_machine_has_a_server_for_each_gpu_or_each_core_group(
    resources: dict[str, float], cores: int, count: int
) -> None:
    assert count_servers(resources, cores) == count
