"""Prometheus metrics: families made of the measurements when they are scraped.

Nothing is counted twice and nothing by session, so that there are as many series with one session
as with a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from app.operation.measurements import Measurements, list_versions
from app.scheduling.durations import Distribution
from app.sessions.statistics import CheckpointStatistics, HostStatistics
from engine import CompilationStatistics


class MetricsCollector(Collector):
    """Collector of all metrics of the server.

    Args:
        read: measures.
    """

    def __init__(self, read: Callable[[], Measurements]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yields the families, measured now."""
        now = self._read()
        yield InfoMetricFamily("livenet", "Versions", value=list_versions())
        yield gauge("ready", "Whether the first programs are compiled", now.ready)
        yield gauge("uptime_seconds", "Since the start", now.uptime)
        yield gauge("connections", "Clients of the stream", now.connections)
        yield count_by("errors", "Errors that clients were told of", "code", now.errors)
        yield count_by("http_responses", "HTTP answers", "status", now.responses)
        yield from _describe_host(now.host)
        yield from _describe_compilations(now.compilations)
        if now.host.checkpoints is not None:
            yield from _describe_checkpoints(now.host.checkpoints)


def make_registry(collector: Collector) -> CollectorRegistry:
    """Returns the registry of one server: its own metrics, and those of the process.

    Args:
        collector: of its own.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def _describe_host(host: HostStatistics) -> Iterator[Metric]:
    sessions = GaugeMetricFamily("livenet_sessions", "Sessions by state", labels=["state"])
    for state in ("running", "paused", "waiting"):
        sessions.add_metric([state], getattr(host, state))
    yield sessions
    yield gauge("session_places", "Sessions at most", host.places)
    yield _counter("sessions_opened", "Sessions so far", host.opened)
    yield _counter("frames", "Frames made for clients", host.counts.frames)
    yield _counter("frame_bytes", "Bytes of frames made for clients", host.counts.frame_bytes)
    yield _counter("steps", "Updates of networks", host.counts.steps)
    yield gauge("workers", "Threads that train", host.turns.workers)
    yield gauge("workers_busy", "Threads that have a turn", host.turns.busy)
    yield gauge("sessions_queued", "Sessions that wait for a turn", host.turns.queued)
    yield _histogram("turn_seconds", "Durations of turns", host.turns.turns)
    yield gauge("waiting_bytes", "What waits for workers and clients", host.waiting_bytes)
    yield gauge("image_bytes", "What networks for images hold", host.image_bytes)


def _describe_compilations(found: CompilationStatistics) -> Iterator[Metric]:
    yield _counter("compilations", "Programs compiled or read from the disk", found.builds)
    yield _counter("compilation_seconds", "Time that took", found.seconds)
    yield _counter("compilation_failures", "Programs that could not be built", found.failures)
    yield gauge("compilations_queued", "Programs that are asked for", found.waiting)
    yield gauge("programs", "Programs in memory", found.kept)


def _describe_checkpoints(found: CheckpointStatistics) -> Iterator[Metric]:
    yield _counter("checkpoints", "Saved sessions written", found.saved)
    yield _counter("checkpoint_failures", "Saved sessions not written", found.failed)
    yield gauge("checkpoint_files", "Saved sessions that are kept", found.files)
    yield gauge("checkpoint_bytes", "Bytes of saved sessions", found.n_bytes)
    yield gauge("checkpoint_written_timestamp_seconds", "Last one", found.saved_at or 0.0)


def gauge(name: str, text: str, value: float) -> Metric:
    """Returns the family of one value that goes up and down."""
    return GaugeMetricFamily(f"livenet_{name}", text, value=float(value))


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"livenet_{name}", text, value=value)


def count_by(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    """Returns the family of counters that are told apart by a label."""
    family = CounterMetricFamily(f"livenet_{name}", text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, found: Distribution) -> Metric:
    below, buckets = 0, []
    for bound, count in zip((*found.bounds, "+Inf"), found.counts, strict=True):
        below += count
        buckets.append((str(bound), below))
    return HistogramMetricFamily(f"livenet_{name}", text, buckets=buckets, sum_value=found.seconds)
