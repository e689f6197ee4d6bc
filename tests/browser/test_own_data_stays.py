"""Own points outlive reloads, presets and servers; the page keeps its size and its pace."""

from __future__ import annotations

from itertools import pairwise

from tests.app.servers import LiveServer
from tests.browser.page import Page
from tests.browser.painting import (
    SMALLEST,
    arc,
    choose_own,
    clear,
    drawn,
    open_dialog,
    set_brush,
    settled,
    stroke,
)


def test_a_reload_keeps_the_points(painting: Page) -> None:
    page = painting
    set_brush(page, *SMALLEST)
    stroke(page, [(5.5, 5.5)])
    settled(page, 501)
    page.reload()
    settled(page, 501)
    assert not page.find(".point-tools").is_displayed()
    page.click(".pencil")
    page.edited(lambda: stroke(page, [(-5.5, 5.5), (-5.5, 5)]))


def test_a_preset_and_back(painting: Page) -> None:
    page = painting
    set_brush(page, *SMALLEST)
    stroke(page, [(5.5, 5.5)])
    settled(page, 501)
    page.choose("preset", "blobs" if page.find_all("option[value='blobs']") else "xor")
    page.wait(lambda: not page.find(".point-tools").is_displayed(), "the preset is there")
    choose_own(page)
    settled(page, 501)


def test_a_server_that_starts_again_gets_the_points(tab: Page) -> None:
    tab.allowed += ["WebSocket connection to", "ERR_CONNECTION_REFUSED"]
    with LiveServer() as server:
        tab.url = server.url
        page = tab.open()
        choose_own(page)
        set_brush(page, *SMALLEST)
        stroke(page, [(5.5, 5.5)])
        settled(page, 501)
        page.play()
    page.wait(lambda: "Connection lost" in page.notice, "the page says so")
    stroke(page, [(-5.5, 5.5)])
    frames = page.frames
    with LiveServer(PORT=server.url.rpartition(":")[2]):
        page.wait(lambda: page.frames > frames + 3, "frames go on")
        settled(page, 502)
        page.driver.get("about:blank")


def test_a_change_of_language_keeps_the_points_and_the_tools(painting: Page) -> None:
    page = painting
    set_brush(page, *SMALLEST)
    page.click("[data-action='language']")
    text = "return document.querySelector('[data-action=clearPoints]')?.textContent"
    page.wait(lambda: page.run(text) == "모두 지우기", "in Korean")
    stroke(page, [(5.5, 5.5)])
    settled(page, 501)


def test_a_phone_paints_by_finger(tab: Page) -> None:
    tab.resize(360, 740, mobile=True)
    page = tab.open()
    page.run("document.querySelector('[data-dataset=points]').scrollIntoView()")
    page.edited(lambda: page.click("[data-dataset='points']"))
    page.play()
    action = "return getComputedStyle(document.querySelector('.output-plane .plane')).touchAction"
    assert page.run(action) == "none"
    page.run("document.querySelector('.output-plane').scrollIntoView({ block: 'center' })")
    top = page.run("return scrollY")
    settled(page, 500)
    stroke(page, [(-5, 5), (-5, -5)], "touch")
    page.wait(lambda: drawn(page) > 510, "points are painted")
    assert page.run("return scrollY") == top
    page.click("[data-action='addClass']")
    assert page.run("return document.documentElement.scrollWidth") <= 360
    page.click(".pencil")
    assert page.run(action) == "pan-y"
    page.run("document.querySelector('[data-action=table]').scrollIntoView()")
    open_dialog(page)
    wide = "const d = document.querySelector('.dialog-body'); return d.scrollWidth - d.clientWidth"
    assert page.run(wide) == 0


def test_the_tools_make_the_page_no_higher(page: Page) -> None:
    high = "return document.documentElement.scrollHeight"
    page.wait(lambda: page.find_all("#panel-loss .main-svg"), "the curves are drawn")
    for width, height in ((1440, 900), (1920, 1080)):
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


def test_edits_are_few_and_frames_go_on_under_a_fast_hand(painting: Page) -> None:
    page = painting
    clear(page)
    page.run(
        """window.sent = [];
           const send = WebSocket.prototype.send;
           WebSocket.prototype.send = function (data) {
             if (/"edit"/.test(data)) window.sent.push(performance.now());
             return send.call(this, data);
           };"""
    )
    frames = page.frames
    stroke(page, arc(4, 3, 160), duration=8)
    sent = page.run("return window.sent")
    gaps = [b - a for a, b in pairwise(sent[:-1])]
    assert len(sent) >= 3
    assert min(gaps) > 50
    assert page.frames > frames + 4
