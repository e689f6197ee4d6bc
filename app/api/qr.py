"""`GET /api/qr`: an address of this server as a QR code."""

from __future__ import annotations

import io

import segno
from flask import Blueprint, Response, abort, request

from app.api.addresses import NetworkHosts
from app.web.own_addresses import is_own

#: Codes of more signs than this are too fine to be read across a room, or at all.
MAX_TEXT = 2000
_QUIET = 4  # modules around the code, as its standard asks


def make_qr_blueprint(hosts: NetworkHosts) -> Blueprint:
    """Returns the blueprint of `/api/qr`.

    Args:
        hosts: other addresses of this server, for phones.
    """
    blueprint = Blueprint("qr", __name__)

    @blueprint.get("/api/qr")
    def draw_code() -> Response:
        text = request.args.get("text", "")
        own = is_own(text, request.host, request.script_root)
        if not own and not any(is_own(text, host) for host in hosts.list_hosts()):
            abort(400, "text must be an address of this server")
        if len(text) > MAX_TEXT or not text.isascii():
            abort(400, f"text may have at most {MAX_TEXT} characters, all of them ASCII")
        # The least dense code; where its size has room, it corrects more errors.
        code = segno.make(text, error="l", boost_error=True, micro=False)
        svg = io.BytesIO()
        code.save(
            svg, kind="svg", border=_QUIET, dark="#000", light="#fff",
            xmldecl=False, omitsize=True, nl=False,
        )  # fmt: skip
        response = Response(svg.getvalue(), mimetype="image/svg+xml")
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response

    return blueprint
