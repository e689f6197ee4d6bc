"""A connection that is lost, taken over, refused, and taken up again.

Over WebSockets; and over HTTP what its own code has to notice, and at night the rest.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websocket import WebSocket, create_connection

from app.files.session_files import name_file
from tests.app.servers import LiveServer, wait_until
from tests.browser.axe import check_themes
from tests.browser.page import FEW_FPS, Page, show
from tests.browser.proxies import Manner, Proxy
from tests.programs import FOLDER
from tests.sizes import at_night

#: What a browser says of a WebSocket that fails, and of a server that is not there.
NO_WEBSOCKET = "WebSocket connection to"
NO_SERVER = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
)
#: Over HTTP, what it says of a message that comes when the server has just ended the stream.
TOO_LATE = ("404 (NOT FOUND)", "409 (CONFLICT)")

Reach = Callable[[LiveServer], str]


def token(page: Page) -> str:
    return page.run("return sessionStorage.getItem('livenet.session')")


def carrier(page: Page) -> str:
    """What carries the stream, as the tab remembers it."""
    return page.run(
        "return JSON.parse(sessionStorage.getItem('livenet.transport'))?.name ?? 'websocket'"
    )


@pytest.fixture(params=["websocket", at_night("http")])
def transport(request: pytest.FixtureRequest) -> str:
    """What carries the stream; at night both, but for `over_one`."""
    return request.param


#: What the page does about a server as a whole is the same code over both transports.
over_one = pytest.mark.parametrize("transport", ["websocket"], indirect=True)
#: What each transport notices in its own way.
over_both = pytest.mark.parametrize("transport", ["websocket", "http"], indirect=True)


@pytest.fixture
def reach(tab: Page, transport: str) -> Iterator[Reach]:
    """Gives the URL by which a server is reached: its own, or that of a proxy before it."""
    with ExitStack() as stack:

        def find(server: LiveServer) -> str:
            if transport == "websocket":
                return server.url
            tab.allowed.append(NO_WEBSOCKET)
            return stack.enter_context(Proxy(server.url, "refuse")).url

        yield find
        tab.driver.get("about:blank")


@pytest.fixture
def page(tab: Page, transport: str, request: pytest.FixtureRequest) -> Page:
    """The playground with its first frame, paused, over this transport."""
    if transport == "http":
        request.getfixturevalue("over_http")
    tab.open()
    assert carrier(tab) == transport
    return tab


@pytest.fixture
def other(server: LiveServer) -> Iterator[WebSocket]:
    """A second client."""
    socket = create_connection(server.stream_url, timeout=20)
    yield socket
    socket.close()


def test_training_edits_and_reloads(page: Page) -> None:
    page.play()
    page.edited(lambda: page.click("[data-add='0']"))
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.goes_on(20)
    page.wait(lambda: page.metric("train_accuracy") > 90, "the circle is learned")
    page.pause()
    assert page.units == [5, 2]
    step, session = page.step, token(page)
    page.reload()
    assert page.step == step, "it goes on with the same network"
    assert token(page) == session
    assert page.metric("train_accuracy") > 90
    traces = "document.querySelector('.output-plane .plane-axes').data?.[0].x.length"
    page.until(f"{traces} === 250", "the points are there again")
    page.play()
    step = page.step
    page.driver.refresh()
    page.until("livenet.frames > 3", "frames come")
    assert page.running, "it runs on"
    assert page.step > step
    page.pause()
    page.click("[data-action='reset']")
    page.wait(lambda: page.step == 0, "back at step 0")


@pytest.mark.slow
@over_both
def test_what_is_taken_over_or_lost_goes_on_afterwards(
    page: Page, other: WebSocket, transport: str
) -> None:
    page.allowed += [NO_WEBSOCKET, "ERR_INTERNET_DISCONNECTED"]
    if transport == "http":
        page.allowed += TOO_LATE
    page.edited(lambda: page.click("[data-add='0']"))
    page.play()
    step, session = page.step, token(page)
    # Another client takes over: the page does not try again by itself.
    other.send(json.dumps({"type": "open", "session": session}))
    page.wait(lambda: "another window" in page.notice, "the page says so")
    opened = json.loads(other.recv())
    assert opened["resumed"] is True
    tries = page.run(
        """let made = 0;
           const { WebSocket: Real, fetch: ask } = window;
           window.WebSocket = class extends Real {
             constructor(...all) { super(...all); made += 1; }
           };
           window.fetch = (...all) => { made += 1; return ask(...all); };
           window.dispatchEvent(new Event("online"));
           Object.assign(window, { WebSocket: Real, fetch: ask });
           return made;"""
    )
    assert tries == 0
    # It takes the session back when it is asked to.
    page.click(".notice button")
    page.wait(lambda: not page.notice, "the notice goes")
    page.goes_on()
    assert page.step > step
    assert page.running
    # Offline and online again, the session is the same; play and pause meanwhile count afterwards.
    step = page.step
    for click, running in ((False, True), (True, False), (True, True)):
        page.go_offline()
        page.wait(lambda: "Connection lost" in page.notice, "the page says so")
        if click:
            page.click(".play")
        page.go_offline(False)
        page.wait(lambda: not page.notice, "it connects again")
        assert page.running is running
        if running:
            page.goes_on()
        else:
            page.settle()
    assert page.step >= step
    assert token(page) == session
    assert page.units == [5, 2]
    assert carrier(page) == transport


def test_a_network_that_dies_silently_is_noticed(tab: Page, server: LiveServer) -> None:
    """Nothing hangs up, but nothing comes any more; the page's clock is turned on by hand."""
    tab.allowed += [NO_WEBSOCKET, *NO_SERVER]
    tab.keep_timers()
    tab.open()
    tab.play()
    os.kill(server.worker, signal.SIGSTOP)
    try:
        tab.run(
            """const real = performance.now.bind(performance);
               for (let seconds = 3; seconds <= 18; seconds += 3) {
                 performance.now = () => real() + 1000 * seconds;
                 window.timers.forEach((call) => call());
               }"""
        )
        tab.wait(lambda: "Connection lost" in tab.notice, "the page says so")
    finally:
        os.kill(server.worker, signal.SIGCONT)
    tab.wait(lambda: not tab.notice, "it connects again")
    tab.goes_on()
    assert tab.running


