"""`/api/states` and `/api/sessions/TOKEN/state`: creates, stores and serves link payloads."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import Field

from app.api.sessions.jobs import find_session, wait_for
from app.api.sessions.requests import answer, read_body, refuse_message
from app.files.link_payloads import LinkPayloads
from app.hosting.session_host import SessionHost
from app.protocol.errors import MessageError
from app.protocol.messages import Message
from app.protocol.parsing import parse_content
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.settings import Settings
from engine import dump_spec, find_initial, make_payload

#: Longer links than this no browser and no proxy bears.
MAX_ROOM = 8000


class PayloadRequest(Message):
    """Request: which parts of a run the link payload holds.

    Attributes:
        points: whether custom points are.
        weights: the present ones, those that the run set out with, or none.
        room: characters that the link has for it; 0 has it stored in any case.
    """

    points: bool = True
    weights: Literal["none", "now", "initial"] = "none"
    room: Annotated[int, Field(ge=0, le=MAX_ROOM)] = 0


def add_state_routes(blueprint: Blueprint, host: SessionHost, payloads: LinkPayloads) -> None:
    """Adds the state of a session to the blueprint of `/api/sessions`."""

    @blueprint.post("/<token>/state")
    def carry_state(token: str) -> Response:
        session = find_session(host, token)
        try:
            wanted = parse_content(PayloadRequest, read_body())
            now, saved_initial = wait_for(
                session,
                lambda worker: (worker.trainer.snapshot(), worker.trainer.saved_initial),
                "a link",
            )
            initial = find_initial(saved_initial, now)
            payload = make_payload(now, initial, wanted.points, wanted.weights)
            empty = payload.points is None and payload.params is None
            kept = None if empty else payloads.encode(payload, wanted.room, find_client())
        except MessageError as error:
            raise refuse_message(error) from None
        return jsonify(
            state=kept.word if kept else None,
            stored=bool(kept and kept.stored),
            bytes=kept.size if kept else 0,
            step=payload.counters.step,
            spec=dump_spec(now.spec, points=False),
        )


def make_states_blueprint(payloads: LinkPayloads, settings: Settings) -> Blueprint:
    """Returns the blueprint of `/api/states`."""
    blueprint = Blueprint("states", __name__)

    @blueprint.post("/api/states")
    def store_state() -> tuple[Response, int]:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not store states")
        return jsonify(id=payloads.store(read_body(), find_client())), 201

    @blueprint.get("/api/states/<name>")
    def send_state(name: str) -> Response:
        response = Response(payloads.load(name), mimetype="application/octet-stream")
        response.headers["Cache-Control"] = "private, max-age=86400"
        return response

    @blueprint.errorhandler(MessageError)
    def refuse(error: MessageError) -> Response:
        return answer(refuse_message(error).content)

    return blueprint
