"""Application factory: the only place where the components of the server are wired together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask, Response, render_template
from pydantic import SecretStr

from app.api.addresses import NetworkHosts, make_addresses_blueprint
from app.api.animations import MAX_BYTES, make_animations_blueprint
from app.api.images import make_images_blueprint
from app.api.lessons import make_lesson_reading_blueprint
from app.api.points import make_points_blueprint
from app.api.qr import make_qr_blueprint
from app.api.recordings import TAKE_ENDPOINT, make_recordings_blueprint
from app.api.schema import add_error_answers, collect_answers, make_api_blueprint
from app.api.sessions.blueprint import make_session_blueprint
from app.api.sessions.handover import HANDOVER_ENDPOINT
from app.api.states import make_states_blueprint
from app.api.surfaces import make_surfaces_blueprint
from app.files.blob_store import BlobStore
from app.files.handover import MAX_TEXT, HandoverSeal
from app.files.link_payloads import LinkPayloads
from app.files.session_files import SessionFiles
from app.files.session_objects import SessionObjects
from app.files.session_store import SessionStore
from app.files.study_files import StudyFiles
from app.hosting.hosts import LocalHost
from app.hosting.ownership import Ownership
from app.hosting.scheduler import Scheduler
from app.hosting.session_host import SessionHost
from app.lessons.library import OWN, Library
from app.limits.budget import Budget
from app.limits.event_counter import EventCounter
from app.limits.keys import read_key
from app.limits.session_rates import SessionRates
from app.limits.storage_quotas import StorageQuotas
from app.operation.access import OperatorAccess
from app.operation.measurements import make_reader
from app.operation.metrics import MetricsCollector, make_registry
from app.operation.status import make_operation_blueprint, show_status
from app.pages.assets import Assets
from app.pages.languages import Languages
from app.pages.lessons import make_lessons_blueprint
from app.pages.oembed import make_oembed_blueprint
from app.pages.pages import make_pages_blueprint
from app.pages.password import PasswordGate, add_password
from app.pages.recording_shell import RecordingShell
from app.pages.rendering import Renderer
from app.pages.slides import find_reveal, make_slides_blueprint
from app.sessions.turns import take_turn
from app.transports.connections import Connections
from app.transports.http import HttpStreams
from app.transports.watchers import Watchers
from app.transports.websocket import SERVER_OPTIONS, make_stream_blueprint
from app.web.forwarded import ForwardedPrefix
from app.web.own_addresses import add_host_check, is_named
from app.web.password import SharedPassword
from app.web.security import add_security_headers
from app.web.settings import Settings, read_environment
from engine import MAX_PAYLOAD, ImageStore, Programs

ROOT = Path(__file__).resolve().parent.parent

logger = logging.getLogger(__name__)

#: What a session's commands may take in memory while they wait, in longest messages.
INBOX_MESSAGES = 8


@dataclass(frozen=True, slots=True)
class Components:
    """The components of an app, as `app.extensions["livenet"]`."""

    settings: Settings
    programs: Programs
    host: SessionHost
    connections: Connections
    responses: EventCounter
    watchers: Watchers

    def close(self) -> None:
        """Saves all sessions, ends them and all connections, and stops all threads."""
        self.host.finish()
        self.connections.close()
        self.watchers.close()
        self.host.close()
        self.programs.close()

    def wait_closed(self, seconds: float) -> None:
        """Waits until all connections have ended, or for so long."""
        self.connections.wait_closed(seconds)


@dataclass(frozen=True, slots=True)
class Site:
    """An app without sessions: pages, and what the API has besides.

    Attributes:
        app: the application.
        payloads: of links.
        renderer: of templates.
        responses: that it has given, by their status.
        compress: compresses static files ahead of time.
    """

    app: Flask
    payloads: LinkPayloads
    renderer: Renderer
    responses: EventCounter
    compress: Callable[[], None]


def make_app(settings: Settings | None = None, ownership: Ownership | None = None) -> Flask:
    """Makes the WSGI application; see `app.create_app`.

    Args:
        settings: from the environment unless given.
        ownership: which sessions are its own, where servers share them; all unless given.
    """
    settings = settings or read_environment()
    store = ImageStore(settings.cache_dir, settings.data_dir, settings.image_mirrors or None)
    programs = Programs(cache_dir=str(settings.cache_dir), store=store)
    site = make_site(settings, store, lambda: programs.ready)
    app, payloads, responses = site.app, site.payloads, site.responses
    app.config["BODY_LIMITS"][HANDOVER_ENDPOINT] = MAX_TEXT
    app.config["SOCK_SERVER_OPTIONS"] = SERVER_OPTIONS
    scheduler = Scheduler(settings.workers, lambda session: session.take_turn(take_turn))
    host = _make_host(settings, programs, scheduler, ownership)
    rates = SessionRates(settings.sessions_per_minute)
    connections = Connections(
        host, payloads, settings.max_message_bytes, settings.max_connections, rates
    )
    watchers = Watchers(settings.max_watchers)
    app.register_blueprint(make_stream_blueprint(connections, host, watchers, settings))
    app.register_blueprint(
        make_session_blueprint(host, HttpStreams(connections), watchers, payloads, rates, settings)
    )
    read = make_reader(host, programs, connections, responses)
    app.register_blueprint(
        make_operation_blueprint(
            make_registry(MetricsCollector(read)),
            make_access(settings),
            partial(show_status, read, site.renderer),
        )
    )
    app.extensions["livenet"] = Components(
        settings, programs, host, connections, responses, watchers
    )

    def warm_up() -> None:
        try:
            programs.warm()
            if settings.warm_up == "all":
                programs.warm_rest()
        except Exception:
            logger.exception("warming up failed")
        site.compress()

    scheduler.start()
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    return app


def make_site(settings: Settings, store: ImageStore, is_ready: Callable[[], bool]) -> Site:
    """Makes an application without sessions.

    Args:
        settings: the settings.
        store: of images.
        is_ready: whether sessions find the first capacity compiled.
    """
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    app.config["MAX_CONTENT_LENGTH"] = settings.max_message_bytes
    app.config["TRUSTED_PROXIES"] = settings.trusted_proxies
    app.config["BODY_LIMITS"] = {
        "states.store_state": MAX_PAYLOAD,
        "animations.make": MAX_BYTES,
        TAKE_ENDPOINT: settings.max_recording_bytes,
        "password.enter": 1 << 14,
    }

    quotas = StorageQuotas(settings.cache_dir, settings.stored_bytes_per_minute)
    payloads = LinkPayloads(BlobStore(settings.cache_dir / "states", settings.shelf_bytes, quotas))
    assets = Assets(ROOT / "static", packaged=find_reveal(settings.reveal_dir))
    languages = Languages(assets)
    shell = RecordingShell(assets, collect_answers, partial(render_template, "recording.html"))
    recordings = BlobStore(settings.cache_dir / "recordings", settings.shelf_bytes, quotas)
    renderer = Renderer(assets)
    # Behind proxies every visitor may come from a loopback address.
    network_hosts = NetworkHosts(
        settings.host,
        lambda host: not settings.trusted_proxies and is_named(host, settings.hosts),
    )

    lessons = Library(*filter(None, (OWN, settings.lessons_dir)))
    app.register_blueprint(make_pages_blueprint(assets, renderer, lessons))
    app.register_blueprint(make_lessons_blueprint(lessons, renderer, assets))
    app.register_blueprint(make_slides_blueprint(assets, renderer, lessons))
    app.register_blueprint(make_api_blueprint(is_ready))
    app.register_blueprint(make_points_blueprint(settings))
    app.register_blueprint(make_lesson_reading_blueprint(settings))
    app.register_blueprint(make_images_blueprint(store))
    app.register_blueprint(make_surfaces_blueprint())
    app.register_blueprint(make_recordings_blueprint(shell, languages, recordings, settings))
    app.register_blueprint(make_oembed_blueprint(languages))
    app.register_blueprint(make_animations_blueprint(settings))
    app.register_blueprint(make_qr_blueprint(network_hosts))
    app.register_blueprint(make_addresses_blueprint(network_hosts))
    app.register_blueprint(make_states_blueprint(payloads, settings))
    responses = EventCounter()

    @app.after_request
    def count(response: Response) -> Response:
        responses.add(str(response.status_code))
        return response

    _add_policies(app, settings, renderer)
    compress = partial(assets.compress_ahead, settings.cache_dir / "compressed")
    return Site(app, payloads, renderer, responses, compress)


def _make_host(
    settings: Settings,
    programs: Programs,
    scheduler: Scheduler,
    ownership: Ownership | None,
) -> LocalHost:
    return LocalHost(
        programs,
        scheduler,
        max_sessions=settings.max_sessions,
        max_waiting=settings.max_waiting,
        resume_seconds=settings.resume_seconds,
        idle_seconds=settings.idle_seconds,
        max_inbox_bytes=INBOX_MESSAGES * settings.max_message_bytes,
        max_fps=settings.max_fps,
        budget=Budget(settings.max_sessions, settings.waiting_bytes),
        image_bytes=settings.image_bytes,
        files=_make_session_store(settings) if settings.checkpoint_seconds else None,
        checkpoint_seconds=settings.checkpoint_seconds,
        seal=_make_seal(settings),
        ownership=ownership,
        studies=StudyFiles(settings.cache_dir / "studies"),
    )


def _make_session_store(settings: Settings) -> SessionStore:
    place = settings.checkpoint_store or str(settings.cache_dir / "sessions")
    # Who is there and says nothing is sent away after the one, and waits for the other.
    max_age = settings.idle_seconds + settings.resume_seconds
    if "://" in place:
        return SessionObjects(place, max_age)
    return SessionFiles(Path(place), settings.checkpoint_bytes, max_age)


def _add_policies(app: Flask, settings: Settings, renderer: Renderer) -> None:
    """Adds what holds for every request."""
    add_host_check(app, settings.hosts)
    if settings.password is not None:
        password = _make_password(settings, settings.password)
        add_password(app, PasswordGate(password, renderer))
    add_error_answers(app)
    add_security_headers(app, settings.frame_ancestors)
    app.wsgi_app = ForwardedPrefix(app.wsgi_app, settings.trusted_proxies)


def make_access(settings: Settings) -> OperatorAccess:
    """Returns who may read what is for the operator."""
    token = settings.operator_token
    return OperatorAccess(None if token is None else token.get_secret_value())


def _make_password(settings: Settings, password: SecretStr) -> SharedPassword:
    """Servers with a key in common accept each other's cookies."""
    given = settings.handover_key
    key = given.get_secret_value().encode() if given else None
    return SharedPassword(
        password.get_secret_value(), key or read_key(settings.cache_dir, "password-key")
    )


def _make_seal(settings: Settings) -> HandoverSeal | None:
    if not settings.handover_seconds:
        return None
    if settings.handover_key is not None:
        key = settings.handover_key.get_secret_value().encode()
    else:
        key = read_key(settings.cache_dir, "handover-key")
    return HandoverSeal(key, settings.handover_seconds)