@pytest.mark.slow
def test_a_server_that_has_forgotten_the_session_gets_the_same_settings(
    tab: Page, reach: Reach, transport: str
) -> None:
    page = tab
    page.allowed += [NO_WEBSOCKET, *NO_SERVER]
    if transport == "http":
        page.allowed += TOO_LATE
    forgets: dict[str, Any] = {
        "LIVENET_MAX_FPS": FEW_FPS,
        "LIVENET_CHECKPOINT_SECONDS": "0",
        "LIVENET_HANDOVER_SECONDS": "0",
    }
    with LiveServer(**forgets) as server:
        page.url = reach(server)
        page.open()
        page.edited(lambda: page.click("[data-dataset='xor']"))
        page.edited(lambda: page.click("[data-add='1']"))
        page.play()
        session = token(page)
        page.keep_notices()
        server.stop()
        page.wait(lambda: "Connection lost" in page.notice, "the page says so")
    # The server may be ready, and the notice gone, before this test hears of it.
    with LiveServer(PORT=server.url.rpartition(":")[2], **forgets):
        page.wait(lambda: "new one was started" in page.notices, "a new session runs")
        frames = page.frames
        page.wait(lambda: page.frames > frames + 3, "frames go on")
        assert token(page) != session
        assert page.units == [4, 3]
        assert page.running
        assert page.find("[data-dataset='xor']").get_attribute("aria-checked") == "true"
        assert carrier(page) == transport
        page.driver.get("about:blank")


@pytest.mark.slow
@over_one
@pytest.mark.parametrize("end", ["killed", "stopped", "replaced"])
def test_a_page_goes_on_where_its_server_ended(
    tab: Page, reach: Reach, transport: str, end: str
) -> None:
    """On the same folder; or on another server that has nothing but the key in common."""
    page = tab
    page.allowed += [NO_WEBSOCKET, *NO_SERVER]
    settings: dict[str, Any] = {"LIVENET_MAX_FPS": FEW_FPS}
    if end == "replaced":
        # What the next server does not know it says by an error, which no console shows.
        settings |= {"LIVENET_CHECKPOINT_SECONDS": "0", "LIVENET_HANDOVER_KEY": "k" * 32}
    with LiveServer(**settings) as server:
        page.url = reach(server)
        page.open()
        page.edited(lambda: page.click("[data-add='1']"))
        page.play()
        page.wait(lambda: page.step > 2000, "it trains")
        session = token(page)
        if end == "killed":
            saved = find_saved(session)
            before = saved.stat().st_mtime_ns if saved.exists() else 0
            page.wait(lambda: saved.exists() and saved.stat().st_mtime_ns > before, "it is saved")
            worker = server.worker
            for process in (server.process.pid, worker):
                os.kill(process, signal.SIGKILL)
            wait_until(lambda: not Path(f"/proc/{worker}").exists(), "the server is gone")
        server.stop()
        page.wait(lambda: "Connection lost" in page.notice, "the page says so")
        step = page.step
    with LiveServer(PORT=server.url.rpartition(":")[2], **settings):
        page.wait(lambda: page.step > step, "training goes on")
        assert token(page) == session
        assert page.units == [4, 3]
        assert page.running
        page.click("[data-action='undo']")
        page.wait(lambda: page.units == [4, 2], "undo still works")
        page.driver.get("about:blank")


def find_saved(token: str) -> Path:
    """The file of a session that a server of the tests saves."""
    return FOLDER / "sessions" / name_file(token)


def test_a_server_that_does_not_answer_yet_is_said(tab: Page) -> None:
    """As while it compiles: what is sent reaches it only later."""
    script = """const { send } = WebSocket.prototype;
        window.held = [];
        WebSocket.prototype.send = function hold(text) {
          const go = () => send.call(this, text);
          if (held) held.push(go);
          else go();
        };"""
    tab.command("Page.addScriptToEvaluateOnNewDocument", source=script)
    tab.driver.get(tab.url)
    tab.until(
        "document.querySelector('.notice').textContent.includes('Preparing the network')"
        " && livenet.frames === 0 && held.length === 1",
        "the page says so",
    )
    tab.run("const late = held; window.held = null; late.forEach((go) => go())")
    tab.until("livenet.frames > 0", "the first frame")
    tab.wait(lambda: not tab.notice, "the notice goes")


@pytest.mark.nightly
@over_one
def test_a_server_that_still_compiles_is_said(tab: Page, reach: Reach, tmp_path: Path) -> None:
    server = LiveServer(LIVENET_CACHE_DIR=str(tmp_path))
    try:
        tab.driver.get(reach(server))
        tab.wait(lambda: "Preparing the network" in tab.notice, "the page says so")
        assert tab.frames == 0
        tab.wait(lambda: tab.frames > 0, "the first frame")
        tab.wait(lambda: not tab.notice, "the notice goes")
        tab.driver.get("about:blank")
    finally:
        server.stop()


def take_a_place(server: LiveServer) -> WebSocket:
    """A client that keeps others out; whoever was there before may still be on the way out."""

    def take() -> WebSocket | None:
        client = create_connection(server.stream_url, timeout=20)
        client.send(json.dumps({"type": "open", "spec": {}}))
        if json.loads(client.recv())["type"] == "opened":
            return client
        client.close()
        return None

    return wait_until(take, "there is a place")


@pytest.mark.slow
def test_a_full_server_is_said_and_waited_for(tab: Page) -> None:
    tab.allowed += [NO_WEBSOCKET]
    full = LiveServer(LIVENET_MAX_SESSIONS="1", LIVENET_RESUME_SECONDS="0", LIVENET_MAX_FPS=FEW_FPS)
    with full as server, Proxy(server.url, "refuse") as proxy:
        for url, name in ((server.url, "websocket"), (proxy.url, "http")):
            first = take_a_place(server)
            tab.driver.get(url)
            tab.wait(lambda: "you are 1st in line" in tab.notice, "the page says so")
            assert tab.frames == 0
            if name == "websocket":
                check_themes(tab, "a full server")
            first.close()
            tab.until("livenet.frames > 0", "a place is free")
            tab.wait(lambda: not tab.notice, "the notice goes")
            assert carrier(tab) == name
            tab.driver.get("about:blank")


