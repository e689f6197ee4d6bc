"""Many session servers, processes of this machine or placed by Ray, and fronts before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.web.settings import Settings


def make_front(settings: Settings) -> Flask:
    """Makes the WSGI application of a front to the session servers of a Ray cluster.

    Waits until Ray can be asked.
    """
    # Not above: the process that forks the workers must never load Ray.
    from app.cluster.cluster_view import ClusterView  # noqa: PLC0415
    from app.cluster.fronts.front import make_front_app  # noqa: PLC0415

    return make_front_app(settings, ClusterView(settings))


def make_process_front(settings: Settings) -> Flask:
    """Makes the WSGI application of a front to processes of this machine, and starts them."""
    from app.cluster.fronts.front import make_front_app  # noqa: PLC0415
    from app.cluster.processes.process_view import ProcessView  # noqa: PLC0415

    return make_front_app(settings, ProcessView(settings))
