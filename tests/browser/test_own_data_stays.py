"""Own points outlive reloads, presets and servers; the page keeps its size."""

from __future__ import annotations

import pytest

from tests.app.servers import LiveServer
from tests.browser.page import Page
from tests.browser.painting import (
    SMALLEST,
    choose_own,
    drawn,
    open_dialog,
    set_brush,
    settled,
    start_painting,
    stroke,
)
from tests.browser.proxies import FORGET, Proxy


@pytest.mark.slow
def test_points_outlive_a_reload_a_preset_and_a_change_of_language(page: Page) -> None:
    the_tools_make_the_page_no_higher(page)
    start_painting(page)
    set_brush(page, *SMALLEST)
    stroke(page, [(5.5, 5.5)])
    settled(page, 501)
    page.reload()
    settled(page, 501)
    assert not page.find(".point-tools").is_displayed()
    page.click(".pencil")
    page.edited(lambda: stroke(page, [(-5.5, 5.5), (-5.5, 5)]))
    page.wait(lambda: drawn(page) > 501, "it is painted on")
    # A preset, and back to them.
    page.choose("preset", "blobs" if page.find_all("option[value='blobs']") else "xor")
    page.wait(lambda: not page.find(".point-tools").is_displayed(), "the preset is there")
    choose_own(page)
    page.wait(lambda: drawn(page) > 501, "they are back")
    # The other language.
    count = drawn(page)
    set_brush(page, *SMALLEST)
    page.click("[data-action='language']")
    text = "return document.querySelector('[data-action=clearPoints]')?.textContent"
    page.wait(lambda: page.run(text) == "모두 지우기", "in Korean")
    stroke(page, [(5.5, -5.5)])
    settled(page, count + 1)


def the_tools_make_the_page_no_higher(page: Page) -> None:
    high = "return document.documentElement.scrollHeight"
    page.wait(lambda: page.find_all("#panel-loss .main-svg"), "the curves are drawn")
    for width, height in ((1920, 1080), (1440, 900)):
        page.resize(width, height)
        page.until("innerWidth === arguments[0]", "the new size", width)
        before = page.run(high)
        choose_own(page)
        assert page.run(high) <= before
        page.until(
            """document.querySelector("#panel-loss .main-svg").getBoundingClientRect().height
               < document.querySelector("#panel-loss").getBoundingClientRect().height + 1""",
            "the curves fit",
        )
        assert page.find(".curves").rect["height"] > 150
        page.edited(lambda: page.click("[data-dataset='circle']"))


TOKEN = "return sessionStorage.getItem('livenet.session')"


@pytest.mark.slow
def test_a_server_that_has_forgotten_the_session_gets_the_points(
    tab: Page, server: LiveServer
) -> None:
    """That one which starts again is found, is in test_connection."""
    tab.allowed += ["WebSocket connection to", "ERR_CONNECTION_REFUSED"]
    with Proxy(server.url, "pass") as network:
        tab.url = network.url
        page = tab.open()
        choose_own(page)
        set_brush(page, *SMALLEST)
        stroke(page, [(5.5, 5.5)])
        settled(page, 501)
        page.play()
        page.run(FORGET)
        token = page.run(TOKEN)
    page.wait(lambda: "Connection lost" in page.notice, "the page says so")
    stroke(page, [(-5.5, 5.5)])
    frames = page.frames
    with Proxy(server.url, "pass", network.port):
        page.wait(lambda: page.frames > frames + 3, "frames go on")
        settled(page, 502)
        assert page.run(TOKEN) != token, "in a session of its own"
        page.driver.get("about:blank")


@pytest.mark.slow
def test_a_phone_paints_by_finger(tab: Page) -> None:
    tab.resize(360, 740, mobile=True)
    page = tab.open()
    page.run("document.querySelector('[data-dataset=points]').scrollIntoView()")
    page.edited(lambda: page.click("[data-dataset='points']"))
    action = "return getComputedStyle(document.querySelector('.output-plane .plane')).touchAction"
    assert page.run(action) == "none"
    page.run("document.querySelector('.output-plane').scrollIntoView({ block: 'center' })")
    top = page.run("return scrollY")
    settled(page, 500)
    stroke(page, [(-5, 5), (-5, -5)], "touch")
    page.wait(lambda: drawn(page) > 510, "points are painted")
    assert not page.find(".plane-ring").is_displayed(), "the finger hides where it is"
    assert page.run("return scrollY") == top
    page.click("[data-action='addClass']")
    assert page.run("return document.documentElement.scrollWidth") <= 360
    page.click(".pencil")
    assert page.run(action) == "pan-y"
    page.run("document.querySelector('[data-action=table]').scrollIntoView()")
    open_dialog(page)
    wide = "const d = document.querySelector('.dialog-body'); return d.scrollWidth - d.clientWidth"
    assert page.run(wide) == 0
