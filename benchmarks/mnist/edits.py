"""From an edit of a network for MNIST to the first frame of the new one, while it trains."""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from benchmarks.mnist.data import make_programs, make_server
from benchmarks.report import Row
from benchmarks.server.fairness import Player
from benchmarks.timing import percentile
from engine import PRESETS, FrameRequest, Trainer, parse_spec
from tests.app.client import Client, FrameSeen
from tests.app.servers import LiveServer
from tests.app.transports import WebSocketClient
from tests.mnist import find_mnist

EDITS = 30
#: Frames between two edits.
FRAMES_BETWEEN = 5
#: How long programs may take that serve the edits to come, before the edits begin: exact ones and
#: those of two capacities, that train and that show.
PATIENCE, PROGRAMS = 150.0, 6
MEDIAN_SECONDS, LATE_SECONDS, PAUSE_SECONDS = 0.3, 1.0, 0.25
#: Units and activations that edits choose from.
UNITS, ACTIVATIONS = (8, 256), ("relu", "gelu", "tanh", "elu", "silu", "leaky_relu")

SPEC: dict[str, Any] = next(preset.spec for preset in PRESETS if preset.id == "mnist_2")
VIEWS = ("history", "digit", "saliency", "confusion", "predictions")
#: What a session has a turn for.
TURN_SECONDS = 0.05

Layers = list[dict[str, Any]]


def draw_layers(rng: random.Random, layers: Layers) -> Layers:
    """Returns the layers after a random edit of one of them."""
    place, units = rng.randrange(len(layers)), rng.randint(*UNITS)
    kinds = (
        ["units", "activation"] + ["insert"] * (len(layers) < 4) + ["remove"] * (len(layers) > 1)
    )
    kind = rng.choice(kinds)
    if kind == "insert":
        new = {"units": units, "activation": rng.choice(ACTIVATIONS)}
        return [*layers[:place], new, *layers[place:]]
    if kind == "remove":
        return layers[:place] + layers[place + 1 :]
    change = {"units": units} if kind == "units" else {"activation": rng.choice(ACTIVATIONS)}
    return [*layers[:place], {**layers[place], **change}, *layers[place + 1 :]]


def measure_edits() -> list[Row]:
    """Times random edits by the engine alone, and through a server's stream."""
    return [*_measure_trainer(), *measure_stream_edits()]


def _measure_trainer() -> list[Row]:
    programs = make_programs()
    trainer = Trainer(parse_spec(SPEC), programs)
    request = FrameRequest(VIEWS, patient=False)
    end = time.monotonic() + PATIENCE
    trainer.prefer_exact()
    while programs.builds < PROGRAMS and time.monotonic() < end:
        trainer.turn(batches=100, request=request, max_seconds=TURN_SECONDS)
    rng, layers = random.Random(2026), SPEC["layers"]
    delays: list[float] = []
    waited = 0
    for _ in range(EDITS):
        layers = draw_layers(rng, layers)
        begun, patch = time.perf_counter(), {"layers": layers}
        waits = trainer.must_wait([patch])
        waited += waits
        while waits and trainer.must_wait([patch]):
            trainer.turn(batches=100, request=request, max_seconds=TURN_SECONDS)
        trainer.edit(patch)
        trainer.turn(batches=100, request=request, max_seconds=TURN_SECONDS)
        delays.append(time.perf_counter() - begun)
        for _ in range(FRAMES_BETWEEN):
            trainer.turn(batches=100, request=request, max_seconds=TURN_SECONDS)
    trainer.close()
    programs.close()
    return _describe("edit to frame, engine", delays, waited)


