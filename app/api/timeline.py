"""`/api/sessions/TOKEN/points`: moments of the time line as frames, while the run goes on."""

from __future__ import annotations

import json
import re
import struct
from functools import partial

from flask import Blueprint, Response, jsonify, request

from app.api.held_answers import collect, hold_answer
from app.api.requests import RefusedError, read_body
from app.api.session_jobs import find_session, wait_for
from app.history.timeline import MAX_POINTS, Point, tell_unknown
from app.protocol.frame_encoding import encode_frame
from app.protocol.messages import Message, MessageError, PointId, parse_content
from app.sessions.hosts import SessionHost, SessionLimitError
from app.sessions.worker_state import WorkerState
from engine import FrameRequest, dump_spec

_IDS = re.compile(r"\d{1,15}(,\d{1,15})*", re.ASCII)


class Wanted(Message):
    """Which point of the time line a session of its own is to begin with."""

    point: PointId


def add_timeline_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds the moments of the time line to the blueprint of `/api/sessions`."""

    @blueprint.get("/<token>/points")
    def send_points(token: str) -> Response:
        session = find_session(host, token)
        wanted = _read_ids(request.args.get("ids", ""))

        def find(worker: WorkerState) -> list[Point]:
            found = [worker.timeline.find(number) for number in wanted]
            return [point for point in found if point is not None]

        # All are taken at once, so that none is thinned out meanwhile; the run goes on
        # between two frames.
        points = wait_for(session, find, "the time line")
        shown = (wait_for(session, partial(_show, one), "a moment") for one in points)
        blobs = collect(session.account, shown)
        content = b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs)
        return hold_answer(session.account, Response(content, mimetype="application/octet-stream"))

    @blueprint.post("/<token>/branches")
    def branch(token: str) -> Response:
        session = find_session(host, token)
        try:
            number = parse_content(Wanted, read_body()).point
        except MessageError as error:
            raise RefusedError(error.code, error.message, error.path) from None
        point = wait_for(session, lambda worker: worker.timeline.find(number), "the time line")
        if point is None:
            raise RefusedError("unknown_point", tell_unknown(number), "point")
        try:
            return jsonify(session=host.branch(point.moment).token)
        except SessionLimitError as error:
            raise RefusedError("session_limit", str(error)) from None


def _read_ids(text: str) -> list[int]:
    if not _IDS.fullmatch(text):
        raise RefusedError("invalid_message", "ids must be numbers with commas between them", "ids")
    ids = [int(number) for number in text.split(",")]
    if len(ids) > MAX_POINTS:
        raise RefusedError("invalid_message", f"ids may be at most {MAX_POINTS}", "ids")
    return ids


def _show(point: Point, worker: WorkerState) -> bytes:
    frame = worker.trainer.show(point.moment, FrameRequest(points=True))
    metadata = {
        **frame.metadata,
        "spec_id": str(point.spec_id),
        "running": "false",
        "recalled": str(point.id),
        "spec": json.dumps(dump_spec(point.moment.spec)),
    }
    return encode_frame(frame.arrays, metadata)