@pytest.fixture(scope="module")
def hasty() -> Iterator[LiveServer]:
    """A server that closes what is idle for five seconds."""
    with LiveServer(LIVENET_IDLE_SECONDS="5", LIVENET_MAX_FPS=FEW_FPS) as server:
        yield server


@pytest.fixture
def idle(tab: Page, hasty: LiveServer) -> Iterator[Page]:
    """A tab that may go there, and has no session there."""
    tab.url = hasty.url
    tab.driver.get(f"{tab.url}/healthz")
    tab.run("sessionStorage.clear()")
    yield tab
    tab.driver.get("about:blank")


@pytest.mark.slow
def test_an_idle_page_is_closed_and_goes_on_when_asked(idle: Page) -> None:
    tab = idle
    # Its first frame may be later than that where the machine is busy.
    tab.driver.get(tab.url)
    tab.wait(lambda: "was inactive" in tab.notice, "the page says so")
    session = token(tab)
    tab.click(".notice button")
    tab.click(".play")
    tab.wait(lambda: not tab.notice, "the notice goes")
    tab.wait(lambda: tab.running and tab.step > 0, "it trains")
    assert token(tab) == session


@pytest.mark.slow
def test_an_idle_session_is_taken_up_when_the_page_is_back(idle: Page) -> None:
    tab = idle
    tab.open()
    tab.play()
    show(tab, "minimized")
    tab.wait(lambda: "was inactive" in tab.notice, "the server closes it")
    show(tab, "normal")
    tab.wait(lambda: not tab.notice, "it is connected")
    tab.goes_on()
    assert tab.running


@pytest.fixture
def blocking(no_websockets: Proxy) -> Iterator[Proxy]:
    """That network, for tests that change what it does with WebSockets."""
    yield no_websockets
    no_websockets.manner = "refuse"


@pytest.mark.parametrize(
    "manner",
    ["refuse", *(pytest.param(one, marks=pytest.mark.slow) for one in ("swallow", "mute"))],
)
def test_http_takes_the_place_of_websockets_that_are_blocked(
    over_http: Page, blocking: Proxy, manner: Manner
) -> None:
    tab, proxy = over_http, blocking
    proxy.manner, proxy.blocked = manner, 0
    tab.open()
    assert proxy.blocked == 1
    assert carrier(tab) == "http"
    if manner != "refuse":
        return
    tab.play()
    tab.edited(lambda: tab.click("[data-add='0']"))
    tab.reload()
    tab.goes_on()
    assert proxy.blocked == 1, "the tab remembers"
    tab.run(
        """const kept = JSON.parse(sessionStorage.getItem("livenet.transport"));
           kept.at -= 25 * 3600 * 1000;
           sessionStorage.setItem("livenet.transport", JSON.stringify(kept));"""
    )
    tab.reload()
    assert proxy.blocked == 2, "after a day it is tried again"
    tab.driver.get("about:blank")
    tab.driver.switch_to.new_window("tab")
    tab.open()
    assert proxy.blocked == 3, "and in a new tab"


@over_one
def test_websockets_that_work_are_kept_when_the_server_comes_back_in_between(page: Page) -> None:
    """One failed handshake is no proof where WebSockets have worked before."""
    page.allowed.append(NO_WEBSOCKET)
    page.run(
        """const { WebSocket: Real } = window;
           window.tries = 0;
           window.WebSocket = class extends Real {
             constructor(url, ...rest) {
               window.tries += 1;
               super(window.tries === 1 ? new URL("/nowhere", url) : url, ...rest);
             }
           };
           window.dispatchEvent(new Event("offline"));"""
    )
    page.wait(lambda: page.run("return window.tries") == 2, "it tries again")
    page.wait(lambda: not page.notice, "it is connected")
    page.play()
    assert carrier(page) == "websocket"
