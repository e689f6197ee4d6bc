"""The page, its files, their hashes and encodings, and the security headers."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest

from app.pages.assets import Assets
from app.pages.documents import Document
from app.pages.slides import find_reveal
from tests.app.servers import ROOT, LiveServer, wait_until

YEAR = "max-age=31536000"
TEMPLATES = ROOT / "templates"
#: Scripts that are run, not data for one.
_SCRIPT = re.compile(r'<script\b(?![^>]*(?:\bsrc=|type="(?:application/json|text/plain)"))([^>]*)>')


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


def test_everything_the_page_names_is_there_and_cached(page: str, server: LiveServer) -> None:
    urls = set(re.findall(r'"(/static/[^"]+)"', page))
    assert len(urls) > 3
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


def test_what_was_compressed_ahead_is_kept_for_the_next_process(tmp_path: Path) -> None:
    content = b"function plot() {}\n" * 5000
    Document(content, "text/javascript").compress_ahead(tmp_path)
    [file] = tmp_path.iterdir()
    assert brotli.decompress(file.read_bytes()) == content
    kept = brotli.compress(content, quality=1)
    file.write_bytes(kept)
    found = Document(content, "text/javascript")
    found.compress_ahead(tmp_path)
    assert found.compress("br") == kept, "read, not made anew"
    for damaged in (b"", kept[:-3], brotli.compress(b"alert(1)")):
        file.write_bytes(damaged)
        found = Document(content, "text/javascript")
        found.compress_ahead(tmp_path)
        assert brotli.decompress(found.compress("br")) == content
        assert brotli.decompress(file.read_bytes()) == content, "and put right"
    Document(content, "text/javascript").compress_ahead(file)


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
        "/static/0000000000000000/js/pages/playground.js",
        "/static/0000000000000000/nope.js",
        "/static/js/pages/playground.js",
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
    policy = server.get("/").headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'self'", "script-src 'self'", "object-src 'none'"} <= set(policy)
    assert any(part.startswith("frame-ancestors *") for part in policy)


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


def test_a_page_loads_one_script_of_the_modules_that_it_needs(server: LiveServer) -> None:
    def loaded(path: str) -> set[str]:
        (url,) = re.findall(r'<script type="module" src="([^"]+)"', server.get(path).body.decode())
        script = server.get(url).body.decode()
        names = re.findall(r'^modules\["([^"]+)"\] = ', script, re.MULTILINE)
        assert len(names) == len(set(names))
        return set(names)

    playground, embed = loaded("/"), loaded("/embed")
    assert {"pages/playground", "lib/store", "views/page/header"} <= playground
    assert {"pages/embed", "lib/store", "views/output"} <= embed
    assert not {name for name in playground if name.startswith("embed/m")}
    assert "views/page/header" not in embed


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


def test_the_deck_has_reveal_from_its_own_server_and_names_no_other(server: LiveServer) -> None:
    answer = server.get("/slides/demo")
    page = answer.body.decode()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page)
    assert "http" not in answer.headers["Content-Security-Policy"]
    for name in ("reveal.js", "reveal.css"):
        found = re.search(rf'"(/static/\w{{16}}/reveal/{re.escape(name)})"', page)
        assert found, name
        file = server.get(found[1], Accept_Encoding="br")
        assert file.status == 200
        assert YEAR in file.headers["Cache-Control"]
        content = brotli.decompress(file.body)
        assert content == find_reveal()[f"reveal/{name}"].read_bytes()
        assert b"reveal.js 5.2.0" in content or name == "reveal.css"
        assert (
            server.get(found[1], Accept_Encoding="br", If_None_Match=file.headers["ETag"]).status
            == 304
        )
    # Nothing else of the wheel is served.
    assert server.get("/static/0000000000000000/reveal/reveal.esm.js").status == 404


def test_an_unpacked_reveal_takes_the_place_of_the_installed_one(tmp_path: Path) -> None:
    assert find_reveal(tmp_path) == {}
    (tmp_path / "dist").mkdir()
    for name in ("reveal.js", "reveal.css"):
        (tmp_path / "dist" / name).write_text(f"/* {name} */")
    assets = Assets(ROOT / "static", packaged=find_reveal(tmp_path))
    for name in ("reveal.js", "reveal.css"):
        document = assets.find(f"reveal/{name}")
        assert document is not None
        assert document.content == f"/* {name} */".encode()
    assert Assets(ROOT / "static").find("reveal/reveal.js") is None


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/schema", "/nope", "/api/nope"])
def test_security_headers_are_everywhere(server: LiveServer, path: str) -> None:
    headers = server.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"camera=()", "microphone=()"} <= set(headers["Permissions-Policy"].split(", "))
    policy = headers["Content-Security-Policy"].split("; ")
    scripts = next(part for part in policy if part.startswith("script-src"))
    assert scripts == "script-src 'self'", "no inline script, and none of anybody else"


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_templates_have_nothing_that_the_policy_forbids(template: str) -> None:
    """No script, handler or address in the page itself; a recording has a policy of its own."""
    text = (TEMPLATES / template).read_text()
    own = _SCRIPT.findall(text)
    assert own == ([' nonce="livenet"'] if template == "recording.html" else [])
    assert not re.findall(r"""\son\w+\s*=\s*["']|javascript:""", text)
