"""What other sites and phones learn from a link: oEmbed, its discovery, and QR codes."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask

from app.api.schema import add_error_answers
from app.web.own_addresses import add_host_check
from tests.app.servers import Answer, LiveServer

SVG = "{http://www.w3.org/2000/svg}"


def ask(server: LiveServer, url: str, **query: Any) -> Answer:
    more = "".join(f"&{key}={value}" for key, value in query.items())
    return server.get(f"/oembed?url={quote(url, safe='')}{more}")


@pytest.mark.parametrize("page", ["/", "/embed"])
def test_a_page_leads_to_its_description(server: LiveServer, page: str) -> None:
    state = "?v=1&data=xor&layers=8:relu*2&state=aaaabbbbccccdddd"
    text = server.get(page + state).body.decode()
    [link] = re.findall(
        r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', text
    )
    address = html.unescape(link)
    assert address.startswith(f"{server.url}/oembed?url=")
    answer = server.get(address.removeprefix(server.url))
    content = json.loads(answer.body)
    assert answer.headers["Content-Type"] == "application/json"
    assert (content["version"], content["type"]) == ("1.0", "rich")
    assert content["title"]
    frame = ElementTree.fromstring(content["html"])
    assert frame.tag == "iframe"
    assert frame.attrib["src"] == f"{server.url}/embed{state}"
    assert (frame.attrib["width"], frame.attrib["height"]) == ("960", "540")
    assert (content["width"], content["height"]) == (960, 540)
    assert frame.attrib["title"] == content["title"]
    assert server.get(frame.attrib["src"].removeprefix(server.url)).status == 200


def test_it_is_no_larger_than_there_is_room(server: LiveServer) -> None:
    content = json.loads(ask(server, server.url, maxwidth=400, maxheight=9999).body)
    assert (content["width"], content["height"]) == (400, 540)
    assert 'width="400"' in content["html"]
    for bad in ("0", "-5", "wide", "1.5"):
        assert ask(server, server.url, maxwidth=bad).status == 400


def test_what_is_not_ours_is_not_found(server: LiveServer) -> None:
    host = server.url.removeprefix("http://")
    for url in (
        "https://example.org/", "", f"{server.url}/api/schema", f"http://evil@{host}/",
        f"javascript://{host}/%0aalert(1)", f"ftp://{host}/", "http://[", f"http://{host}.evil/",
    ):  # fmt: skip
        assert ask(server, url).status == 404, url
    assert ask(server, server.url, format="xml").status == 501
    hostile = ask(server, f"{server.url}/?data=\"><script>alert(1)</script>&x='")
    frame = ElementTree.fromstring(json.loads(hostile.body)["html"])
    assert not list(frame)


def test_behind_a_proxy_addresses_are_those_that_the_visitor_has(server: LiveServer) -> None:
    text = server.get("/", Host="net.example").body.decode()
    assert 'href="http://net.example/oembed?url=http%3A%2F%2Fnet.example%2F' in text


def test_an_address_becomes_a_code(server: LiveServer) -> None:
    def draw(text: str) -> Answer:
        return server.get(f"/api/qr?text={quote(text, safe='')}")

    answer = draw(f"{server.url}/?data=xor")
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    svg = ElementTree.fromstring(answer.body)
    _, _, width, height = svg.attrib["viewBox"].split()
    assert width == height == "33", "version 2, and a quiet zone of four on each side"
    assert [path.attrib.get("fill", "#000") for path in svg.iter(f"{SVG}path")] == ["#fff", "#000"]
    assert draw(f"{server.url}/?state={'a' * 1900}").status == 200
    for bad in ("", "https://example.org/", f"{server.url}/?{'a' * 2000}", f"{server.url}/?ä"):
        assert draw(bad).status == 400, bad


def test_what_depends_on_the_host_is_not_for_public_caches(server: LiveServer) -> None:
    pages = [server.get(page, Host="elsewhere.example") for page in ("/", "/slides/demo")]
    qr = server.get(f"/api/qr?text={quote(server.url, safe='')}")
    assert qr.status == 200
    for answer in (*pages, ask(server, server.url), qr):
        assert re.match("private|no-cache|no-store", answer.headers["Cache-Control"])


def test_only_names_of_this_server_are_answered() -> None:
    app = Flask(__name__)
    app.config.update(BODY_LIMITS={}, MAX_CONTENT_LENGTH=1000)
    add_host_check(app, ("net.example", "other.example:81", "[::1]"))
    add_error_answers(app)
    app.add_url_rule("/api/x", "x", view_func=lambda: "x")
    app.add_url_rule("/healthz", "healthz", view_func=lambda: "alive")
    client = app.test_client()
    for host in ("net.example", "NET.example:8000", "other.example:81", "[::1]:5"):
        assert client.get("/api/x", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "other.example", "other.example:82", "net.example.evil", "::1"):
        refused = client.get("/api/x", headers={"Host": host})
        assert refused.status_code == 421, host
        assert json.loads(refused.data)["error"]["code"] == "misdirected_request"
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200
