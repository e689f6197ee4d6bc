"""Points of one's own: painted while the network trains, at a pace, erased, and undone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser.page import Page
from tests.browser.painting import (
    REDO,
    SMALLEST,
    UNDO,
    arc,
    cells,
    choose_own,
    clear,
    drawn,
    go_back,
    labels,
    set_brush,
    settled,
    stroke,
    take,
)
from tests.sizes import at_night


@pytest.mark.slow
def test_painting_begins_with_what_is_seen_while_training_goes_on(tab: Page) -> None:
    page = tab.open("/?v=1&optimizer=adam")
    assert not page.find(".pencil").is_displayed()
    page.play()
    page.wait(lambda: page.metric("train_accuracy") > 95, "the circle is learned")
    step = page.step
    choose_own(page)
    settled(page, 500)
    assert page.step > step
    assert page.metric("train_accuracy") > 90, "what was learned is kept"
    for path in ("data.noise", "data.samples", "data.class_balance"):
        assert not page.control(path).is_displayed()
    assert page.control("data.test_fraction").is_displayed()
    assert page.text("[data-action='newPoints']") == "New split"
    # Another set, and back: the points are still there.
    page.edited(lambda: page.click("[data-dataset='xor']"))
    assert not page.find(".point-tools").is_displayed()
    assert page.text("[data-action='newPoints']") == "New points"
    settled(page, 250)
    page.edited(lambda: page.click("[data-dataset='points']"))
    settled(page, 500)
    assert page.running
    paint_rings(page, "mouse")
    page.wait(lambda: page.metric("train_accuracy") > 98, "what was painted is learned")
    # Erased, and undone.
    before = drawn(page)
    take(page, "erase")
    page.edited(lambda: stroke(page, [(4.5, 0), (4.4, 0.5)]))
    page.wait(lambda: 0 < drawn(page) < before, "points are gone")
    go_back(page, UNDO)
    settled(page, before)
    assert page.running


@pytest.mark.parametrize("kind", [at_night("pen"), at_night("touch")])
def test_painting_with_other_pointers(painting: Page, kind: str) -> None:
    """That a finger paints, and without a ring: test_own_data_stays, on a phone."""
    painting.play()
    paint_rings(painting, kind)
    assert painting.running


def paint_rings(page: Page, kind: str) -> None:
    """Two rings of two classes in place of all other points."""
    clear(page)
    page.goes_on()
    take(page, 1)
    step, spec = page.step, page.spec_id
    stroke(page, arc(1.5, steps=12), kind)
    page.wait(lambda: page.step > step and page.spec_id > spec, "it trains on what is painted")
    page.wait(lambda: drawn(page) > 30, "the points are drawn")
    inner = drawn(page)
    take(page, 0)
    edits_are_few_and_frames_go_on_under_a_fast_hand(page, kind)
    page.wait(lambda: drawn(page) > 2 * inner, "more points are drawn")
    assert set(labels(page)) == {"rgb(10 123 214)", "rgb(238 125 0)"}
    ring = page.find(".plane-ring").is_displayed()
    assert ring is (kind != "touch")


def edits_are_few_and_frames_go_on_under_a_fast_hand(page: Page, kind: str) -> None:
    """Paints the outer ring."""
    page.run(
        """window.sent = [];
           const send = WebSocket.prototype.send;
           WebSocket.prototype.send = function (data) {
             if (/"edit"/.test(data)) window.sent.push(performance.now());
             return send.call(this, data);
           };"""
    )
    frames = page.frames
    stroke(page, arc(4.5, steps=60), kind, duration=20)
    sent = page.run("return window.sent")
    gaps = [b - a for a, b in pairwise(sent[:-1])]
    assert len(sent) >= 3
    assert min(gaps) > 50
    assert page.frames > frames + 4


@pytest.mark.slow
def test_points_are_painted_erased_and_undone_one_by_one(painting: Page) -> None:
    """Each part leaves the 500 points as they were."""
    one_undo_takes_back_one_stroke(painting)
    without_points_the_page_says_so_and_loses_nothing(painting)
    the_smallest_brush_sets_one_point_for_a_click(painting)
    the_eraser_takes_away_what_it_touches(painting)
    painted_points_are_seen_before_the_server_has_answered(painting)
    the_tools_work_by_keyboard(painting)
    one_more_class_changes_the_task(painting)


def one_undo_takes_back_one_stroke(page: Page) -> None:
    """A slow stroke is sent in several edits."""
    take(page, 1)
    stroke(page, arc(5.5, 0.4, steps=16), duration=60)
    page.wait(lambda: drawn(page) > 510, "the first stroke")
    first = drawn(page)
    stroke(page, arc(5.5, -0.3, steps=12), duration=60)
    stroke(page, [(5.5, -5.5), (5.5, -4)])
    page.wait(lambda: drawn(page) > first + 10, "two more strokes")
    third = drawn(page)
    go_back(page, UNDO)
    go_back(page, UNDO)
    settled(page, first)
    go_back(page, REDO)
    go_back(page, REDO)
    settled(page, third)
    for _ in range(3):
        go_back(page, UNDO)
    settled(page, 500)


def the_smallest_brush_sets_one_point_for_a_click(page: Page) -> None:
    set_brush(page, *SMALLEST)
    take(page, 1)
    for count in (501, 502):
        stroke(page, [(5.3, 5.3)])
        settled(page, count)
    set_brush(page, Keys.PAGE_UP)
    stroke(page, [(-5, -5)])
    page.wait(lambda: drawn(page) > 503, "a larger one sprays several")
    for _ in range(3):
        go_back(page, UNDO)
    settled(page, 500)


def the_eraser_takes_away_what_it_touches(page: Page) -> None:
    before = labels(page)
    take(page, "erase")
    set_brush(page, Keys.END)
    stroke(page, [(0, 0), (1, 0)])
    page.wait(lambda: 0 < drawn(page) < 450, "points are gone")
    after = labels(page)
    assert after["rgb(238 125 0)"] == before["rgb(238 125 0)"]
    assert after["rgb(10 123 214)"] < before["rgb(10 123 214)"] - 50
    go_back(page, UNDO)
    settled(page, 500)


def without_points_the_page_says_so_and_loses_nothing(page: Page) -> None:
    page.play()
    clear(page)
    page.goes_on()
    page.pause()
    set_brush(page, *SMALLEST)
    stroke(page, [(1, 1)])
    assert "At least two points" in page.text(".plane-note")
    page.click(".plane-note button")
    settled(page, 500)
    assert not page.find(".plane-note").is_displayed()
    clear(page)
    page.click(UNDO)
    settled(page, 500)
    clear(page)
    spec = page.spec_id
    stroke(page, [(1, 1)])
    stroke(page, [(2, 2)])
    settled(page, 2)
    assert page.spec_id > spec
    go_back(page, UNDO)
    settled(page, 500)


def painted_points_are_seen_before_the_server_has_answered(page: Page) -> None:
    take(page, 1)
    set_brush(page, Keys.HOME, Keys.PAGE_UP, Keys.PAGE_UP)
    clear(page)
    seen = page.run(
        """window.marks = [];
           const hand = document.querySelector(".output-plane .plane-hand");
           const look = () => {
             const copy = new OffscreenCanvas(hand.width, hand.height)
               .getContext("2d", { willReadFrequently: true });
             copy.drawImage(hand, 0, 0);
             const { data } = copy.getImageData(0, 0, hand.width, hand.height);
             let count = 0;
             for (let i = 3; i < data.length; i += 4) count += data[i] > 0;
             window.marks.push([count, livenet.specId]);
           };
           for (const kind of ["pointerdown", "pointermove"]) {
             hand.parentElement.addEventListener(kind, look);
           }
           return livenet.specId"""
    )
    stroke(page, arc(3, 0.5), duration=4)
    marks = page.run("return window.marks")
    first = next(count for count, spec in marks if count > 0)
    assert next(spec for count, spec in marks if count == first) == seen
    # No point goes again: one covers a hundred pixels, a redrawn edge differs by a few.
    counts = [count for count, _ in marks]
    assert all(after > before - 30 for before, after in pairwise(counts))
    page.wait(lambda: drawn(page) > 2, "the server has answered")
    page.settle()
    go_back(page, UNDO)
    settled(page, 500)


def the_tools_work_by_keyboard(page: Page) -> None:
    page.find("[data-tool='1']").send_keys(Keys.ARROW_LEFT)
    assert page.run("return document.activeElement.dataset.tool") == "0"
    page.press(Keys.ARROW_LEFT)
    assert page.run("return document.activeElement.dataset.tool") == "erase"
    assert page.find("[data-tool='erase']").get_attribute("aria-checked") == "true"
    page.click(".pencil")
    assert not page.find(".point-tools").is_displayed()
    page.hover(page.find(".output-plane .plane-map"))
    page.wait(lambda: "x₁" in page.tooltip, "the plane is read again")
    page.click("[data-action='table']")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.find_all(".points-dialog"), "the dialog is closed")
    assert page.run("return document.activeElement.dataset.action") == "table"
    page.click(".pencil")


def one_more_class_changes_the_task(page: Page) -> None:
    assert len(page.find_all(".tile[data-role='output']")) == 1
    page.click("[data-action='addClass']")
    assert page.find("[data-tool='2']").get_attribute("aria-checked") == "true"
    page.edited(lambda: stroke(page, [(5, 5), (5, 4)]))
    page.wait(lambda: len(page.find_all(".tile[data-role='output']")) == 3, "three classes")
    choice = Select(page.control("data.task"))
    assert choice.first_selected_option.get_attribute("value") == "multiclass"
    values = [option.get_attribute("value") for option in choice.options]
    assert values == ["labels", "multiclass", "regression"]
    page.edited(lambda: page.choose("data.task", "regression"))
    page.wait(lambda: page.find_all("[data-metric='test_r2']"), "the labels are numbers")
    assert page.control("brush.label").is_displayed()
    page.play()
    page.edited(lambda: page.choose("data.task", "multiclass"))
    page.goes_on()


def test_values_are_painted_for_a_regression(page: Page) -> None:
    page.wait(lambda: drawn(page) == 250, "Plotly has come")
    page.edited(lambda: page.click("[data-dataset='plane']"))
    choose_own(page)
    settled(page, 500)
    page.control("brush.label").send_keys(Keys.END)
    value = float(page.value("brush.label"))
    assert value >= 1
    set_brush(page, *SMALLEST)
    page.edited(lambda: stroke(page, [(-5, 5)]))
    page.click("[data-action='table']")
    page.wait(lambda: page.run(
        """const scroller = document.querySelector('.table-scroll');
           scroller.scrollTop = scroller.scrollHeight;
           return document.querySelector('.point-table tr[aria-rowindex="502"]') !== null"""
    ), "the last row is in sight")  # fmt: skip
    x1, x2, label = (float(text) for text in cells(page, 501))
    assert (round(x1), round(x2), label) == (-5, 5, value)
