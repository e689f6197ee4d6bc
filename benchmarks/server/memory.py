"""What clients that do not read can make the server keep: resident memory, for each way."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable

import websocket

from benchmarks.report import Row
from tests.app.servers import LiveServer, wait_until
from tests.app.transports import HttpClient, WebSocketClient

CLIENTS = 12
#: So much memory may come and go whatever is done.
MOST_MIB = 300.0
#: How long a server is given to let go of what a client left.
SECONDS = 5.0


def _post(client: HttpClient, body: str) -> None:
    client.post(f"/{client.token}/messages", body)


def _fill(client: HttpClient) -> None:
    """Has the server make 20 MB of answers, which nobody reads."""
    points = [[i / 1000, i / 999, i % 2] for i in range(5000)]
    patch = {"data": {"name": "points", "points": points}}
    _post(client, json.dumps([{"type": "edit", "patch": patch}]))
    _post(client, json.dumps([{"type": "undo"}, {"type": "redo"}] * 100))


def _send_loads(server: LiveServer, clients: list[HttpClient]) -> None:
    packed = zlib.compress(bytes([2]) + bytes(16) + bytes((17 << 20) - 1000), 9)
    answer = json.loads(server.get("/api/states", "POST", b"\1" + packed).body)
    load = {"type": "load", "spec": {}, "state": answer["id"]}
    for client in clients[:1]:
        _fill(client)
        _post(client, json.dumps([load] * 60))


def _send_objects(_server: LiveServer, clients: list[HttpClient]) -> None:
    for client in clients:
        _fill(client)
        for _ in range(3):
            _post(client, '{"type":"edit","patch":[' + "{}," * 340_000 + "0]}")


def _send_errors(_server: LiveServer, clients: list[HttpClient]) -> None:
    end = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < end:
        for client in clients:
            texts = [f'{{"type":"{"x" * 40}{number + i}","{"y" * i}":1}}' for i in range(20)]
            _post(client, "[" + ",".join(texts) + "]")
            number += 20


def _send_fragments(server: LiveServer, _clients: list[HttpClient]) -> list[WebSocketClient]:
    kinds = (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_CONT)
    first, part = (websocket.ABNF.create_frame("ab", kind, 0).format() for kind in kinds)
    sockets = [WebSocketClient(server.stream_url) for _ in range(CLIENTS)]
    for each in sockets:
        raw = each.socket.sock
        assert raw is not None
        raw.sendall(first)
        for _ in range(40):
            raw.sendall(part * 10_000)
        # Read once all before it has been.
        each.socket.ping()
        each.socket.recv_data_frame(control_frame=True)
    return sockets


def _measure(what: str, attack: Callable[[LiveServer, list[HttpClient]], object]) -> Row:
    with LiveServer() as server:
        clients = [HttpClient(server.url) for _ in range(CLIENTS)]
        for client in clients:
            client.open()
            client.frame()
        before = server.memory_mib
        open_sockets = attack(server, clients)
        during = server.memory_mib - before
        for client in clients:
            client.kill()
        if isinstance(open_sockets, list):
            for each in open_sockets:
                each.kill()
        wait_until(lambda: server.sockets <= 3, "no client is left")
        time.sleep(SECONDS)
        after = server.memory_mib - before
    return Row(
        f"memory: {what}",
        f"{during:.0f} MiB, {after:.0f} once they are gone",
        f"at most {MOST_MIB:.0f} MiB",
        max(during, after) <= MOST_MIB,
    )


def measure_memory() -> list[Row]:
    """Attacks a server of its own in each way."""
    return [
        _measure("60 loads of 17 MB", _send_loads),
        _measure(f"{CLIENTS} clients, 3 MB of empty objects each", _send_objects),
        _measure(f"{CLIENTS} clients, errors for {SECONDS:g} s", _send_errors),
        _measure(f"{CLIENTS} sockets, fragments of two letters", _send_fragments),
    ]
