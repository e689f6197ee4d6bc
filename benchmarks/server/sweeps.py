"""Sweeps on a server: the first picture, pictures a second, and what others get meanwhile."""

from __future__ import annotations

import json
import statistics
import struct
import time
from typing import Any

import websocket

from benchmarks.report import Row
from benchmarks.server.stream_clients import ClientGroup, Plan
from tests.app.servers import PATIENCE, LiveServer

RATES = {"path": "optimizer.learning_rate", "low": 0.001, "high": 1}
PENALTIES = {"path": "regularization.l2", "low": 1e-5, "high": 0.1}
FIRST_SECONDS, PICTURES, SHARE = 2.0, 10.0, 0.5
SECONDS = 4.0
STEPS = 25


class _Client:
    """A client that trains a sweep, and acknowledges every frame."""

    def __init__(self, url: str, spec: dict[str, Any]) -> None:
        self._stream = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
        self.send("open", spec=spec)
        self.send("views", names=["sweep", "weights"])
        self.send("speed", epochs_per_frame=200)

    def send(self, kind: str, **content: Any) -> None:
        """Sends a message."""
        self._stream.send(json.dumps({"type": kind, **content}))

    def begin(self, count: int) -> float:
        """Begins a sweep, and returns the seconds to the picture of all its cells."""
        axes = [{**RATES, "count": count}, {**PENALTIES, "count": count}]
        begun = time.monotonic()
        self.send("sweep", sweep={"axes": axes})
        while json.loads(self.frame().get("sweep", "{}")).get("state") != "paused":
            pass
        return time.monotonic() - begun

    def frame(self) -> dict[str, str]:
        """Returns the metadata of the next frame."""
        while True:
            opcode, blob = self._stream.recv_data()
            if opcode != websocket.ABNF.OPCODE_BINARY:
                continue
            self.send("ack")
            (length,) = struct.unpack_from("<Q", blob)
            header = json.loads(blob[8 : 8 + length])
            return {**header["__metadata__"], "painted": str("sweep_boundaries" in header)}

    def train(self, seconds: float) -> tuple[float, float]:
        """Trains for so long; returns pictures and epochs a second."""
        self.send("run")
        while json.loads(self.frame()["sweep"])["state"] != "training":
            pass
        pictures, begun = 0, time.monotonic()
        first = json.loads(self.frame()["sweep"])["epoch"]
        last = first
        while time.monotonic() < begun + seconds:
            told = self.frame()
            pictures += told["painted"] == "True"
            last = json.loads(told["sweep"])["epoch"]
        spent = time.monotonic() - begun
        return pictures / spent, (last - first) / spent

    def end(self) -> None:
        """Pauses, ends the sweep and leaves."""
        self.send("sweep", sweep=None)
        self._stream.close()


def measure_sweeps(server: LiveServer) -> list[Row]:
    """Measures sweeps over learning rate and L2 on the default network."""
    client = _Client(server.stream_url, {})
    first, again = client.begin(16), client.begin(16)
    pictures, epochs = client.train(SECONDS)
    detail = f"{epochs * STEPS * 256 / 1e6:.2f} million network-steps/s"
    rows = [
        Row("first picture of 16 x 16 networks", f"{first:.2f} s", "2 s", first <= FIRST_SECONDS,
            f"{again:.2f} s once their programs are compiled"),
        Row("pictures of 16 x 16 networks", f"{pictures:.0f} /s", "10 /s", pictures >= PICTURES,
            detail),
    ]  # fmt: skip
    client.end()
    client = _Client(server.stream_url, {})
    client.begin(32)
    alone, epochs = client.train(SECONDS)
    what = "network-steps of 32 x 32 networks in a session"
    rows.append(Row(what, f"{epochs * STEPS * 1024 / 1e6:.2f} million/s", "", None,
                    f"{alone:.0f} pictures/s"))  # fmt: skip
    client.send("pause")
    rows.append(_compare_others(server, client))
    client.end()
    return rows


def _compare_others(server: LiveServer, client: _Client) -> Row:
    """Counts the frames of two other sessions, with and without a sweep that trains."""
    with ClientGroup(server.url, Plan(), 2) as others:
        time.sleep(SECONDS)
        pairs = []
        for _ in range(3):
            others.read(restart=True)
            time.sleep(SECONDS)
            without = _count(others)
            client.train(SECONDS / 4)
            others.read(restart=True)
            client.train(SECONDS)
            pairs.append((_count(others), without))
            client.send("pause")
    ratio = statistics.median(busy / free for busy, free in pairs)
    detail = ", ".join(f"{busy:.0f} and {free:.0f} /s" for busy, free in pairs)
    what = "frames of two others while 32 x 32 networks train"
    return Row(what, f"{ratio:.2f}", f"{SHARE} of those without", ratio >= SHARE, detail)


def _count(others: ClientGroup) -> float:
    return sum(len(tally.times) for tally in others.read().tallies) / SECONDS
