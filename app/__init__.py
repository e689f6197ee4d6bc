"""The server: pages, API, the stream and its sessions. No maths here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.web.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Makes the WSGI application.

    The engine compiles its first programs in the background: requests are served
    meanwhile, and `/readyz` tells when the first capacity is there.

    Args:
        settings: from the environment unless given.
    """
    # Not above: the process that forks the workers must never load JAX.
    from app.factory import make_app  # noqa: PLC0415

    return make_app(settings)
