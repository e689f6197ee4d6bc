"""The language of a page: from its address, from the browser, or English."""

from __future__ import annotations

import json
import re

import pytest

from app.pages.assets import Assets
from app.pages.languages import Languages
from tests.app.servers import ROOT, LiveServer


def catalogue(language: str) -> dict[str, str]:
    return json.loads((ROOT / "static" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "ko", "ko"),
        ("", "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("", "en-GB,en;q=0.9,ko;q=0.5", "en"),
        ("", "de,ko;q=0.5,en;q=0.3", "ko"),
        ("", "de-DE,fr", "en"),
        ("", "ko;q=0, en", "en"),
        ("", "*", "en"),
        ("", ";;q=x,,", "en"),
        ("?lang=ko", "en", "ko"),
        ("?lang=ko-KR", "en", "ko"),
        ("?lang=KO", "en", "ko"),
        ("?lang=en", "ko", "en"),
        ("?lang=", "ko", "ko"),
        ("?lang=de", "ko", "ko"),
        ("?lang=../en", "ko", "ko"),
        ("?lang=de", "", "en"),
    ],
)
def test_a_page_is_in_the_language_asked_for(
    server: LiveServer, query: str, accepted: str, language: str
) -> None:
    answer = server.get("/" + query, Accept_Language=accepted)
    page = answer.body.decode()
    words = catalogue(language)
    assert f'<html lang="{language}">' in page
    assert f"<title>{words['page.title']}</title>" in page
    assert f'<meta name="description" content="{words["page.description"]}">' in page
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_catalogue_of_the_language_is_loaded_early(server: LiveServer, language: str) -> None:
    page = server.get(f"/?lang={language}").body.decode()
    preloaded = re.findall(r'<link rel="preload" href="([^"]+)" as="fetch"', page)
    catalogues = [url for url in preloaded if "/i18n/" in url]
    assert [url.rpartition("/")[2] for url in catalogues] == [f"{language}.json"]
    assert json.loads(server.get(catalogues[0]).body) == catalogue(language)
    config = re.search(r'<script type="application/json" id="config">(.*?)</script>', page)
    assert config is not None
    assert json.loads(config[1])["language"] == language


def test_each_catalogue_is_a_language() -> None:
    languages = Languages(Assets(ROOT / "static"))
    assert languages.known() == ["en", "ko"]
    assert languages.say("ko", "card.data") == catalogue("ko")["card.data"]
    with pytest.raises(KeyError):
        languages.say("ko", "no.such.key")
    with pytest.raises(KeyError):
        languages.say("xx", "card.data")
