"""Below a sub-path: every address that the server or the page writes begins with it."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app.api.addresses import NetworkHosts
from app.api.qr import make_qr_blueprint
from app.factory import ROOT
from app.lessons.library import Library
from app.pages.assets import Assets
from app.pages.languages import Languages
from app.pages.oembed import make_oembed_blueprint
from app.pages.pages import make_pages_blueprint
from app.pages.rendering import Renderer
from app.pages.slides import find_reveal, make_slides_blueprint
from app.web.forwarded import ForwardedPrefix

HOST = "http://net.example"
BELOW = {"X-Forwarded-Prefix": "/livenet", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def pages() -> Flask:
    """The pages of the server, without sessions, behind one proxy."""
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    assets = Assets(ROOT / "static", packaged=find_reveal())
    renderer = Renderer(assets)
    app.register_blueprint(make_pages_blueprint(assets, renderer, Library()))
    app.register_blueprint(make_slides_blueprint(assets, renderer, Library()))
    app.register_blueprint(make_oembed_blueprint(Languages(assets)))
    app.register_blueprint(make_qr_blueprint(NetworkHosts("127.0.0.1")))
    app.wsgi_app = ForwardedPrefix(app.wsgi_app, 1)  # pyright: ignore[reportAttributeAccessIssue]
    return app


@pytest.fixture
def client(pages: Flask) -> FlaskClient:
    return pages.test_client()


def read(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> str:
    answer = client.get(path, base_url=HOST, headers=headers)
    assert answer.status_code == 200, path
    return answer.text


def list_addresses(page: str) -> list[str]:
    """What a page loads, links to and is told to load later."""
    named = re.findall(r'(?:src|href|data-src)="([^"]*)"', page)
    config = re.search(r'id="config">(.*?)</script>', page)
    told: dict[str, Any] = json.loads(config[1]) if config else {}
    more = [told[name] for name in ("plotly", "stream") if name in told]
    return [html.unescape(one) for one in (*named, *more, *told.get("catalogues", {}).values())]


@pytest.mark.parametrize("path", ["/", "/embed", "/slides/demo"])
def test_every_address_of_a_page_lies_below_the_sub_path(client: FlaskClient, path: str) -> None:
    plain, below = (list_addresses(read(client, path, headers)) for headers in (None, BELOW))
    assert len(plain) > 5
    for old, new in zip(plain, below, strict=True):
        if old.startswith("/"):
            assert new == f"/livenet{old}"
        elif "/oembed?" in old:
            url = parse_qs(urlsplit(new).query)["url"]
            assert (new[: new.index("?")], url) == (
                "https://net.example/livenet/oembed",
                [f"https://net.example/livenet{path}"],
            )
    for address in below:
        if address.startswith("/livenet/static/"):
            assert client.get(address.removeprefix("/livenet")).status_code == 200


def test_other_addresses_lie_there_too(client: FlaskClient) -> None:
    icon = client.get("/favicon.ico", headers=BELOW)
    assert icon.headers["Location"].startswith("/livenet/static/")
    deck = html.unescape(read(client, "/slides/demo", BELOW))
    assert '"https://net.example/livenet/embed?data=spiral"' in deck
    assert '"https://net.example/livenet/slides/livenet.js"' in deck


def test_a_link_below_it_is_described_and_one_beside_it_is_not(client: FlaskClient) -> None:
    def describe(url: str) -> Any:
        return client.get(f"/oembed?url={quote(url, safe='')}", base_url=HOST, headers=BELOW)

    content = describe("https://net.example/livenet/?data=xor").json
    frame = ElementTree.fromstring(content["html"])
    assert frame.attrib["src"] == "https://net.example/livenet/embed?data=xor"
    assert content["provider_url"] == "https://net.example/livenet/"
    assert describe("https://net.example/livenet/embed").status_code == 200
    for beside in ("/", "/other/", "/livenetwork/", "/embed"):
        assert describe(f"https://net.example{beside}").status_code == 404


def test_a_code_is_of_an_address_below_it(client: FlaskClient) -> None:
    def draw(url: str) -> int:
        asked = f"/api/qr?text={quote(url, safe='')}"
        return client.get(asked, base_url=HOST, headers=BELOW).status_code

    assert draw("https://net.example/livenet/?data=xor") == 200
    assert draw("https://net.example/livenet") == 200
    for beside in ("/", "/other", "/livenetwork"):
        assert draw(f"https://net.example{beside}") == 400


@pytest.mark.parametrize(
    ("header", "trusted", "expected"),
    [
        ("/livenet", 1, "/livenet"), ("/livenet/", 1, "/livenet"), ("/a/b-2", 1, "/a/b-2"),
        ("", 1, ""), ("/", 1, ""), ("/livenet", 0, ""),
        # What a client says itself comes before what the proxies say.
        ("/evil, /livenet", 1, "/livenet"), ("/outer, /inner", 2, "/outer"),
        ("/livenet", 3, "/livenet"),
        ("//evil.example", 1, ""), ("livenet", 1, ""), ("/a/../b", 1, ""), ("/.", 1, ""),
        ('/"><script>', 1, ""), ("/a b", 1, ""), ("/a?b", 1, ""), ("/a\\b", 1, ""),
    ],
)  # fmt: skip
def test_only_sound_sub_paths_of_trusted_proxies_count(
    header: str, trusted: int, expected: str
) -> None:
    app = Flask(__name__)
    app.add_url_rule("/where", "where", view_func=lambda: request.script_root)
    app.wsgi_app = ForwardedPrefix(app.wsgi_app, trusted)  # pyright: ignore[reportAttributeAccessIssue]
    answer = app.test_client().get("/where", headers={"X-Forwarded-Prefix": header})
    assert answer.text == expected


@pytest.mark.parametrize("trusted", [0, 1])
def test_the_scheme_is_that_of_the_visitor(trusted: int) -> None:
    app = Flask(__name__)
    app.add_url_rule("/where", "where", view_func=lambda: request.url_root)
    app.wsgi_app = ForwardedPrefix(app.wsgi_app, trusted)  # pyright: ignore[reportAttributeAccessIssue]
    for proto, scheme in (("https", "https"), ("HTTPS", "https"), ("ftp", "http"), ("", "http")):
        answer = app.test_client().get(
            "/where", base_url=HOST, headers={"X-Forwarded-Proto": proto}
        )
        assert answer.text == f"{scheme if trusted else 'http'}://net.example/"


def test_modules_name_addresses_relative_to_the_page() -> None:
    """All pages with modules lie at the root of the server, wherever that is shown."""
    comments = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
    rooted = re.compile(r"""["'`]/(?:api|embed|slides|static|healthz|readyz|\?).*|= "/";""")
    found = [
        f"{file.relative_to(ROOT)}: {line}"
        for file in (ROOT / "static" / "js").rglob("*.js")
        for line in rooted.findall(comments.sub("", file.read_text()))
    ]
    assert found == []
