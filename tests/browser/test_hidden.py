"""A page that nobody sees: training waits for it, or goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.app.servers import LiveServer
from tests.app.transports import make_client
from tests.browser.page import Page, show
from tests.sizes import at_night


def trained(page: Page, server: LiveServer) -> int:
    """The step at which the server has the session."""
    token = page.run("return sessionStorage.getItem('livenet.session')")
    name = server.get(f"/api/sessions/{token}/model").headers["Content-Disposition"]
    found = re.search(r"step-(\d+)", name)
    assert found
    return int(found[1])


def let_others_train(server: LiveServer, epochs: int) -> None:
    """Lets time pass, as measured by what the server does for another client."""
    with make_client(server, "websocket") as other:
        other.open()
        other.ack()
        other.send("step", epochs=epochs)
        other.frame_where(lambda frame: frame.epoch == epochs)


def stands_still(page: Page, server: LiveServer) -> int:
    """Waits until the server trains no more, and returns the step."""
    seen = [-1]

    def same() -> bool:
        let_others_train(server, 50)
        seen.append(trained(page, server))
        return seen[-1] == seen[-2]

    page.wait(same, "training stops")
    return seen[-1]


def steps_of_curve(page: Page) -> list[int]:
    return page.run("return document.querySelector('#panel-loss .curve-chart').data?.[0].x ?? []")


@pytest.fixture(params=["websocket", at_night("http")])
def page(tab: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The playground, at night over each transport; its window is normal again afterwards."""
    if request.param == "http":
        request.getfixturevalue("over_http")
    yield tab.open()
    show(tab, "normal")


def go_on_unseen(page: Page) -> None:
    """Chooses that a hidden page goes on."""
    page.run("localStorage.setItem('livenet.pauseHidden', 'false')")
    page.reload()


@pytest.mark.slow
def test_a_hidden_page_pauses_and_goes_on_when_it_is_back(page: Page, server: LiveServer) -> None:
    page.play()
    show(page, "minimized")
    frames = page.frames
    step = stands_still(page, server)
    assert page.frames == frames
    assert page.running, "the page means to train"
    show(page, "normal")
    page.goes_on()
    assert trained(page, server) > step
    assert page.running
    # A connection that is lost meanwhile changes nothing.
    show(page, "minimized")
    step = stands_still(page, server)
    page.run(
        """window.dispatchEvent(new Event("offline"));
           window.dispatchEvent(new Event("online"));"""
    )
    token = page.run("return sessionStorage.getItem('livenet.session')")
    assert stands_still(page, server) == step
    show(page, "normal")
    page.goes_on()
    assert page.running
    assert page.run("return sessionStorage.getItem('livenet.session')") == token
    # The switch acts on a page that is hidden already: another window of the same browser cannot
    # reach this one's store, its own switch can.
    page.click("[data-action='settings']")
    show(page, "minimized")
    stands_still(page, server)
    page.run("document.querySelector(\"[data-path='pauseHidden']\").click()")
    step = trained(page, server)
    page.wait(lambda: trained(page, server) > step + 500, "training goes on")
    page.run("document.querySelector(\"[data-path='pauseHidden']\").click()")
    stands_still(page, server)
    # What was paused stays paused.
    show(page, "normal")
    page.pause()
    show(page, "minimized")
    step = stands_still(page, server)
    show(page, "normal")
    assert not page.running
    assert stands_still(page, server) == step


@pytest.mark.slow
def test_a_hidden_page_goes_on_if_so_chosen_and_its_curve_has_no_hole(
    page: Page, server: LiveServer
) -> None:
    go_on_unseen(page)
    page.play()
    show(page, "minimized")
    frames, step = page.frames, trained(page, server)
    page.wait(lambda: trained(page, server) > step + 2000, "training goes on")
    assert page.frames == frames, "nothing is painted"
    step = trained(page, server)
    show(page, "normal")
    page.wait(lambda: page.frames > frames, "a frame is painted")
    assert page.run("return window.livenet.step") >= step, "the newest one"
    page.pause()
    page.wait(lambda: page.step - steps_of_curve(page)[-1] < 100, "the curve is drawn")
    steps = steps_of_curve(page)
    gaps = {b - a for a, b in pairwise(steps)}
    assert steps[0] == 0
    assert len(gaps) <= 2, gaps
    assert max(gaps) <= 200, gaps


@pytest.mark.slow
def test_a_page_that_slept_is_not_taken_for_lost(page: Page) -> None:
    """On waking its timers come before the frames, and find an hour gone."""
    page.keep_timers()
    page.reload()
    page.play()
    notices = page.run(
        """const real = performance.now.bind(performance);
           performance.now = () => real() + 3600000;
           window.timers.forEach((call) => call());
           return document.querySelector(".notice").textContent;"""
    )
    assert notices == ""
    page.goes_on()


def test_json_of_views_asks_for_a_pace_while_nobody_sees_the_page(tab: Page) -> None:
    """A hidden page paints nothing that would set the pace, so the server does."""
    page = tab.open()
    page.run(
        """window.sent = [];
           const { send } = WebSocket.prototype;
           WebSocket.prototype.send = function note(text) {
             window.sent.push(text);
             return send.call(this, text);
           };"""
    )
    page.click("[data-action='settings']")
    page.click("[data-path='pauseHidden']")
    for state, pace in (("minimized", 60), ("normal", None)):
        show(page, state)
        views = [json.loads(text) for text in page.run("return window.sent.splice(0)")]
        paces = [message["max_fps"] for message in views if message["type"] == "views"]
        assert paces[-1:] == [pace]
