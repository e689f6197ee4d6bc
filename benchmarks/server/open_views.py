"""What each view of a network on points costs the session that has it open."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

import websocket

from benchmarks.processor_time import read_processor_time
from benchmarks.report import Row
from engine.frames.views import VIEWS
from tests.app.servers import PATIENCE, LiveServer

SPEC: dict[str, Any] = {
    "layers": [{"units": 8, "activation": "tanh"}] * 6,
    "data": {"validation_fraction": 0.2},
}
UNIT = {"layer": 2, "unit": 3}
#: Seconds that frames are counted for, with and without a view in turn.
SECONDS = 1.1
ROUNDS = 4
LEAST = 0.85
#: Goes on for longer than it is looked at.
RACE = [{"patch": {"optimizer": {"learning_rate": 0.001 * 2**i}}} for i in range(8)]


class _Client:
    """A client of a network that trains, which acknowledges every frame."""

    def __init__(self, url: str) -> None:
        self._stream = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
        self._send("open", spec=SPEC)
        self._send("run")

    def _send(self, kind: str, **content: Any) -> None:
        self._stream.send(json.dumps({"type": kind, **content}))

    def look(self, *more: str) -> None:
        """Asks for the default views and more, with a unit switched off where that is looked at."""
        default = [name for name, view in VIEWS.items() if view.default and name != "points"]
        self._send("views", names=[*default, *more], select=UNIT, ablation={"units": [UNIT]})
        self._send("race", racers=RACE if "race" in more else [], epochs=1000)

    def count(self, seconds: float) -> float:
        """Returns frames a second."""
        frames, begun = 0, time.monotonic()
        while time.monotonic() < begun + seconds:
            opcode, _ = self._stream.recv_data()
            if opcode == websocket.ABNF.OPCODE_BINARY:
                frames += 1
                self._send("ack")
        return frames / (time.monotonic() - begun)

    def close(self) -> None:
        """Leaves."""
        self._stream.close()


def measure_open_views(server: LiveServer) -> list[Row]:
    """Measures the frames of a running 6x8 network with each view open, and without."""
    client = _Client(server.stream_url)
    client.look()
    client.count(2 * SECONDS)
    rows = [_measure(server, client, name) for name in list_opened()]
    client.close()
    return rows


def list_opened() -> list[str]:
    """Returns the views that somebody opens beside a network on points.

    All but those of every page, and a sweep, which takes the network's place (`sweeps`). What is
    made because somebody points at it (`selected`) is measured, and has no limit.
    """
    shown = (name for name, view in VIEWS.items() if view.of != "images" and not view.default)
    return [name for name in shown if name != "sweep"]


def _measure(server: LiveServer, client: _Client, name: str) -> Row:
    client.look(name)
    client.count(SECONDS)
    pairs, costs = [], []
    for _ in range(ROUNDS):
        rates = []
        for views in ((), (name,)):
            client.look(*views)
            client.count(SECONDS / 4)
            used = read_processor_time(server.process.pid)
            rates.append(client.count(SECONDS))
            used = read_processor_time(server.process.pid) - used
            costs.append(1000 * used / SECONDS / max(rates[-1], 1e-9))
        pairs.append(rates)
    ratio = statistics.median(with_view / without for without, with_view in pairs)
    detail = ", ".join(f"{b:.0f} with and {a:.0f} /s without" for a, b in pairs)
    without, with_view = (statistics.median(costs[i::2]) for i in (0, 1))
    detail += f"; {with_view:.2f} ms of a core a frame with and {without:.2f} without"
    what = f"frames while {name} is open"
    if VIEWS[name].cost == "request":
        return Row(what, f"{ratio:.2f}", "", None, detail)
    return Row(what, f"{ratio:.2f}", f"{LEAST} of those without", ratio >= LEAST, detail)
