"""Measurements: what the server does at one moment, read from its components when asked for."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.hosting.session_host import SessionHost
from app.limits.event_counter import EventCounter
from app.sessions.statistics import HostStatistics
from app.transports.connections import Connections
from engine import CompilationStatistics, DeviceChoice, Programs, list_choices

#: The same as in pyproject.toml, which is not installed with the server.
VERSION = "0.1.0"
_PACKAGES = ("jax", "jaxlib", "numpy", "flask", "gunicorn")


@dataclass(frozen=True, slots=True)
class Measurements:
    """What the server does at one moment.

    Attributes:
        ready: whether the first capacity is compiled.
        started_at: when the process made its components, seconds since 1970.
        uptime: seconds since then.
        load: processes that ran or waited, mean of the last minute; None where nobody counts.
        memory: bytes of the process in memory; None where that cannot be read.
        host: what the sessions do.
        compilations: what was compiled.
        connections: clients of the stream.
        errors: that clients were told of, by code.
        responses: HTTP answers by status.
        devices: chosen for each kind of work.
    """

    ready: bool
    started_at: float
    uptime: float
    load: float | None
    memory: int | None
    host: HostStatistics
    compilations: CompilationStatistics
    connections: int
    errors: dict[str, int]
    responses: dict[str, int]
    devices: list[DeviceChoice]


def make_reader(
    host: SessionHost,
    programs: Programs,
    connections: Connections,
    responses: EventCounter,
) -> Callable[[], Measurements]:
    """Returns a function that measures.

    Args:
        host: where sessions live.
        programs: what is compiled.
        connections: of the stream.
        responses: HTTP answers by status.
    """
    started_at, started = time.time(), time.monotonic()

    def read() -> Measurements:
        return Measurements(
            ready=programs.ready,
            started_at=started_at,
            uptime=time.monotonic() - started,
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            memory=read_memory(),
            host=host.statistics(),
            compilations=programs.statistics(),
            connections=connections.count,
            errors=connections.errors.read(),
            responses=responses.read(),
            devices=list_choices(),
        )

    return read


def read_memory() -> int | None:
    """Returns the bytes of this process in memory; None where that cannot be read."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def list_versions() -> dict[str, str]:
    """Returns the versions of the server, of Python, and of what matters most, by name."""
    found = {"livenet": VERSION, "python": platform.python_version(), "system": sys.platform}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
