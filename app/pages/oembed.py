"""oEmbed provider: sites that are given a link can embed the page.

References:
    https://oembed.com, version 1.0.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, jsonify, request
from markupsafe import escape

from app.pages.languages import Languages
from app.web.own_addresses import is_own

#: A slide's proportions; sites say what they have room for.
WIDTH, HEIGHT = 960, 540
_PAGES = ("/", "/embed")
_CACHE_SECONDS = 86_400


def make_oembed_blueprint(languages: Languages) -> Blueprint:
    """Returns the blueprint of `/oembed`."""
    blueprint = Blueprint("oembed", __name__)

    @blueprint.get("/oembed")
    def describe() -> Response:
        if request.args.get("format", "json") != "json":
            abort(501, "only JSON is answered")
        url = request.args.get("url", "")
        root = request.script_root
        parts = urlsplit(url) if is_own(url, request.host, root) else None
        if parts is None or (parts.path.removeprefix(root) or "/") not in _PAGES:
            abort(404, "url must be a page of this server")
        width, height = _read_limit("maxwidth", WIDTH), _read_limit("maxheight", HEIGHT)
        language = languages.choose(request)
        embed = f"{parts.scheme}://{parts.netloc}{root}/embed" + (
            f"?{parts.query}" if parts.query else ""
        )
        content = {
            "version": "1.0",
            "type": "rich",
            "title": languages.say(language, "page.title"),
            "provider_name": "LiveNet",
            "provider_url": request.url_root,
            "cache_age": _CACHE_SECONDS,
            "width": width,
            "height": height,
            "html": _write_frame(embed, languages.say(language, "page.title"), width, height),
        }
        return _answer(content)

    return blueprint


def link_oembed(root: str, url: str) -> str:
    """Returns the oEmbed URL of a page.

    Args:
        root: of the server, with a slash at its end.
        url: of the page.
    """
    return f"{root}oembed?url={quote(url, safe='')}&format=json"


def _read_limit(name: str, usual: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        abort(400, f"{name} must be a whole number from 1")
    return min(usual, int(text[:9]))


def _write_frame(address: str, title: str, width: int, height: int) -> str:
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}"'
        f' height="{height}" style="border:0;max-width:100%" loading="lazy"'
        ' allow="fullscreen"></iframe>'
    )


def _answer(content: dict[str, Any]) -> Response:
    response = jsonify(content)
    response.headers["Vary"] = "Accept-Language"
    # It says the Host that it was asked under, so no cache may give it to others.
    response.headers["Cache-Control"] = f"private, max-age={_CACHE_SECONDS}"
    # Sites ask from the browser, too.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
