"""`/api/images`: the available image sets, their state, and the images themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from flask import Blueprint, Response, abort, jsonify, request
from numpy.typing import NDArray

from engine import CATALOGUE, ImageData, ImageStore

#: Images of one answer.
MAX_IMAGES = 1000

_PARTS = ("train", "test")


def make_images_blueprint(store: ImageStore) -> Blueprint:
    """Returns the blueprint of `/api/images`."""
    blueprint = Blueprint("images", __name__)

    @blueprint.get("/api/images")
    def list_sets() -> Response:
        response = jsonify({name: _describe(store, name) for name in CATALOGUE})
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.get("/api/images/<name>/<part>")
    def send_images(name: str, part: str) -> Response:
        images, labels = find(name, part)
        rows = _read_rows(len(images))
        return _send(labels[rows].tobytes() + np.ascontiguousarray(images[rows]).tobytes())

    @blueprint.get("/api/images/<name>/<part>/labels")
    def send_labels(name: str, part: str) -> Response:
        return _send(find(name, part)[1].tobytes())

    def find(name: str, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        data = store.peek(name) if name in CATALOGUE else None
        if data is None or part not in _PARTS:
            abort(404, "there is no such set, or it is not loaded")
        return getattr(data.images, f"{part}_images"), getattr(data.images, f"{part}_labels")

    return blueprint


def _send(content: bytes) -> Response:
    response = Response(content, mimetype="application/octet-stream")
    # The sample of an offline set may become the whole set with the next start.
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _describe(store: ImageStore, name: str) -> dict[str, Any]:
    published, data = CATALOGUE[name], store.peek(name)
    described = {
        **asdict(store.status(name)),
        "shape": published.shape,
        "side": max(published.shape),
        "classes": published.classes,
        "licence": published.licence,
        "homepage": published.homepage,
    }
    return described | (_describe_data(data) if data is not None else {})


def _describe_data(data: ImageData) -> dict[str, Any]:
    return {
        "source": data.images.source,
        "complete": data.images.complete,
        "train": data.n_train,
        "test": data.n_test,
    }


def _read_rows(n: int) -> list[int]:
    """Reads `rows=3,1,4`, or `start` and `count`."""
    listed = request.args.get("rows")
    try:
        if listed is not None:
            rows = [int(row) for row in listed.split(",") if row]
        else:
            start = int(request.args.get("start", "0"))
            count = int(request.args.get("count", "100"))
            rows = list(range(start, min(start + count, n))) if 0 <= count <= MAX_IMAGES else [-1]
    except ValueError:
        abort(400, "rows, start and count are whole numbers")
    if len(rows) > MAX_IMAGES or any(not 0 <= row < n for row in rows):
        abort(400, f"at most {MAX_IMAGES} rows, each from 0 to {n - 1}")
    return rows
