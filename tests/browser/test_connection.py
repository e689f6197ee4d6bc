"""A connection that is lost, taken over, refused, and taken up again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from websocket import WebSocket, create_connection

from tests.app.servers import LiveServer
from tests.browser.page import Page


def token(page: Page) -> str:
    return page.run("return sessionStorage.getItem('livenet.session')")


@pytest.fixture
def other(server: LiveServer) -> Iterator[WebSocket]:
    """A second client."""
    socket = create_connection(server.stream_url, timeout=20)
    yield socket
    socket.close()


def test_a_reload_goes_on_with_the_same_network(page: Page) -> None:
    page.play()
    page.wait(lambda: page.metric("train_accuracy") > 90, "the circle is learned")
    page.pause()
    step, session = page.step, token(page)
    page.driver.refresh()
    page.wait(lambda: page.frames > 0, "the first frame")
    assert page.step == step
    assert token(page) == session
    assert page.metric("train_accuracy") > 90
    traces = "return document.querySelector('.output-plane .plane-axes').data?.[0].x.length"
    page.wait(lambda: page.run(traces) == 250, "the points are there again")


def test_another_client_takes_over_and_gives_back(page: Page, other: WebSocket) -> None:
    page.play()
    step = page.step
    other.send(json.dumps({"type": "open", "session": token(page)}))
    page.wait(lambda: "another window" in page.notice, "the page says so")
    opened = json.loads(other.recv())
    assert opened["resumed"] is True
    sockets = page.run(
        """let made = 0;
           const Real = window.WebSocket;
           window.WebSocket = class extends Real {
             constructor(...all) { super(...all); made += 1; }
           };
           window.dispatchEvent(new Event("online"));
           window.WebSocket = Real;
           return made;"""
    )
    assert sockets == 0
    page.click(".notice button")
    page.wait(lambda: not page.notice, "the notice goes")
    page.goes_on()
    assert page.step > step
    assert page.running


def test_offline_and_online_again(page: Page) -> None:
    page.allowed.append("WebSocket connection to")
    page.allowed.append("ERR_INTERNET_DISCONNECTED")
    page.edited(lambda: page.click("[data-add='0']"))
    page.play()
    page.goes_on()
    step, session = page.step, token(page)
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    command = "Network.emulateNetworkConditions"
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd(command, {"offline": True, **network})
    page.wait(lambda: "connection is lost" in page.notice, "the page says so")
    page.driver.execute_cdp_cmd(command, {"offline": False, **network})
    page.wait(lambda: not page.notice, "it connects again")
    page.goes_on()
    assert page.step >= step
    assert token(page) == session
    assert page.units == [5, 2]


@pytest.fixture
def fragile(tab: Page) -> Iterator[tuple[Page, LiveServer]]:
    """A page on a server of its own, which the test may stop."""
    with LiveServer() as server:
        tab.url = server.url
        tab.allowed += ["WebSocket connection to", "ERR_CONNECTION_REFUSED"]
        yield tab.open(), server
        tab.driver.get("about:blank")


def test_a_server_that_starts_again_gets_the_same_settings(
    fragile: tuple[Page, LiveServer],
) -> None:
    page, server = fragile
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.edited(lambda: page.click("[data-add='1']"))
    page.play()
    session = token(page)
    server.stop()
    page.wait(lambda: "connection is lost" in page.notice, "the page says so")
    with LiveServer(PORT=server.url.rpartition(":")[2]):
        page.wait(lambda: "new one runs" in page.notice, "a new session runs")
        frames = page.frames
        page.wait(lambda: page.frames > frames + 3, "frames go on")
        assert token(page) != session
        assert page.units == [4, 3]
        assert page.running
        assert page.find("[data-dataset='xor']").get_attribute("aria-checked") == "true"
        page.driver.get("about:blank")


def test_a_server_that_still_compiles_is_said(tab: Page, tmp_path: Path) -> None:
    server = LiveServer(LIVENET_CACHE_DIR=str(tmp_path))
    try:
        tab.driver.get(server.url)
        tab.wait(lambda: "getting ready" in tab.notice, "the page says so")
        assert tab.frames == 0
        tab.wait(lambda: tab.frames > 0, "the first frame")
        tab.wait(lambda: not tab.notice, "the notice goes")
        tab.driver.get("about:blank")
    finally:
        server.stop()


def test_a_full_server_is_said_and_waited_for(tab: Page, driver: Chrome) -> None:
    with LiveServer(LIVENET_MAX_SESSIONS="1", LIVENET_RESUME_SECONDS="0") as server:
        first = create_connection(server.stream_url, timeout=20)
        first.send(json.dumps({"type": "open", "spec": {}}))
        assert json.loads(first.recv())["type"] == "opened"
        driver.get(server.url)
        tab.wait(lambda: "server is busy" in tab.notice, "the page says so")
        assert tab.frames == 0
        first.close()
        assert tab.find(".notice button").is_displayed()
        tab.wait(lambda: tab.frames > 0, "a place is free")
        tab.wait(lambda: not tab.notice, "the notice goes")
        driver.get("about:blank")
