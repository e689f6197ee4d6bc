"""`/api/recordings`: the document that plays a recording, and stored recordings."""

from __future__ import annotations

import zlib

from flask import Blueprint, Response, abort, jsonify, request

from app.api.sessions.requests import read_body
from app.files.blob_store import BlobStore, BlobStoreFullError, StorageQuotaError
from app.pages.documents import FOREVER
from app.pages.languages import Languages
from app.pages.recording_shell import RecordingShell
from app.web.allowed_origins import is_allowed
from app.web.clients import find_client
from app.web.settings import Settings

#: The endpoint whose body may be as long as a recording.
TAKE_ENDPOINT = "recordings.take_recording"

_SHELL_CACHE = "public, max-age=0, must-revalidate"
#: gzip, then the length of a JSON head, then the head.
_GZIP = 16 + zlib.MAX_WBITS
_BEGINNING = b'{"livenet":"recording"'
_LENGTH_BYTES = 4


def make_recordings_blueprint(
    shell: RecordingShell, languages: Languages, store: BlobStore, settings: Settings
) -> Blueprint:
    """Returns the blueprint of `/api/recordings/...`."""
    blueprint = Blueprint("recordings", __name__, url_prefix="/api/recordings")

    def refuse(code: str, message: str, status: int) -> Response:
        response = jsonify(error={"code": code, "message": message})
        response.status_code = status
        return response

    @blueprint.get("/shell")
    def send_shell() -> Response:
        with_plotly = request.args.get("plotly") == "1"
        return shell.find(languages.choose(request), with_plotly).respond(request, _SHELL_CACHE)

    @blueprint.post("")
    def take_recording() -> Response:
        if not is_allowed(request.origin, request.host, settings.allowed_origins):
            abort(403, "this origin may not send recordings")
        content = read_body()
        if not _is_recording(content):
            abort(400, "this is not a recording")
        try:
            response = jsonify(id=store.put(content, find_client()))
        except BlobStoreFullError:
            return refuse("storage_full", "there is no room for this recording", 507)
        except StorageQuotaError as error:
            text = "too much was stored from this address lately; try again in a while"
            response = refuse("storage_limited", text, 429)
            response.headers["Retry-After"] = str(error.seconds)
            return response
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.get("/<name>")
    def send_recording(name: str) -> Response:
        content = store.get(name)
        if content is None:
            abort(404, "there is no such recording (any more)")
        response = Response(content, mimetype="application/octet-stream")
        response.headers["Cache-Control"] = FOREVER
        # It says nothing of anybody, and whoever has its id may read it.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return blueprint


def _is_recording(content: bytes) -> bool:
    """Whether the bytes begin with a recording's header; the player validates the rest."""
    try:
        start = zlib.decompressobj(_GZIP).decompress(content, _LENGTH_BYTES + len(_BEGINNING))
    except zlib.error:
        return False
    return start[_LENGTH_BYTES:] == _BEGINNING
