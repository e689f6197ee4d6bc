"""The addresses of the machine: found, told to its own browser, and to nobody else."""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import quote

import pytest
from flask import Flask

from app.api.addresses import NetworkHosts, make_addresses_blueprint
from app.api.qr import make_qr_blueprint
from app.web.network_addresses import find_network_addresses, is_loopback, listens_on_network
from tests.app.servers import LiveServer

FOUND = ["192.168.0.12", "10.0.0.7"]
LOCAL = {"base_url": "http://127.0.0.1:8000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}


def make_app(listened: str = "0.0.0.0") -> Flask:
    app = Flask(__name__)
    hosts = NetworkHosts(listened, lambda host: host != "10.0.0.7:8000", lambda: FOUND)
    app.register_blueprint(make_addresses_blueprint(hosts))
    app.register_blueprint(make_qr_blueprint(hosts))
    return app


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.3.2.1", True), ("localhost", True), ("LOCALHOST", True),
        ("::1", True), ("[::1]", True), ("0.0.0.0", True), ("::ffff:127.0.0.1", True),
        ("192.168.0.12", False), ("example.org", False), ("127.0.0.1.example.org", False),
        ("", False),
    ],
)  # fmt: skip
def test_loopback_is_known(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", False), ("localhost", False), ("::1", False), ("0.0.0.0", True), ("::", True),
     ("192.168.0.12", True), ("laptop.local", True)],
)  # fmt: skip
def test_who_listens_on_the_network(host: str, expected: bool) -> None:
    assert listens_on_network(host) is expected


def test_what_is_found_can_be_opened_from_elsewhere() -> None:
    for found in find_network_addresses():
        address = ipaddress.IPv4Address(found)
        unfit = (address.is_loopback, address.is_link_local, address.is_unspecified)
        assert unfit == (False, False, False)


def test_a_browser_on_the_machine_is_told_where_phones_find_it() -> None:
    with make_app().test_client() as client:
        answer = client.get("/api/addresses", **LOCAL)
        assert answer.json == {"addresses": ["http://192.168.0.12:8000"], "listens": True}
        assert answer.headers["Cache-Control"] == "no-store"
        there = quote("http://192.168.0.12:8000/?data=xor")
        assert client.get(f"/api/qr?text={there}", **LOCAL).status_code == 200
        other = quote("http://192.168.0.99:8000/?data=xor")
        assert client.get(f"/api/qr?text={other}", **LOCAL).status_code == 400
    with make_app("127.0.0.1").test_client() as client:
        answer = client.get("/api/addresses", **LOCAL)
        assert answer.json == {"addresses": [], "listens": False}


@pytest.mark.parametrize(
    "visit",
    [
        {"environ_base": {"REMOTE_ADDR": "192.168.0.40"}},
        {"base_url": "http://net.example:8000"},
        {"base_url": "http://rebound.example:8000"},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"X-Real-IP": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=203.0.113.9"}},
        {"headers": {"Via": "1.1 proxy"}},
    ],
    ids=["another device", "a public name", "a name that leads here", "X-Forwarded-For",
         "X-Real-IP", "Forwarded", "Via"],
)  # fmt: skip
def test_nobody_else_is_told(visit: dict) -> None:
    with make_app().test_client() as client:
        answer = client.get("/api/addresses", **{**LOCAL, **visit})
        assert answer.json == {"addresses": [], "listens": None}
        there = quote("http://192.168.0.12:8000/")
        assert client.get(f"/api/qr?text={there}", **{**LOCAL, **visit}).status_code == 400


def test_a_server_of_this_machine_alone_says_so(server: LiveServer) -> None:
    answer = server.get("/api/addresses")
    assert json.loads(answer.body) == {"addresses": [], "listens": False}
