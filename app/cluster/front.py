"""Front: the application without sessions, which sends clients to the servers that have them."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Flask, Response, jsonify

from app.cluster.cluster_view import ClusterView
from app.cluster.relay import Relay
from app.cluster.routes import ASK_ENDPOINT, Front, make_front_blueprint
from app.factory import make_access, make_site
from app.files.handover import MAX_TEXT
from app.limits.event_counter import EventCounter
from app.web.settings import Settings
from engine import ImageStore


@dataclass(frozen=True, slots=True)
class FrontComponents:
    """The components of a front, as `app.extensions["livenet"]`."""

    view: ClusterView
    relay: Relay
    responses: EventCounter

    def close(self) -> None:
        """Ends all streams; their sessions wait for their clients."""
        self.view.close()
        self.relay.close()

    def wait_closed(self, seconds: float) -> None:
        """Does nothing: streams end at once."""


def make_front_app(settings: Settings) -> Flask:
    """Makes the WSGI application of a front; waits until Ray can be asked.

    Args:
        settings: `cluster` is the address of Ray's head.
    """
    view, relay = ClusterView(settings), Relay()
    store = ImageStore(settings.cache_dir, settings.data_dir, settings.image_mirrors or None)
    site = make_site(settings, store, lambda: view.ready)
    site.app.config["BODY_LIMITS"][ASK_ENDPOINT] = MAX_TEXT
    site.app.register_blueprint(make_front_blueprint(Front(view, relay, settings), settings))
    site.app.register_blueprint(_make_status_blueprint(view, relay, settings))
    site.app.extensions["livenet"] = FrontComponents(view, relay, site.responses)
    threading.Thread(target=site.compress, name="compress", daemon=True).start()
    return site.app


def _make_status_blueprint(view: ClusterView, relay: Relay, settings: Settings) -> Blueprint:
    """Returns the blueprint of `/status`, for the operator; session servers have their own."""
    blueprint = Blueprint("front_status", __name__)
    access = make_access(settings)

    @blueprint.before_request
    def refuse_others() -> Response | None:
        return access.refuse()

    @blueprint.get("/status")
    def show_status() -> Response:
        state = view.state
        servers: list[dict[str, Any]] = [
            asdict(member) | asdict(state.loads[member.name]) for member in state.membership.members
        ]
        version = state.membership.version
        response = jsonify(version=version, servers=servers, streams=relay.count)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint
