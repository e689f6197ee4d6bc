"""The page, its files, their hashes and encodings, and the security headers."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

import brotli
import pytest

from app.assets import Assets
from tests.app.servers import ROOT, LiveServer, wait_until

YEAR = "max-age=31536000"
REVEAL = ROOT / "tests" / "browser" / "node_modules" / "reveal.js"


@pytest.fixture(scope="module")
def page(server: LiveServer) -> str:
    answer = server.get("/")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.body.decode()


def read_json(page: str, kind: str) -> dict:
    found = re.search(rf'<script[^>]*type="{kind}"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_every_module_is_in_the_import_map(page: str) -> None:
    imports = read_json(page, "importmap")["imports"]
    files = {path.relative_to(ROOT / "static/js") for path in (ROOT / "static/js").rglob("*.js")}
    assert set(imports) == {path.as_posix().removesuffix(".js") for path in files}


def test_everything_the_page_names_is_there_and_cached(page: str, server: LiveServer) -> None:
    urls = set(re.findall(r'"(/static/[^"]+)"', page))
    assert len(urls) > 5
    for url in urls:
        answer = server.get(url)
        assert answer.status == 200, url
        assert YEAR in answer.headers["Cache-Control"], url
        assert "immutable" in answer.headers["Cache-Control"], url


def test_the_icon_is_where_browsers_look_for_it(server: LiveServer) -> None:
    answer = server.get("/favicon.ico")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")


def test_config_names_plotly_catalogues_and_stream(page: str, server: LiveServer) -> None:
    config = read_json(page, "application/json")
    assert config["stream"] == "/api/stream"
    assert "en" in config["catalogues"]
    for url in config["catalogues"].values():
        assert json.loads(server.get(url).body)
    assert b"plotly.js" in server.get(config["plotly"]).body[:500]


def test_plotly_becomes_small(page: str, server: LiveServer) -> None:
    url = read_json(page, "application/json")["plotly"]
    plain = server.get(url).body
    packed = server.get(url, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain

    def has_brotli() -> bool:
        return server.get(url, Accept_Encoding="br, gzip").headers["Content-Encoding"] == "br"

    wait_until(has_brotli, "Plotly is compressed")
    small = server.get(url, Accept_Encoding="br, gzip").body
    assert brotli.decompress(small) == plain
    assert len(small) < len(packed.body) < len(plain) / 3


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br", "br"), ("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"),
     ("br;q=0.5, gzip;q=0.9", "gzip"), ("identity", None), ("", None)],
)  # fmt: skip
def test_encoding_is_what_the_client_accepts(
    server: LiveServer, accepted: str, encoding: str | None
) -> None:
    answer = server.get("/api/schema", Accept_Encoding=accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert json.loads(decode(answer.body))["title"] == "Spec"


def test_unchanged_file_is_not_sent_again(page: str, server: LiveServer) -> None:
    url = re.findall(r'"(/static/[^"]+\.css)"', page)[0]
    tag = server.get(url).headers["ETag"]
    again = server.get(url, If_None_Match=tag)
    assert again.status == 304
    assert again.body == b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/0000000000000000/js/main.js",
        "/static/0000000000000000/nope.js",
        "/static/js/main.js",
        "/static/0000000000000000/../../requirements.txt",
        "/static/0000000000000000/%2e%2e/requirements.txt",
        "/static/0000000000000000/%00",
        "/nope",
    ],
)
def test_unknown_file_is_not_found(server: LiveServer, path: str) -> None:
    answer = server.get(path)
    assert answer.status == 404
    assert b"Traceback" not in answer.body


def test_changed_file_gets_another_url(tmp_path) -> None:
    (tmp_path / "a.css").write_text("p{}")
    assets = Assets(tmp_path)
    first = assets.url("a.css")
    assert assets.url("a.css") == first
    (tmp_path / "a.css").write_text("body{}")
    assert assets.url("a.css") != first
    assert assets.find("../a.css") is None
    with pytest.raises(FileNotFoundError):
        assets.url("b.css")


def test_page_allows_only_itself(server: LiveServer) -> None:
    first, second = server.get("/"), server.get("/")
    policy = first.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert f'nonce="{nonce[1]}"' in first.body.decode()
    assert nonce[1] not in second.body.decode()
    assert "default-src 'self'" in policy
    assert "frame-ancestors *" in policy
    assert "object-src 'none'" in policy
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script


@pytest.mark.parametrize("path", ["/", "/embed", "/slides/demo"])
def test_who_may_frame_the_pages_is_a_setting(
    server: LiveServer, odd_server: LiveServer, path: str
) -> None:
    def frames(where: LiveServer) -> str:
        policy = where.get(path).headers["Content-Security-Policy"].split("; ")
        return next(part for part in policy if part.startswith("frame-ancestors"))

    # A star alone leaves out pages that are opened as files.
    assert frames(server) == "frame-ancestors * file:"
    assert frames(odd_server) == "frame-ancestors 'self' https://*.school.example"
    assert "X-Frame-Options" not in server.get(path).headers


def test_a_page_loads_the_modules_that_it_needs_and_no_others(server: LiveServer) -> None:
    def preloaded(path: str) -> set[str]:
        urls = re.findall(
            r'modulepreload" href="/static/\w+/js/([^"]+)\.js"', server.get(path).body.decode()
        )
        assert len(urls) == len(set(urls))
        return set(urls)

    playground, embed = preloaded("/"), preloaded("/embed")
    assert {"main", "store", "views/header"} <= playground
    assert {"embed/main", "store", "views/output"} <= embed
    assert not {name for name in playground if name.startswith("embed/m")}
    assert "views/header" not in embed


def test_the_plugin_is_for_decks_anywhere(server: LiveServer) -> None:
    script, module = server.get("/slides/livenet.js"), server.get("/slides/livenet.mjs")
    for answer in (script, module):
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "max-age=3600" in answer.headers["Cache-Control"]
        assert server.get("/slides/livenet.js", If_None_Match=script.headers["ETag"]).status == 304
    assert module.body.startswith(script.body)
    assert module.body.rstrip().endswith(b"export default RevealLiveNet;")


def test_the_deck_takes_reveal_from_a_cdn_by_its_hash(server: LiveServer) -> None:
    answer = server.get("/slides/demo")
    page = answer.body.decode()
    for name, attribute in (("reveal.js", "src"), ("reveal.css", "href")):
        found = re.search(
            rf'{attribute}="https://cdn\.jsdelivr\.net/npm/reveal\.js@6\.0\.2/dist/{name}"'
            r' integrity="sha384-([^"]+)" crossorigin="anonymous"',
            page,
        )
        assert found, name
        content = (REVEAL / "dist" / name).read_bytes()
        assert base64.b64decode(found[1]) == hashlib.sha384(content).digest(), name
    policy = answer.headers["Content-Security-Policy"]
    assert policy.count("https://cdn.jsdelivr.net") == 2
    assert "cdn" not in server.get("/embed").headers["Content-Security-Policy"]
    assert server.get("/slides/reveal/0/reveal.js").status == 404


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/schema", "/nope", "/api/nope"])
def test_security_headers_are_everywhere(server: LiveServer, path: str) -> None:
    headers = server.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in headers
    assert "Content-Security-Policy" in headers
