"""`/api/sessions/TOKEN/points`: frames of time line points, rendered while the run goes on."""

from __future__ import annotations

import json
import re
import struct
from functools import partial

from flask import Blueprint, Response, jsonify, request

from app.api.sessions.jobs import find_session, wait_for
from app.api.sessions.large_responses import charge_parts, charge_response
from app.api.sessions.requests import RefusedError, read_body
from app.history.timeline import MAX_POINTS, TimelinePoint, describe_unknown_point
from app.hosting.session_host import SessionHost, SessionLimitError
from app.limits.session_rates import SessionRateError, SessionRates
from app.protocol.errors import MessageError
from app.protocol.frame_encoding import encode_frame
from app.protocol.messages import Message, TimelinePointId
from app.protocol.parsing import parse_content
from app.sessions.worker_state import WorkerState
from app.web.clients import find_client
from engine import FrameRequest, dump_spec

_IDS = re.compile(r"\d{1,15}(,\d{1,15})*", re.ASCII)


class BranchRequest(Message):
    """Request: the point of the time line that a new session starts from."""

    point: TimelinePointId


def add_timeline_routes(blueprint: Blueprint, host: SessionHost, rates: SessionRates) -> None:
    """Adds the routes of the time line to the blueprint of `/api/sessions`."""

    @blueprint.get("/<token>/points")
    def send_points(token: str) -> Response:
        session = find_session(host, token)
        wanted = _read_ids(request.args.get("ids", ""))

        def find(worker: WorkerState) -> list[TimelinePoint]:
            found = [worker.timeline.find(number) for number in wanted]
            return [point for point in found if point is not None]

        # All are taken at once, so that none is thinned out meanwhile; the run goes on
        # between two frames.
        points = wait_for(session, find, "the time line")
        shown = (wait_for(session, partial(_show, one), "a snapshot") for one in points)
        blobs = charge_parts(session.account, shown)
        content = b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)
        return charge_response(
            session.account, Response(content, mimetype="application/octet-stream")
        )

    @blueprint.post("/<token>/branches")
    def branch(token: str) -> Response:
        session = find_session(host, token)
        try:
            number = parse_content(BranchRequest, read_body()).point
        except MessageError as error:
            raise RefusedError(error.code, error.message, error.path) from None
        point = wait_for(session, lambda worker: worker.timeline.find(number), "the time line")
        if point is None:
            raise RefusedError("unknown_point", describe_unknown_point(number), "point")
        try:
            rates.charge(find_client())
            return jsonify(session=host.branch(point.snapshot).token)
        except (SessionLimitError, SessionRateError) as error:
            raise RefusedError("session_limit", str(error)) from None


def _read_ids(text: str) -> list[int]:
    if not _IDS.fullmatch(text):
        raise RefusedError("invalid_message", "ids must be numbers with commas between them", "ids")
    ids = [int(number) for number in text.split(",")]
    if len(ids) > MAX_POINTS:
        raise RefusedError("invalid_message", f"ids may be at most {MAX_POINTS}", "ids")
    return ids


def _show(point: TimelinePoint, worker: WorkerState) -> bytes:
    frame = worker.trainer.show(point.snapshot, FrameRequest(points=True))
    metadata = {
        **frame.metadata,
        "spec_id": str(point.spec_id),
        "running": "false",
        "recalled": str(point.id),
        "spec": json.dumps(dump_spec(point.snapshot.spec)),
    }
    return encode_frame(frame.arrays, metadata)
