"""The output: points, test data, discretize, readouts, curves and their zoom."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder

from tests.browser.finger import Finger
from tests.browser.page import Page

CHART = "document.querySelector('#panel-loss .curve-chart')"


def charted(page: Page) -> bool:
    """Whether Plotly has drawn the axes of the output and the loss."""
    return page.run(
        """return Boolean(document.querySelector(".output-plane .plane-axes .xtick")
             && document.querySelector("#panel-loss .xtick"))"""
    )


def picture(page: Page) -> str:
    return page.run("return document.querySelector('.plane-map').toDataURL()")


def colours(page: Page) -> int:
    """How many colours the map has."""
    return page.run(
        """const map = document.querySelector(".plane-map");
           const copy = new OffscreenCanvas(map.width, map.height)
             .getContext("2d", { willReadFrequently: true });
           copy.drawImage(map, 0, 0);
           const { data } = copy.getImageData(0, 0, map.width, map.height);
           return new Set(new Uint32Array(data.buffer)).size"""
    )


@pytest.mark.slow
def test_the_output_before_and_after_plotly_has_come(tab: Page) -> None:
    the_first_frame_is_painted_before_plotly_has_come(tab)
    a_readout_stays_after_a_tap_until_the_next_one(tab)
    the_points_of_the_test_have_a_mark_of_their_own(tab)
    tabs_show_loss_accuracy_and_unit(tab)
    regression_and_classes_have_their_own_numbers(tab)
    discretize_leaves_two_colours(tab)


def test_readouts_and_curves_follow_the_training(page: Page) -> None:
    a_readout_while_paused_is_of_the_network_as_it_is(page)
    the_gap_between_train_and_test_is_visible(page)
    page.play()
    a_place_and_a_point_are_read_under_the_pointer(page)
    zoom_is_kept_while_streaming_and_across_the_log_switch(page)


def the_first_frame_is_painted_before_plotly_has_come(tab: Page) -> None:
    """And the map does not move when it comes."""
    tab.open()
    assert colours(tab) > 20
    before = tab.find(".plane-map").rect
    tab.wait(lambda: charted(tab), "Plotly has come")
    began = tab.run(
        """return performance.getEntriesByType("resource")
             .find((entry) => /plotly.min/.test(entry.name)).startTime"""
    )
    assert tab.run("return livenet.firstFrame") < began
    tab.wait(lambda: not tab.find(".plane-hand").is_displayed(), "Plotly draws the points")
    assert tab.find(".plane-map").rect == before
    plot = tab.run(
        """const axes = document.querySelector(".output-plane .plane-axes");
           const { l, t, w, h } = axes._fullLayout._size;
           const box = axes.getBoundingClientRect();
           return [box.x + l, box.y + t, w, h].map(Math.round)"""
    )
    assert plot == [round(before[key]) for key in ("x", "y", "width", "height")]


def the_points_of_the_test_have_a_mark_of_their_own(page: Page) -> None:
    def traces() -> list[list[object]]:
        return page.run(
            """return (document.querySelector(".output-plane .plane-axes").data ?? [])
                 .map((t) => [t.x.length, t.marker.symbol ?? "circle"])"""
        )

    page.wait(lambda: traces() == [[250, "circle"]], "train points alone")
    page.control("showTest").click()
    page.wait(lambda: traces() == [[250, "circle"], [250, "diamond"]], "test points too")
    page.control("showTest").click()
    page.wait(lambda: traces() == [[250, "circle"]], "train points alone again")


def discretize_leaves_two_colours(page: Page) -> None:
    page.hover(page.find("#data-title"))
    page.edited(lambda: page.click("[data-dataset='circle']"))
    page.wait(lambda: colours(page) > 20, "all shades of the output")
    page.control("discretize").click()
    page.wait(lambda: colours(page) == 2, "two colours are left")
    page.edited(lambda: page.click("[data-dataset='blobs']"))
    page.wait(lambda: 2 <= colours(page) <= 3, "a colour for each class")
    page.control("discretize").click()
    page.wait(lambda: colours(page) > 20, "all shades are back")


def a_place_and_a_point_are_read_under_the_pointer(page: Page) -> None:
    box = page.find(".plane-map")
    width = box.rect["width"]
    page.hover(box, int(width * 0.46), int(-width * 0.46))
    page.wait(lambda: "output" in page.tooltip, "the output at a place")
    assert page.tooltip.startswith("x₁ 5.")
    seen = page.tooltip
    page.wait(lambda: page.tooltip != seen, "the readout follows the training")
    page.hover(box, *point_on_screen(page))
    page.wait(lambda: "training point, label" in page.tooltip, "a point is read")
    assert "prediction" in page.tooltip
    assert "loss" in page.tooltip
    page.hover(page.find("#data-title"))
    page.wait(lambda: "training point" not in page.tooltip, "the readout goes")


def point_on_screen(page: Page) -> tuple[int, int]:
    """Where the first train point is, from the middle of the map."""
    width = page.find(".plane-map").rect["width"]
    x, y = page.run(
        """const { x, y } = document.querySelector(".output-plane .plane-axes").data[0];
           return [x[0], y[0]];"""
    )
    return round(x * width / 12), round(-y * width / 12)


def jump(page: Page, css: str, x: int = 0, y: int = 0) -> None:
    """Moves the pointer in one event, as where it comes from another window."""
    builder = ActionBuilder(page.driver, duration=0)
    builder.pointer_action.move_to(page.find(css), x, y)
    builder.perform()


def a_readout_while_paused_is_of_the_network_as_it_is(page: Page) -> None:
    """The points that were sent last are of another step, and the newest may come at once."""
    page.wait(lambda: charted(page), "Plotly has come")
    place = point_on_screen(page)
    jump(page, ".plane-map", *place)
    page.wait(lambda: "prediction" in page.tooltip, "the point is read")
    untrained = page.tooltip
    jump(page, "#data-title")
    page.wait(lambda: "prediction" not in page.tooltip, "the readout goes")
    page.click(".play")
    page.wait(lambda: page.step > 200, "it learns")
    page.pause()
    page.until("document.querySelector('.metrics').dataset.step == livenet.step", "the numbers")
    jump(page, ".plane-map", *place)
    page.wait(lambda: "prediction" in page.tooltip, "the point is read again")
    assert page.tooltip != untrained, "never what was true before"
    assert page.tooltip.split("\n")[0] == untrained.split("\n")[0]


def a_readout_stays_after_a_tap_until_the_next_one(page: Page) -> None:
    page.wait(lambda: charted(page), "Plotly has come")
    finger = Finger(page)
    finger.tap(page.find(".plane-map"), *point_on_screen(page))
    page.wait(lambda: "prediction" in page.tooltip, "the point is read")
    page.settle()
    assert "prediction" in page.tooltip, "it stays once the finger is off"
    finger.tap(page.find(".brand"))
    page.wait(lambda: not page.tooltip, "a tap elsewhere takes it away")
    corner = int(page.find(".plane-map").rect["width"] * 0.46)
    finger.tap(page.find(".plane-map"), corner, -corner)
    page.wait(lambda: page.tooltip.startswith("x₁"), "a place is read")
    page.run("document.querySelector('main').dispatchEvent(new Event('scroll'))")
    page.wait(lambda: not page.tooltip, "it does not stay behind when the page is scrolled")


def zoom_is_kept_while_streaming_and_across_the_log_switch(page: Page) -> None:
    def ranges() -> list[list[float]]:
        return page.run(
            """const { xaxis, yaxis } = document.querySelector("#panel-loss .curve-chart").layout;
               const linear = (edge) => (yaxis.type === "log" ? 10 ** edge : edge);
               return [xaxis.range, yaxis.range.map(linear)]"""
        )

    def rounded() -> list[list[float]]:
        return [[round(edge, 4) for edge in pair] for pair in ranges()]

    def points() -> int:
        return page.run(f"return {CHART}.data?.[0].x.length ?? 0")

    page.wait(lambda: points() > 20, "there is something to zoom into")
    drag = page.find("#panel-loss .nsewdrag")
    width, height = drag.rect["width"], drag.rect["height"]
    hand = ActionChains(page.driver).move_to_element_with_offset(drag, -width // 4, -height // 4)
    hand.click_and_hold().move_by_offset(width // 3, height // 2).release().perform()
    page.wait(
        lambda: not page.run(f"return {CHART}.layout.xaxis.autorange"),
        "zoomed in",
    )
    zoomed, drawn = rounded(), points()
    page.wait(lambda: points() >= drawn + 5, "the curve grows")
    assert rounded() == zoomed
    page.control("logLoss").click()
    page.wait(
        lambda: page.run(f"return {CHART}.layout.yaxis.type") == "log",
        "a logarithmic axis",
    )
    drawn = points()
    page.wait(lambda: points() >= drawn + 5, "the curve grows")
    assert rounded()[0] == zoomed[0]
    assert rounded()[1] == zoomed[1]


def tabs_show_loss_accuracy_and_unit(page: Page) -> None:
    page.wait(lambda: charted(page), "Plotly has come")
    page.click("#tab-score")
    page.wait(lambda: page.find("#panel-score .xtick").is_displayed(), "the accuracy is drawn")
    assert not page.find("#panel-loss").is_displayed()
    page.click("#tab-unit")
    assert "Click a unit" in page.text("#panel-unit .hint")
    page.edited(lambda: page.click("[data-dataset='plane']"))
    assert page.text("#tab-score") == "RMSE"
    page.click("#tab-loss")


def the_gap_between_train_and_test_is_visible(page: Page) -> None:
    gap = page.metric("test_loss") - page.metric("train_loss")
    told = page.text(".gap")
    assert told.startswith("Test vs. training: loss ")
    size, way = told.removeprefix("Test vs. training: loss ").split(",")[0].split(" ")
    assert way == ("higher" if gap > 0 else "lower")
    assert abs(float(size) - abs(gap)) < 0.0015
    assert " points " in told


def regression_and_classes_have_their_own_numbers(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='bumps']"))
    page.wait(lambda: page.find_all("[data-metric='test_r2']"), "R² is shown")
    assert "loss" in page.text(".gap")
    page.edited(lambda: page.click("[data-dataset='arms']"))
    page.wait(lambda: page.find_all("[data-metric='test_accuracy']"), "accuracy is shown")
    assert len(page.find_all(".tile[data-role='output']")) == 3
    page.hover(page.tile(3, 1))
    page.wait(lambda: page.text("#output-title") == "Class 1", "a class is shown alone")
