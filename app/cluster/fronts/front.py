"""Front: the application without sessions, which sends clients to the servers that have them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial

from flask import Flask

from app.cluster.fronts.connection_pool import ConnectionPool
from app.cluster.fronts.operation import FrontCollector, show_status
from app.cluster.fronts.relay import Relay
from app.cluster.fronts.routes import ASK_ENDPOINT, Front, make_front_blueprint
from app.cluster.view import View
from app.factory import make_access, make_site
from app.files.handover import MAX_TEXT
from app.limits.event_counter import EventCounter
from app.operation.metrics import make_registry
from app.operation.status import make_operation_blueprint
from app.web.settings import Settings
from engine import ImageStore


@dataclass(frozen=True, slots=True)
class FrontComponents:
    """The components of a front, as `app.extensions["livenet"]`."""

    view: View
    relay: Relay
    pool: ConnectionPool
    responses: EventCounter

    def close(self) -> None:
        """Ends all streams; their sessions wait for their clients."""
        self.view.close()
        self.relay.close()
        self.pool.close()

    def wait_closed(self, seconds: float) -> None:
        """Does nothing: streams end at once."""


def make_front_app(settings: Settings, view: View) -> Flask:
    """Makes the WSGI application of a front.

    Args:
        settings: of the front.
        view: of the session servers.
    """
    relay, pool = Relay(), ConnectionPool()
    store = ImageStore(settings.cache_dir, settings.data_dir, settings.image_mirrors or None)
    site = make_site(settings, store, lambda: view.ready)
    site.app.config["BODY_LIMITS"][ASK_ENDPOINT] = MAX_TEXT
    site.app.register_blueprint(make_front_blueprint(Front(view, relay, pool, settings), settings))
    site.app.register_blueprint(
        make_operation_blueprint(
            make_registry(FrontCollector(view, relay, site.responses)),
            make_access(settings),
            partial(show_status, view, relay),
        )
    )
    site.app.extensions["livenet"] = FrontComponents(view, relay, pool, site.responses)
    threading.Thread(target=site.compress, name="compress", daemon=True).start()
    return site.app
