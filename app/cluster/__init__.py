"""Many machines: session servers that Ray places, and fronts that send clients to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.web.settings import Settings


def make_front(settings: Settings) -> Flask:
    """Makes the WSGI application of a front."""
    # Not above: the process that forks the workers must never load Ray.
    from app.cluster.fronts.front import make_front_app  # noqa: PLC0415

    return make_front_app(settings)
