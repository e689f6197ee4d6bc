"""Metrics and status of a front, for who runs the cluster; session servers have their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Response, jsonify
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.cluster.fronts.relay import Relay
from app.cluster.membership import ClusterState
from app.cluster.view import View
from app.limits.event_counter import EventCounter
from app.operation.metrics import count_by, gauge


class FrontCollector(Collector):
    """Collector of what a front knows: its streams and answers, and the session servers.

    Families that those have, too, are one, with the label `server` for each of theirs.

    Args:
        view: of the session servers.
        relay: has the streams.
        responses: that the front has given, by their status.
    """

    def __init__(self, view: View, relay: Relay, responses: EventCounter) -> None:
        self._view, self._relay, self._responses = view, relay, responses

    def collect(self) -> Iterator[Metric]:
        """Yields the families, measured now."""
        families: dict[str, Metric] = {}
        for metric in (*self._collect_own(), *self._view.read_metrics()):
            family = families.setdefault(metric.name, metric)
            if family is not metric:
                family.samples += metric.samples
        yield from families.values()

    def _collect_own(self) -> Iterator[Metric]:
        state = self._view.state
        yield gauge("ready", "Whether the first programs are compiled", self._view.ready)
        yield gauge("connections", "Clients of the stream", self._relay.count)
        yield count_by("http_responses", "HTTP answers", "status", self._responses.read())
        yield gauge("cluster_version", "Changes of the membership", state.membership.version)
        yield gauge("cluster_servers", "Session servers", len(state.membership.members))
        yield _by_server("cluster_sessions", "Sessions of each server", state, "sessions")
        yield _by_server("cluster_places", "Sessions at most of each server", state, "places")


def show_status(view: View, relay: Relay) -> Response:
    """Returns the session servers and what they have to do, as JSON."""
    state = view.state
    servers: list[dict[str, Any]] = [
        asdict(member) | asdict(state.loads[member.name]) for member in state.membership.members
    ]
    version = state.membership.version
    return jsonify(version=version, servers=servers, streams=relay.count)


def _by_server(name: str, text: str, state: ClusterState, of: str) -> Metric:
    family = GaugeMetricFamily(f"livenet_{name}", text, labels=["server"])
    for server, load in state.loads.items():
        family.add_metric([server], getattr(load, of))
    return family
