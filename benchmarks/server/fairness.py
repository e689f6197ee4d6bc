"""One modest session beside greedy ones: its frames per second alone, and in their company."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import random
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import websocket

from benchmarks.report import Row
from tests.app.servers import PATIENCE, LiveServer

SECONDS = 6.0
#: How long greedy sessions may take to come, before frames are counted.
COMING_SECONDS = 60.0
SETTLING_SECONDS = 2.0
#: Frames a second that a modest session is to keep.
AT_LEAST = 20.0

DEFAULT: dict[str, Any] = {}
LARGEST_SMALL: dict[str, Any] = {"layers": [{"units": 8}] * 6}


def _draw_points(n: int) -> list[list[float]]:
    rng = random.Random(0)
    xs = [(rng.uniform(-6, 6), rng.uniform(-6, 6)) for _ in range(n)]
    return [[round(a, 2), round(b, 2), float(a * b > 0)] for a, b in xs]


def _make_plane() -> dict[str, Any]:
    points = {"name": "points", "points": _draw_points(5000)}
    return {"data": points, "layers": [{"units": 32}] * 8, "batch_size": 1}


def _make_images() -> dict[str, Any]:
    relu = {"units": 1024, "activation": "relu"}
    return {"data": {"name": "mnist"}, "layers": [relu] * 4, "optimizer": {"name": "adam"}}


@dataclass(frozen=True)
class Greed:
    """Sessions that ask for all they can get.

    Attributes:
        what: their name in the table.
        count: how many.
        images: whether they train on images.
        views: what their frames hold.
    """

    what: str
    count: int
    images: bool = False
    views: dict[str, Any] = field(default_factory=dict)

    def make_spec(self) -> dict[str, Any]:
        """Returns what each of them trains."""
        return _make_images() if self.images else _make_plane()


_PLANE_VIEWS = {
    "names": ["boundary", "units", "weights", "history", "points"],
    "tile": 64,
}
_IMAGE_VIEWS = {
    "names": ["digit", "saliency", "nearest", "confusion", "predictions", "exciting", "space"],
    "select": {"layer": 3, "unit": 5},
}

#: The company, plane first: images need the files of MNIST.
COMPANY = (
    Greed("4 of 8x32, 5,000 points", 4, views=_PLANE_VIEWS),
    Greed("8 of 8x32, 5,000 points", 8, views=_PLANE_VIEWS),
    Greed("20 of 4x1024, MNIST", 20, images=True, views=_IMAGE_VIEWS),
)


class Player:
    """A client that lets its session run, and notes when its frames came.

    Args:
        url: of the stream.
        spec: what it trains.
        views: what its frames hold; the default if empty.
        speed: epochs a frame.
    """

    def __init__(self, url: str, spec: dict[str, Any], views: dict[str, Any], speed: int) -> None:
        self.times: list[float] = []
        self.refused = False
        self._stop = threading.Event()
        self._asked = [{"type": "open", "spec": spec}]
        if views:
            self._asked.append({"type": "views", **views})
        self._asked += [{"type": "speed", "epochs_per_frame": speed}, {"type": "run"}]
        self._thread = threading.Thread(target=self._play, args=(url,), daemon=True)
        self._thread.start()

    @property
    def there(self) -> bool:
        """Whether it has seen a frame of its run, or was refused."""
        return self.refused or len(self.times) > 1

    def stop(self) -> None:
        """Leaves after the next message."""
        self._stop.set()

    def _play(self, url: str) -> None:
        stream = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
        stream.send(json.dumps(self._asked[0]))
        while not self._stop.is_set():
            opcode, content = stream.recv_data()
            if opcode == websocket.ABNF.OPCODE_BINARY:
                self.times.append(time.monotonic())
                stream.send('{"type":"ack"}')
            elif opcode == websocket.ABNF.OPCODE_CLOSE:
                break
            elif (kind := json.loads(content)["type"]) == "opened":
                for message in self._asked[1:]:
                    stream.send(json.dumps(message))
            elif kind == "error":
                self.refused = True
                break
        stream.close(timeout=1)


def _be_greedy(url: str, greed: Greed, pipe: Connection) -> None:
    """A process of greedy clients; says how many were refused."""
    players = [Player(url, greed.make_spec(), greed.views, 200) for _ in range(greed.count)]
    end = time.monotonic() + COMING_SECONDS
    while time.monotonic() < end and not all(player.there for player in players):
        time.sleep(0.1)
    pipe.send(sum(player.refused for player in players))
    pipe.recv()
    for player in players:
        player.stop()


def _watch(url: str, spec: dict[str, Any]) -> tuple[float, float]:
    """Returns the frames per second of one modest session, and its longest pause (seconds)."""
    player = Player(url, spec, {}, 1)
    end = time.monotonic() + COMING_SECONDS
    while time.monotonic() < end and not player.there:
        time.sleep(0.05)
    time.sleep(SETTLING_SECONDS)
    begun = time.monotonic()
    time.sleep(SECONDS)
    ended = time.monotonic()
    player.stop()
    seen = [at for at in list(player.times) if begun <= at <= ended]
    edges = [begun, *seen, ended]
    return len(seen) / SECONDS, max(b - a for a, b in itertools.pairwise(edges))


def measure_one(server: LiveServer, name: str, spec: dict[str, Any], greed: Greed) -> Row:
    """Measures one modest session, alone and then in company."""
    alone, _ = _watch(server.stream_url, spec)
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_be_greedy, args=(server.stream_url, greed, theirs))
    process.start()
    refused = pipe.recv()
    here, pause = _watch(server.stream_url, spec)
    memory = server.memory_mib
    pipe.send("enough")
    process.join(PATIENCE)
    detail = (
        f"alone {alone:.0f} /s, longest pause in company {pause * 1e3:.0f} ms; "
        f"{refused} of {greed.count} were refused; the server holds {memory:.0f} MiB"
    )
    target = f"{AT_LEAST:.0f} /s"
    return Row(f"{name} beside {greed.what}", f"{here:.1f} /s", target, here >= AT_LEAST, detail)


def measure_fairness(server: LiveServer, *, images: bool) -> list[Row]:
    """Measures modest sessions of two sizes beside each company, in one server.

    Args:
        server: with room for all of them.
        images: whether the files of MNIST are there.
    """
    modest = (("2-4-2-1", DEFAULT), ("2-8x6-1", LARGEST_SMALL))
    return [
        measure_one(server, name, spec, greed)
        for greed in COMPANY
        if images or not greed.images
        for name, spec in modest
    ]
