"""The shared password: who is asked, what is answered without it, and how it is kept."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
import websocket
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app import factory
from app.lessons.library import Library
from app.pages.assets import Assets
from app.pages.pages import make_pages_blueprint
from app.pages.password import COOKIE
from app.pages.rendering import Renderer
from app.web.password import COOKIE_SECONDS, WRONG_PER_MINUTE, SharedPassword
from app.web.settings import Settings, SettingsError, read_environment
from tests.app.conftest import Clock
from tests.app.servers import ROOT, LiveServer
from tests.app.transports import WebSocketClient

WORD = "Backpropagation, 역전파"
KEY = b"k" * 32
SHARED = SharedPassword(WORD, KEY)


@pytest.fixture
def app(clock: Clock, tmp_path: Path) -> Flask:
    """The pages alone with the policies of a server, behind a proxy; no network is trained."""
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    app.config |= {"TRUSTED_PROXIES": 1, "MAX_CONTENT_LENGTH": 1 << 20, "BODY_LIMITS": {}}
    assets = Assets(ROOT / "static")
    renderer = Renderer(assets)
    app.register_blueprint(make_pages_blueprint(assets, renderer, Library()))
    app.add_url_rule("/api/schema", "api.send_schema", lambda: "{}")
    settings = Settings(
        password=SecretStr(WORD), handover_key=SecretStr(KEY.decode()), cache_dir=tmp_path
    )
    factory._add_policies(app, settings, renderer)
    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def enter(visitor: FlaskClient, word: str, following: str = "/", **headers: str) -> TestResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.post("/password", data={"password": word, "next": following}, headers=names)


def test_the_right_word_and_its_cookies_alone_are_accepted(clock: Clock) -> None:
    assert SHARED.matches(WORD)
    assert not any(map(SHARED.matches, ("", WORD[:-1], WORD + " ", WORD.upper(), "\ud800")))
    cookie = SHARED.make_cookie()
    assert SHARED.accepts(cookie)
    assert not SharedPassword("another password", KEY).accepts(cookie)
    assert not SharedPassword(WORD, b"x" * 32).accepts(cookie)
    expires, signature = cookie.split(".")
    assert not SHARED.accepts(f"{int(expires) + 1}.{signature}")
    clock.now += COOKIE_SECONDS - 1
    assert SHARED.accepts(cookie)
    clock.now += 2
    assert not SHARED.accepts(cookie)


@given(
    st.text(max_size=80)
    | st.builds("{}.{}".format, st.integers(), st.binary(min_size=32, max_size=32).map(bytes.hex))
)
def test_no_other_cookie_is_accepted(cookie: str) -> None:
    assert not SHARED.accepts(cookie)


@pytest.mark.parametrize("path", ["/", "/embed?data=xor&lang=ko"])
def test_a_page_asks_instead_of_itself(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'type="password"' in answer.text
    assert "<script" not in answer.text
    assert "config" not in answer.text
    (following,) = re.findall(r'name="next" value="([^"]*)"', answer.text)
    assert following == path.replace("&", "&amp;")
    assert ('<html lang="ko">' in answer.text) == ("lang=ko" in path)
    for url in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert visitor.get(url).status_code == 200, url


def test_whoever_knows_it_goes_where_they_wanted(visitor: FlaskClient) -> None:
    answer = enter(visitor, WORD, "/embed?data=xor")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/password?next=%2Fembed%3Fdata%3Dxor",
    )
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    there = visitor.get(answer.headers["Location"])
    assert (there.status_code, there.headers["Location"]) == (303, "/embed?data=xor")
    assert visitor.get("/embed?data=xor").status_code == 200
    assert visitor.get("/api/schema").status_code == 200


def test_over_https_frames_of_other_sites_keep_it_too(visitor: FlaskClient) -> None:
    answer = visitor.post("/password", data={"password": WORD}, base_url="https://net.example")
    parts = set(answer.headers["Set-Cookie"].split("; "))
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= parts


def test_a_browser_that_keeps_no_cookie_is_told_so(app: Flask) -> None:
    visitor = app.test_client(use_cookies=False)
    answer = visitor.get(enter(visitor, WORD, "/embed").headers["Location"])
    assert answer.status_code == 401
    assert "does not keep" in answer.text
    assert 'value="/embed"' in answer.text


@pytest.mark.parametrize(
    "following",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\r\nX: y", "/\t/evil"],
)
def test_nobody_is_sent_elsewhere(visitor: FlaskClient, following: str) -> None:
    answer = enter(visitor, WORD, following)
    assert answer.headers["Location"] == "/password?next=%2F"
    for query in ({"next": following}, {}):
        assert visitor.get("/password", query_string=query).headers["Location"] == "/"


def test_what_is_no_page_is_refused_in_one_line(visitor: FlaskClient) -> None:
    for path in ("/api/schema", "/api/stream", "/api/sessions", "/api/nothing"):
        answer = visitor.post(path) if path == "/api/sessions" else visitor.get(path)
        assert answer.status_code == 401
        content = answer.get_json()
        assert content.get("error", content)["code"] == "password_required"
        assert "\n" not in content.get("error", content)["message"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert visitor.get("/metrics").text == "this server asks for a password\n"
    assert visitor.options("/api/schema").status_code == 200, "what browsers ask ahead"


def test_a_program_says_it_in_a_header(visitor: FlaskClient) -> None:
    def ask(word: str) -> int:
        header = f"Bearer {word}".encode().decode("latin-1")
        return visitor.get("/api/schema", headers={"Authorization": header}).status_code

    assert [ask(WORD), ask("nothing of the kind"), ask("")] == [200, 401, 401]


def test_wrong_ones_are_counted_by_address_and_right_ones_are_not(
    visitor: FlaskClient, clock: Clock
) -> None:
    there, elsewhere = {"X_Forwarded_For": "203.0.113.9"}, {"X_Forwarded_For": "203.0.113.10"}
    for _ in range(2 * WRONG_PER_MINUTE):
        assert enter(visitor, WORD, **there).status_code == 303
    codes = [enter(visitor, "a guess", **there).status_code for _ in range(WRONG_PER_MINUTE + 2)]
    assert codes == [401] * WRONG_PER_MINUTE + [429] * 2
    late = enter(visitor, WORD, **there)
    assert late.status_code == 429, "not even the right one tells that it is"
    assert "Set-Cookie" not in late.headers
    assert enter(visitor, WORD, **elsewhere).status_code == 303
    clock.now += int(late.headers["Retry-After"])
    assert enter(visitor, WORD, **there).status_code == 303


def test_the_key_of_the_cookies_is_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(cache_dir=tmp_path)
    cookie = factory._make_password(settings, SecretStr(WORD)).make_cookie()
    assert factory._make_password(settings, SecretStr(WORD)).accepts(cookie), "after a restart"
    assert not SHARED.accepts(cookie)
    assert [path.name for path in tmp_path.iterdir()] == ["password-key"]


def test_a_password_that_is_too_short_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVENET_PASSWORD", "secret!")
    with pytest.raises(SettingsError, match="LIVENET_PASSWORD") as error:
        read_environment()
    assert "secret!" not in str(error.value)
    assert "secret!" not in repr(Settings(password=SecretStr("secret!!")))


def test_other_sites_send_none(visitor: FlaskClient) -> None:
    assert enter(visitor, WORD, Origin="https://evil.example").status_code == 403
    assert enter(visitor, WORD, Origin="null").status_code == 403
    assert enter(visitor, WORD, Origin="http://localhost").status_code == 303


@pytest.mark.slow
def test_a_server_with_a_password_and_few_sessions_for_each() -> None:
    """Stream, sessions and limits of new sessions, on a real server behind a proxy."""
    with LiveServer(
        LIVENET_PASSWORD=WORD,
        LIVENET_TRUSTED_PROXIES="1",
        LIVENET_SESSIONS_PER_MINUTE="1",
        LIVENET_HANDOVER_KEY=KEY.decode(),
    ) as server:
        for path in ("/healthz", "/metrics", "/status"):
            assert server.get(path).status == 200
        for path in ("/", "/embed", "/api/schema", "/api/recordings/aaaaaaaaaaaaaaaa"):
            assert server.get(path).status == 401
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            WebSocketClient(server.stream_url)
        assert refused.value.status_code == 401
        body = json.dumps({"type": "open", "spec": {}}).encode()
        answer = server.get("/api/sessions", "POST", body)
        assert (answer.status, json.loads(answer.body)["code"]) == (401, "password_required")
        cookie = f"{COOKIE}={SHARED.make_cookie()}"
        far = {"Cookie": cookie, "X-Forwarded-For": "203.0.113.9"}
        # What has come back since the first one may do for the second.
        first, _, third = [is_opened(server, far) for _ in range(3)]
        assert (first, third) == (True, False)
        assert server.get("/api/sessions", "POST", body, **far).status == 503
        assert is_opened(server, {**far, "X-Forwarded-For": "203.0.113.10"})
        assert all(is_opened(server, {"Cookie": cookie}) for _ in range(3)), "the machine itself"
    assert server.log == []


def is_opened(server: LiveServer, headers: dict[str, str]) -> bool:
    """Whether a client with these headers is given a new session."""
    with WebSocketClient(server.stream_url, header=headers) as client:
        client.send("open", spec={})
        got = client.receive()
        assert isinstance(got, dict)
        assert got["type"] == "opened" or "too many new sessions" in got["message"]
        return got["type"] == "opened"


def test_cookies_are_signed_now_and_end_in_a_month() -> None:
    expires = int(SHARED.make_cookie().partition(".")[0])
    assert 0 < expires - time.time() <= COOKIE_SECONDS
