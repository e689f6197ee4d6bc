"""`/slides`: the reveal.js plugin, and a deck that demonstrates it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from flask import Blueprint, Response, abort, request

from app.lessons.library import Library
from app.pages.assets import Assets
from app.pages.documents import Document
from app.pages.rendering import Renderer

#: Decks elsewhere name the plugin by an address that never changes.
_PLUGIN_CACHE = "public, max-age=3600"
_PLUGIN = "slides/livenet.js"
_MODULE_END = b"\nexport default RevealLiveNet;\n"

_REVEAL_PACKAGE = "sphinx_revealjs"
_REVEAL_FOLDER = Path("_static", "revealjs")
_REVEAL_FILES = ("reveal.js", "reveal.css")

#: The lesson of the deck.
_LESSON = "neuron"
#: What a deck of one's own needs.
_SNIPPET = """\
<iframe data-src="{server}embed?data=spiral"></iframe>
<p class="fragment" data-livenet="train 200">...</p>

<script src="{server}slides/livenet.js"></script>
<script>Reveal.initialize({{ plugins: [RevealLiveNet] }})</script>"""


def find_reveal(folder: Path | None = None) -> dict[str, Path]:
    """Returns the files of reveal.js that the deck needs: path as an asset -> file.

    Args:
        folder: an unpacked reveal.js; None for the one in the installed wheel.

    Returns:
        Empty where there is neither.
    """
    if folder is None:
        # The package imports Sphinx, which is not installed, so it is found without an import.
        spec = importlib.util.find_spec(_REVEAL_PACKAGE)
        if spec is None or spec.origin is None:
            return {}
        folder = Path(spec.origin).parent / _REVEAL_FOLDER
    files = {f"reveal/{name}": folder / "dist" / name for name in _REVEAL_FILES}
    return files if all(file.is_file() for file in files.values()) else {}


def make_slides_blueprint(assets: Assets, renderer: Renderer, lessons: Library) -> Blueprint:
    """Returns the blueprint of `/slides`.

    Args:
        assets: the static files, the plugin and (where it was found) reveal.js among them.
        renderer: makes the deck's page.
        lessons: one of them is shown, a step on each slide.
    """
    blueprint = Blueprint("slides", __name__)

    @blueprint.get("/slides/livenet.js")
    def send_plugin() -> Response:
        return _open_to_all(_find_plugin().respond(request, _PLUGIN_CACHE))

    @blueprint.get("/slides/livenet.mjs")
    def send_module() -> Response:
        """The same as a module, whose default export is the plugin."""
        plugin = _find_plugin()
        module = Document(plugin.content + _MODULE_END, plugin.media_type)
        return _open_to_all(module.respond(request, _PLUGIN_CACHE))

    def _find_plugin() -> Document:
        document = assets.find(_PLUGIN)
        if document is None:
            abort(404)
        return document

    @blueprint.get("/slides/demo")
    def show_demo() -> Response:
        lesson = lessons.find(_LESSON, renderer.choose_language())
        return renderer.show(
            "demo.html",
            lesson_steps=len(lesson.steps) if lesson else 0,
            reveal=all(assets.find(f"reveal/{name}") for name in _REVEAL_FILES),
            snippet=_SNIPPET.format(server=request.url_root),
        )

    return blueprint


def _open_to_all(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
