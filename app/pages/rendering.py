"""Renders templates in the visitor's language."""

from __future__ import annotations

from flask import Response, render_template, request

from app.pages.assets import Assets
from app.pages.languages import Languages

#: Pages name what they load by its hash, and that is cached for ever.
_PAGE_CACHE = "no-cache"


class Renderer:
    """Template renderer.

    Args:
        assets: the static files that pages name.
    """

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._languages = Languages(assets)

    def choose_language(self) -> str:
        """Returns the language of the visit."""
        return self._languages.choose(request)

    def say(self, key: str) -> str:
        """Returns the text of a key in the language of the visit."""
        return self._languages.say(self.choose_language(), key)

    def show(self, template: str, **values: object) -> Response:
        """Returns the response for a template.

        Args:
            template: its file.
            **values: what it is filled with, besides `config`, `language`, `word`, and what names
                files: `root`, `asset` and `bundle`.
        """
        root = request.script_root
        language = self._languages.choose(request)
        page = render_template(
            template,
            language=language,
            config={**self._assets.page_config(root), "language": language},
            root=root,
            asset=lambda path: root + self._assets.url(path),
            bundle=lambda path: root + self._assets.bundle_url(path),
            word=self.say,
            **values,
        )
        response = Response(page, mimetype="text/html")
        response.headers["Cache-Control"] = _PAGE_CACHE
        response.headers["Content-Language"] = language
        response.headers["Vary"] = "Accept-Language"
        return response
