"""Language negotiation, and the catalogues of words."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from flask import Request

from app.pages.assets import Assets

DEFAULT = "en"


class Languages:
    """Word catalogues, one for each language: `i18n/<language>.json`.

    Args:
        assets: the static files that they are among.
    """

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def known(self) -> list[str]:
        """Returns the available languages, the default first."""
        paths = self._assets.list_files("i18n", ".json")
        return sorted((PurePosixPath(path).stem for path in paths), key=lambda n: (n != DEFAULT, n))

    def choose(self, request: Request) -> str:
        """Returns the language of the address (`?lang=`), else of `Accept-Language`.

        The page itself has the last word, since it knows an earlier choice.
        """
        known = self.known()
        asked = request.args.get("lang", "").lower().split("-")[0]
        if asked in known:
            return asked
        return request.accept_languages.best_match(known, DEFAULT)

    def say(self, language: str, key: str) -> str:
        """Returns the text of a key.

        Raises:
            KeyError: the catalogue has no such key.
        """
        document = self._assets.find(f"i18n/{language}.json")
        if document is None:
            raise KeyError(language)
        return json.loads(document.content)[key]
