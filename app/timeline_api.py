"""`/api/sessions/TOKEN/points/ID`: a moment of the time line as a frame, while the run goes on."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from app.frames import encode_frame
from app.hosts import SessionHost
from app.session_jobs import find_session, wait_for
from app.session_requests import RefusedError
from app.timeline import Point
from engine import Frame, FrameRequest, dump_spec


def add_timeline_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds the moments of the time line to the blueprint of `/api/sessions`."""

    @blueprint.get("/<token>/points/<int:number>")
    def send_point(token: str, number: int) -> Response:
        session = find_session(host, token)

        def show() -> tuple[Point, Frame] | None:
            point = session.timeline.find(number)
            request = FrameRequest(points=True)
            return None if point is None else (point, session.trainer.show(point.moment, request))

        found = wait_for(session, show, "the moment")
        if found is None:
            text = f"point {number} is not in the time line, or no more"
            raise RefusedError("unknown_point", text, "point")
        point, frame = found
        metadata = {
            **frame.metadata,
            "spec_id": str(point.spec_id),
            "running": "false",
            "recalled": str(point.id),
            "spec": json.dumps(dump_spec(point.moment.spec)),
        }
        blob = encode_frame(frame.arrays, metadata)
        return Response(blob, mimetype="application/octet-stream")
