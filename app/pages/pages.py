"""Routes of the pages and of static files."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.lessons.library import Library
from app.pages.assets import Assets
from app.pages.documents import FOREVER
from app.pages.lessons import show_lesson_of
from app.pages.oembed import link_oembed
from app.pages.rendering import Renderer


def make_pages_blueprint(assets: Assets, renderer: Renderer, lessons: Library) -> Blueprint:
    """Returns the blueprint of all pages and static files."""
    blueprint = Blueprint("pages", __name__)

    def show(template: str) -> Response:
        return renderer.show(template, oembed=link_oembed(request.url_root, request.url))

    @blueprint.get("/")
    def show_playground() -> Response:
        return show("playground.html")

    @blueprint.get("/embed")
    def show_embed() -> Response:
        if "lesson" in request.args:
            return show_lesson_of(lessons, renderer, request.args["lesson"], alone=True)
        return show("embed.html")

    @blueprint.get("/favicon.ico")
    def show_icon() -> WerkzeugResponse:
        """What browsers ask for beside answers that are no pages."""
        return redirect(request.script_root + assets.url("img/favicon.svg"))

    @blueprint.get("/static/<digest>/<path:path>")
    def send_file(digest: str, path: str) -> Response:
        document = assets.find(path)
        if document is None or document.digest != digest:
            abort(404)
        return document.respond(request, FOREVER)

    return blueprint
