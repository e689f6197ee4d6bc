"""Advice: one click against overfitting, and what a trial costs the session that it is for."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

import websocket

from benchmarks.report import Row
from engine import PRESETS
from tests.app.servers import PATIENCE, LiveServer

OVERFITTING = next(preset.spec for preset in PRESETS if preset.id == "overfitting")
CANDIDATES = [{"patch": {"regularization": {"l2": value}}} for value in (0.003, 0.01, 0.03)]
EPOCHS = 300
#: Seconds that frames are counted for, with and without a trial in turn.
SECONDS = 2.0
ROUNDS = 5


class _Client:
    """A client that acknowledges every frame and keeps what it was told last."""

    def __init__(self, url: str, spec: dict[str, Any]) -> None:
        self.stream = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
        self.frames = 0
        self.send("open", spec=spec)

    def send(self, kind: str, **content: Any) -> None:
        """Sends a message."""
        self.stream.send(json.dumps({"type": kind, **content}))

    def wait(self, kind: str) -> dict[str, Any]:
        """Reads until a message of a kind."""
        while (got := self.read()) is None or got["type"] != kind:
            pass
        return got

    def read(self) -> dict[str, Any] | None:
        """Reads one message, or one frame, which is acknowledged."""
        opcode, data = self.stream.recv_data()
        if opcode == websocket.ABNF.OPCODE_TEXT:
            return json.loads(data)
        self.frames += 1
        self.send("ack")
        return None

    def train(self, epoch: int) -> float:
        """Trains until an epoch and returns the test loss there."""
        self.send("speed", epochs_per_frame=50)
        self.send("run", until={"epoch": epoch})
        self.wait("stopped")
        self.send("try", trial="measure", candidates=[{"patch": {}}], epochs=1)
        return self.wait("tried")["baseline"]["test_loss"]

    def rate(self, *, trial: bool) -> float:
        """Frames a second while it trains, with a trial or without; a former trial is over."""
        self.send("try", trial="over", candidates=[{"patch": {}}], epochs=1)
        while self.wait("tried")["trial"] != "over":
            pass
        if trial:
            self.send("try", trial="cost", candidates=CANDIDATES, epochs=1000)
        before, begun = self.frames, time.monotonic()
        while time.monotonic() < begun + SECONDS:
            self.read()
        return (self.frames - before) / (time.monotonic() - begun)


def _measure_click(url: str) -> Row:
    client = _Client(url, OVERFITTING)
    before = client.train(EPOCHS)
    begun = time.monotonic()
    client.send("try", trial="advice", candidates=CANDIDATES, epochs=EPOCHS)
    tried = client.wait("tried")
    seconds = time.monotonic() - begun
    best = tried["best"]
    client.send("edit", patch=CANDIDATES[best]["patch"])
    after = client.train(2 * EPOCHS)
    client.stream.close()
    without = tried["baseline"]["test_loss"]
    detail = (
        f"{before:.3f} at the click; told {tried['results'][best]['test_loss']:.3f} instead of "
        f"{without:.3f} after {tried['epochs']} epochs, {seconds:.1f} s after it was asked for"
    )
    met = after < 0.5 * without
    return Row("overfitting, one click", f"{after:.3f}", f"half of {without:.3f}", met, detail)


def _measure_cost(url: str) -> Row:
    client = _Client(url, {})
    client.send("run")
    client.rate(trial=False)
    pairs = [(client.rate(trial=True), client.rate(trial=False)) for _ in range(ROUNDS)]
    client.stream.close()
    ratio = statistics.median(with_trial / without for with_trial, without in pairs)
    detail = ", ".join(f"{a:.0f} with and {b:.0f} /s without" for a, b in pairs)
    return Row(
        "frames during a trial", f"{ratio:.2f}", "0.7 of those without", ratio >= 0.7, detail
    )


def measure_advice(server: LiveServer) -> list[Row]:
    """Measures what advice does, and what it costs."""
    return [_measure_click(server.stream_url), _measure_cost(server.stream_url)]
