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

from benchmarks.report import Row
from tests.app.servers import PATIENCE, LiveServer

CROWDS = (1, 8, 32, 64)
SECONDS = 5.0
WARM_SECONDS = 1.5


def _watch(url: str, counts: list[int], place: int, stop: threading.Event) -> None:
    """Opens a session, lets it run, and acknowledges frames until told to stop."""
    stream = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
    stream.send('{"type":"open","spec":{}}')
    stream.send('{"type":"run"}')
    while not stop.is_set():
        opcode, _ = stream.recv_data()
        if opcode == websocket.ABNF.OPCODE_BINARY:
            counts[place] += 1
            stream.send('{"type":"ack"}')
        elif opcode == websocket.ABNF.OPCODE_CLOSE:
            break
    stream.close(timeout=1)


def _crowd(url: str, clients: int, pipe: Connection) -> None:
    """A process of clients; sends the frames of each that came in the time measured."""
    counts = [0] * clients
    stop = threading.Event()
    threads = [
        threading.Thread(target=_watch, args=(url, counts, place, stop), daemon=True)
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


def measure_one(server: LiveServer, clients: int) -> Row:
    """Measures one crowd, whose clients are in a process of their own."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_crowd, args=(server.stream_url, clients, theirs))
    process.start()
    pipe.recv()
    time.sleep(WARM_SECONDS)
    pipe.send("begin")
    health = _time_health(server.url, SECONDS)
    pipe.send("end")
    rates: list[float] = pipe.recv()
    process.join(PATIENCE)
    what = f"frames to {clients} client{'s' if clients > 1 else ''}"
    p95 = statistics.quantiles(health, n=20)[-1]
    detail = (
        f"slowest {min(rates):.1f} /s, fastest {max(rates):.1f} /s; "
        f"/healthz median {statistics.median(health):.1f} ms, p95 {p95:.1f} ms"
    )
    return Row(what, f"{sum(rates):.0f} /s in all", detail=detail)


def measure_crowd(server: LiveServer) -> list[Row]:
    """Measures crowds of each size, the default playground in every tab."""
    return [measure_one(server, clients) for clients in CROWDS]
