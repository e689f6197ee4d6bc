"""What decks load: the plugin for reveal.js; and a deck that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, g, request
from markupsafe import Markup

from app.assets import Assets
from app.documents import FOREVER, Document
from app.rendering import Renderer

#: Decks elsewhere name the plugin by an address that never changes.
_PLUGIN_CACHE = "public, max-age=3600"
_PLUGIN = "slides/livenet.js"
_MODULE_END = b"\nexport default RevealLiveNet;\n"

_CDN = "https://cdn.jsdelivr.net"
_CDN_FOLDER = f"{_CDN}/npm/reveal.js@6.0.2/dist/"
_OWN_FOLDER = "/slides/reveal/"
_TYPES = {"reveal.js": "text/javascript; charset=utf-8", "reveal.css": "text/css; charset=utf-8"}
#: Of the very files of that version.
_HASHES = {
    "reveal.js": "sha384-UilXW7W77EPIY5TmQGBrjhBPcfX40NqGwuIC8DGs6OeGTCxKy36B+DiOXtfqgk9S",
    "reveal.css": "sha384-rKClnwfQQ2b7LYSOAhRvm5m4LS7QKciQTAXBpVvr30y6oGB+ZBBXlpDnvFqlv5Eu",
}

#: What a deck of one's own needs.
_SNIPPET = """\
<iframe data-src="{server}embed?data=spiral"></iframe>
<p class="fragment" data-livenet="train 200">...</p>

<script src="{server}slides/livenet.js"></script>
<script>Reveal.initialize({{ plugins: [RevealLiveNet] }})</script>"""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of reveal.js as a page names it; `hash` only where it comes from elsewhere."""

    url: str
    hash: str | None

    def at(self, attribute: str) -> Markup:
        """Returns the attributes of the element that loads it."""
        named = Markup('{}="{}"').format(attribute, self.url)
        if self.hash is None:
            return named
        return named + Markup(' integrity="{}" crossorigin="anonymous"').format(self.hash)


def make_slides_blueprint(assets: Assets, renderer: Renderer, reveal_dir: Path | None) -> Blueprint:
    """Returns the blueprint of `/slides`.

    Args:
        assets: the static files, the plugin among them.
        renderer: makes the deck's page.
        reveal_dir: the folder of an unpacked reveal.js; None to name it on a CDN.
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
        if reveal_dir is None:
            g.csp_source = _CDN
        return renderer.show(
            "demo.html",
            reveal={name: _name_file(name) for name in _TYPES},
            snippet=_SNIPPET.format(server=request.host_url),
        )

    def _name_file(name: str) -> _File:
        if reveal_dir is None:
            return _File(_CDN_FOLDER + name, _HASHES[name])
        return _File(f"{_OWN_FOLDER}{_read_reveal(name).digest}/{name}", None)

    def _read_reveal(name: str) -> Document:
        if reveal_dir is None or name not in _TYPES:
            abort(404)
        return Document((reveal_dir / "dist" / name).read_bytes(), _TYPES[name])

    @blueprint.get(f"{_OWN_FOLDER}<digest>/<name>")
    def send_reveal(digest: str, name: str) -> Response:
        document = _read_reveal(name)
        if document.digest != digest:
            abort(404)
        return document.respond(request, FOREVER)

    return blueprint


def _open_to_all(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
