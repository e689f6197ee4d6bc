"""`/api/surfaces/NAME`: classic surfaces of optimization, and the paths of optimizers down them."""

from __future__ import annotations

import math
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify
from pydantic import Field

from app.api.sessions.requests import RefusedError, answer, read_body, refuse_message
from app.protocol.errors import MessageError
from app.protocol.messages import Message
from app.protocol.parsing import parse_content
from engine import MAX_RACERS, MAX_UPDATES, SURFACES, SpecError, Surface, descend, parse_spec

#: A coordinate of a start.
Coordinate = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]


class PathsRequest(Message):
    """Request: which optimizers go down a surface, and from where.

    Attributes:
        optimizers: settings as in a spec.
        start: where all begin; null for where the surface says.
        updates: of each path.
    """

    optimizers: Annotated[list[Any], Field(min_length=1, max_length=MAX_RACERS)]
    start: tuple[Coordinate, Coordinate] | None = None
    updates: Annotated[int, Field(ge=0, le=MAX_UPDATES)] = 300


def make_surfaces_blueprint() -> Blueprint:
    """Returns the blueprint of `/api/surfaces`."""
    blueprint = Blueprint("surfaces", __name__, url_prefix="/api/surfaces")

    @blueprint.get("")
    def list_surfaces() -> Response:
        return jsonify(surfaces=[*SURFACES])

    @blueprint.get("/<name>")
    def send_surface(name: str) -> Response:
        response = jsonify(_find(name).describe())
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response

    @blueprint.post("/<name>")
    def send_paths(name: str) -> Response:
        surface = _find(name)
        try:
            wanted = parse_content(PathsRequest, read_body())
        except MessageError as error:
            raise refuse_message(error) from None
        try:
            optimizers = [parse_spec({"optimizer": one}).optimizer for one in wanted.optimizers]
        except SpecError as error:
            raise RefusedError(error.code, error.message, error.path) from None
        paths = descend(surface, optimizers, wanted.start or surface.start, wanted.updates)
        return jsonify(paths=[_describe(surface, path) for path in paths])

    @blueprint.errorhandler(RefusedError)
    def refuse(error: RefusedError) -> Response:
        return answer(error.content)

    return blueprint


def _find(name: str) -> Surface:
    if name not in SURFACES:
        raise RefusedError("unknown_surface", f"surface must be one of {', '.join(SURFACES)}")
    return SURFACES[name]


def _describe(surface: Surface, path: Any) -> dict[str, list[float | None]]:
    """Returns a path as JSON values; null once it has diverged."""
    columns = path[:, 0], path[:, 1], surface.value(path[:, 0], path[:, 1])
    x, y, values = ([_round(number) for number in column.tolist()] for column in columns)
    return {"x": x, "y": y, "values": values}


def _round(number: float) -> float | None:
    return float(f"{number:.6g}") if math.isfinite(number) else None