def measure_stream_edits() -> list[Row]:
    """Times random edits through a server's stream."""
    with _make_fresh_server() as server, WebSocketClient(server.stream_url) as client:
        client.open(SPEC)
        client.send("views", names=VIEWS, digit={"row": 0})
        client.run()
        client.ack(2)
        spec_id = _wait_for_programs(client)
        beside = Player(server.stream_url, {}, {}, 1)
        rng, layers = random.Random(2026), SPEC["layers"]
        delays: list[float] = []
        gaps: list[float] = []
        waited = 0
        begun, first = time.perf_counter(), client.frame_where(lambda frame: frame.step > 0)
        client.ack()
        for _ in range(EDITS):
            layers = draw_layers(rng, layers)
            spec_id, waits, delay, times = _edit(client, spec_id, layers)
            delays.append(delay)
            waited += waits
            gaps += [b - a for a, b in itertools.pairwise(times)]
        last = client.frame_where(lambda frame: frame.step > 0)
        rate = (last.step - first.step) / (time.perf_counter() - begun)
        beside.stop()
        others = [b - a for a, b in itertools.pairwise(beside.times) if b > begun]
    pause, other = max(gaps), max(others)
    target = f"{PAUSE_SECONDS * 1e3:.0f} ms"
    return [
        *_describe("edit to frame, stream", delays, waited),
        Row("longest pause between frames", f"{pause:.2f} s", detail=f"{rate:.0f} updates/s"),
        Row(
            "longest pause of a session beside it", f"{other * 1e3:.0f} ms", target,
            other <= PAUSE_SECONDS,
        ),
    ]  # fmt: skip


def time_layer_edits(server: LiveServer, edits: int, patience: float) -> list[float]:
    """Returns the seconds from each of some random edits to its first frame.

    Args:
        server: knows MNIST.
        edits: how many are made.
        patience: how long, at most, it is waited for programs that serve them.
    """
    with WebSocketClient(server.stream_url) as client:
        client.open(SPEC)
        client.send("views", names=VIEWS, digit={"row": 0})
        client.run()
        client.ack(2)
        spec_id = _wait_for_programs(client, patience)
        rng, layers, delays = random.Random(2026), SPEC["layers"], []
        for _ in range(edits):
            layers = draw_layers(rng, layers)
            spec_id, _, delay, _ = _edit(client, spec_id, layers)
            delays.append(delay)
    return delays


@contextmanager
def _make_fresh_server() -> Iterator[LiveServer]:
    """A server that finds no compiled programs on disk, unless MNIST lies there, too."""
    folder = find_mnist()
    with tempfile.TemporaryDirectory() as cache:
        fresh = partial(LiveServer, LIVENET_CACHE_DIR=cache, LIVENET_DATA_DIR=str(folder))
        with make_server() if folder is None else fresh() as server:
            yield server


def _wait_for_programs(client: Client, patience: float = PATIENCE) -> int:
    """Edits now and then until an edit does not wait any more; returns the spec's number."""
    spec_id, end = 0, time.monotonic() + patience
    for units in itertools.count(200):
        layers = [{**layer, "units": units} for layer in SPEC["layers"]]
        spec_id, waits, *_ = _edit(client, spec_id, layers)
        if not waits or time.monotonic() > end:
            break
        later = time.monotonic() + 5
        while time.monotonic() < later:
            client.frame()
            client.ack()
    spec_id, *_ = _edit(client, spec_id, SPEC["layers"])
    return spec_id


def _edit(client: Client, before: int, layers: Layers) -> tuple[int, bool, float, list[float]]:
    """Sends an edit and reads a few frames of the new network.

    Returns:
        The number of the new spec, whether the edit waited, the seconds to its first frame, and
        when frames came.
    """
    sent, waits, delay, times = time.perf_counter(), False, 0.0, []
    client.send("edit", patch={"layers": layers})
    frames = 0
    while frames < FRAMES_BETWEEN:
        got = client.receive()
        if isinstance(got, FrameSeen):
            client.ack()
            times.append(time.perf_counter())
            if got.spec_id > before:
                frames += 1
                delay = delay or times[-1] - sent
        elif got["type"] == "waiting":
            waits = True
        elif got["type"] == "diverged":
            client.send("run")
        elif got["type"] != "spec":
            raise AssertionError(got)
    return before + 1, waits, delay, times


def _describe(what: str, delays: list[float], waited: int) -> list[Row]:
    middle, late = percentile(delays, 0.5), percentile(delays, 0.95)
    detail = f"{len(delays)} edits, {waited} waited, the slowest {max(delays):.2f} s"
    return [
        Row(
            f"{what}, median", f"{middle:.2f} s", f"{MEDIAN_SECONDS} s", middle <= MEDIAN_SECONDS,
            detail,
        ),
        Row(f"{what}, 95 %", f"{late:.2f} s", f"{LATE_SECONDS} s", late <= LATE_SECONDS),
    ]  # fmt: skip
