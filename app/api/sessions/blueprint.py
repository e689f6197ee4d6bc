"""`/api/sessions/...`: the stream over HTTP, and routes for model, exports and link payloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge, RequestTimeout

from app.api.sessions.exports import add_export_routes
from app.api.sessions.handover import add_handover_routes
from app.api.sessions.jobs import find_session
from app.api.sessions.models import add_model_routes
from app.api.sessions.requests import RefusedError, answer, find_socket, read_body, refuse_unknown
from app.api.sessions.studies import add_study_routes
from app.api.sessions.timeline import add_timeline_routes
from app.api.states import add_state_routes
from app.files.link_payloads import LinkPayloads
from app.hosting.ownership import MovedError
from app.hosting.session_host import SessionHost, SessionLimitError
from app.limits.session_rates import SessionRates
from app.protocol.outbox import Heartbeat
from app.sessions.session import Session
from app.transports.http import HttpStreams, encode_item
from app.transports.watch_wires import HttpWire
from app.transports.watchers import Watchers
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.settings import Settings


def make_session_blueprint(
    host: SessionHost,
    streams: HttpStreams,
    watchers: Watchers,
    payloads: LinkPayloads,
    rates: SessionRates,
    settings: Settings,
) -> Blueprint:
    """Returns the blueprint of `/api/sessions/...`."""
    blueprint = Blueprint("sessions", __name__, url_prefix="/api/sessions")

    asked = "Authorization, Content-Type" if settings.password else "Content-Type"

    @blueprint.before_request
    def check_origin() -> None:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            raise RefusedError("forbidden_origin", "this origin may not open a stream")

    @blueprint.before_request
    def refuse_moved() -> None:
        token: str | None = (request.view_args or {}).get("token")
        if token is not None and not host.owns(token):
            raise MovedError

    @blueprint.after_request
    def let_friends_read(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        if request.origin and is_allowed(request.origin, request.host, settings.allowed_origins):
            response.headers["Access-Control-Allow-Origin"] = request.origin
            response.headers["Access-Control-Allow-Headers"] = asked
            response.headers["Vary"] = "Origin"
        return response

    @blueprint.errorhandler(RefusedError)
    def answer_refused(error: RefusedError) -> Response:
        return answer(error.content)

    @blueprint.errorhandler(MovedError)
    def answer_moved(error: MovedError) -> Response:
        return answer(RefusedError("moved", str(error)).content)

    @blueprint.errorhandler(RequestEntityTooLarge)
    def answer_too_large(_: RequestEntityTooLarge) -> Response:
        limit = f"a request may have at most {request.max_content_length} bytes"
        return answer(RefusedError("message_too_large", limit).content)

    @blueprint.errorhandler(RequestTimeout)
    def answer_slow(error: RequestTimeout) -> Response:
        return answer(RefusedError("request_timeout", error.description or "").content)

    @blueprint.post("")
    def open_session() -> Response:
        first = streams.open(read_body(), find_client())
        if first is None:
            raise _too_many()
        return answer(first)

    @blueprint.get("/<token>/stream")
    def stream(token: str) -> Response:
        if request.method == "HEAD":
            raise MethodNotAllowed(["GET"])
        if (watched := host.find_watched(token)) is not None:
            return _watch(watched, watchers)
        try:
            carried = streams.claim(token)
        except LookupError:
            raise refuse_unknown() from None
        except SessionLimitError as error:
            raise RefusedError("session_limit", str(error)) from None
        if carried is None:
            raise _too_many()
        return _stream(carried.send(find_socket()), carried.end)

    @blueprint.get("/<token>/watch")
    def name_watch(token: str) -> Response:
        return jsonify(watch=find_session(host, token).watch_token)

    @blueprint.post("/<token>/messages")
    def receive_messages(token: str) -> tuple[Response, int]:
        carried = streams.find(token)
        if carried is None:
            if host.get(token) is None:
                raise refuse_unknown()
            raise RefusedError("not_open", "open the stream of this session first")
        return jsonify(accepted=carried.receive(read_body())), 202

    for add_routes in (add_model_routes, add_export_routes, add_handover_routes, add_study_routes):
        add_routes(blueprint, host)
    add_timeline_routes(blueprint, host, rates)
    add_state_routes(blueprint, host, payloads)
    return blueprint


def _watch(session: Session, watchers: Watchers) -> Response:
    if not watchers.enter():
        raise _too_many()
    sock = find_socket()
    wire = HttpWire(chunked=request.environ["SERVER_PROTOCOL"] != "HTTP/1.0")

    def send() -> Iterator[bytes]:
        # The head goes out with it; all else is sent past the server, to all at once.
        yield encode_item(Heartbeat(b"", answer=False))
        watchers.watch(session, sock, wire)

    return _stream(send(), watchers.leave)


def _stream(content: Iterator[bytes], end: Callable[[], None]) -> Response:
    response = Response(content, mimetype="application/octet-stream")
    # Proxies hold nothing back.
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(end)
    return response


def _too_many() -> RefusedError:
    return RefusedError("session_limit", "too many connections; try again later")
