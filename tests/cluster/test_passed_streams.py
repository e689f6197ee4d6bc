"""Streams passed from process to process, and what each process gets of the settings."""

from __future__ import annotations

import socket

import pytest

from app.cluster.membership import FixedOwnership
from app.cluster.processes.passed_streams import PassedStream, receive_stream, send_stream
from app.cluster.processes.session_process import divide_settings, name_processes
from app.web.settings import Settings

HEADERS = {"Host": "a.example", "X-Forwarded-For": "203.0.113.7"}


@pytest.mark.parametrize("size", [0, 5, 300_000])
def test_a_stream_comes_with_its_socket_and_all_that_was_read_of_it(size: int) -> None:
    front, process = socket.socketpair()
    client, served = socket.socketpair()
    served.settimeout(7.0)
    front.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    content = bytes(range(250)) * (size // 250) + bytes(size % 250)
    send_stream(front, PassedStream(served, HEADERS, "203.0.113.7", content))
    send_stream(front, PassedStream(served, {}, "next", b""))
    served.close()
    taken = receive_stream(process)
    assert taken is not None
    assert (taken.headers, taken.client, taken.content) == (HEADERS, "203.0.113.7", content)
    assert taken.sock.gettimeout() is None
    taken.sock.sendall(b"from the process")
    assert client.recv(100) == b"from the process"
    following = receive_stream(process)
    assert following is not None
    assert following.client == "next"
    front.close()
    assert receive_stream(process) is None
    for one in (process, client, taken.sock, following.sock):
        one.close()


def test_a_front_that_dies_within_a_stream_leaves_none() -> None:
    front, process = socket.socketpair()
    client, served = socket.socketpair()
    sizes = b"\0\0\0\2" + b"\0" * 7 + b"\5"
    socket.send_fds(front, [sizes], [served.fileno()])
    front.sendall(b"{}abc")
    front.close()
    assert receive_stream(process) is None
    served.close()
    assert client.recv(1) == b""
    client.close()
    process.close()


def test_processes_together_have_what_one_would_have() -> None:
    whole = Settings(max_sessions=65, workers=4, image_bytes=1 << 30, host="0.0.0.0", port=80)
    part = divide_settings(whole, 2)
    assert (part.max_sessions, part.workers, part.image_bytes) == (33, 2, 1 << 29)
    assert (part.host, part.port, part.trusted_proxies) == ("127.0.0.1", 0, 1)
    assert divide_settings(Settings(workers=1), 8).workers == 1


def test_every_session_has_one_process_for_ever() -> None:
    names = name_processes(3)
    owners = [FixedOwnership(name, names) for name in names]
    for owner in owners:
        tokens = [owner.make_token() for _ in range(50)]
        assert [one for one in owners for token in tokens if one.owns(token)] == [owner] * 50
