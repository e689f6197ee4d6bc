"""Many at once: frames per second for up to 64 real clients, and how fast others are answered."""

from __future__ import annotations

import json
import multiprocessing
import statistics
import threading
import time
import urllib.request
from multiprocessing.connection import Connection

import websocket

from benchmarks.processor_time import read_processor_time
from benchmarks.report import Row
from tests.app.servers import PATIENCE, LiveServer

#: Clients, and the hidden layers of what each of them trains.
CROWDS = ((1, (4, 2)), (8, (4, 2)), (32, (4, 2)), (64, (4, 2)), (64, (8,) * 6))
SECONDS = 5.0
WARM_SECONDS = 1.5


def _watch(
    url: str, units: tuple[int, ...], counts: list[int], place: int, stop: threading.Event
) -> None:
    """Opens a session, lets it run, and acknowledges frames until told to stop."""
    stream = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
    layers = [{"units": n} for n in units]
    stream.send(json.dumps({"type": "open", "spec": {"layers": layers}}))
    stream.send('{"type":"run"}')
    while not stop.is_set():
        opcode, _ = stream.recv_data()
        if opcode == websocket.ABNF.OPCODE_BINARY:
            counts[place] += 1
            stream.send('{"type":"ack"}')
        elif opcode == websocket.ABNF.OPCODE_CLOSE:
            break
    stream.close(timeout=1)


def _crowd(url: str, clients: int, units: tuple[int, ...], pipe: Connection) -> None:
    """A process of clients; sends the frames of each that came in the time measured."""
    counts = [0] * clients
    stop = threading.Event()
    threads = [
        threading.Thread(target=_watch, args=(url, units, counts, place, stop), daemon=True)
        for place in range(clients)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + PATIENCE
    while min(counts) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    pipe.send("there")
    pipe.recv()
    before, begun = list(counts), time.monotonic()
    pipe.recv()
    seconds = time.monotonic() - begun
    pipe.send([(now - then) / seconds for now, then in zip(counts, before, strict=True)])
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)


def _time_health(url: str, seconds: float) -> list[float]:
    """Asks `/healthz` ten times a second; returns the milliseconds that the answers took."""
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        with urllib.request.urlopen(url + "/healthz", timeout=PATIENCE) as answer:
            json.load(answer)
        took.append((time.monotonic() - begun) * 1e3)
        time.sleep(0.1)
    return took


def measure_one(server: LiveServer, clients: int, units: tuple[int, ...]) -> Row:
    """Measures one crowd, whose clients are in a process of their own."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_crowd, args=(server.stream_url, clients, units, theirs))
    process.start()
    pipe.recv()
    time.sleep(WARM_SECONDS)
    used = read_processor_time(server.process.pid)
    begun = time.monotonic()
    pipe.send("begin")
    health = _time_health(server.url, SECONDS)
    pipe.send("end")
    rates: list[float] = pipe.recv()
    used = read_processor_time(server.process.pid) - used
    frames = sum(rates) * (time.monotonic() - begun)
    process.join(PATIENCE)
    network = "-".join(map(str, (2, *units, 1)))
    what = f"frames to {clients} client{'s' if clients > 1 else ''} of {network}"
    p95 = statistics.quantiles(health, n=20)[-1]
    detail = (
        f"slowest {min(rates):.1f} /s, fastest {max(rates):.1f} /s; "
        f"{used * 1e3 / frames:.2f} ms of processor time in the server a frame; "
        f"/healthz median {statistics.median(health):.1f} ms, p95 {p95:.1f} ms"
    )
    return Row(what, f"{sum(rates):.0f} /s in all", detail=detail)


def measure_crowd(server: LiveServer) -> list[Row]:
    """Measures crowds of each size: the default playground in every tab, and a larger network."""
    return [measure_one(server, clients, units) for clients, units in CROWDS]
