"""The curves of a run whose data or loss changes: marked, and drawn from there on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.page import Page

CHART = "#panel-loss .curve-chart"


def test_the_page_draws_a_part_alone_and_all_of_it_by_a_key(page: Page) -> None:
    page.play()
    page.wait(lambda: page.step > 1000, "it trains")
    page.edited(lambda: page.click("[data-dataset='spiral']"))
    page.wait(lambda: chart(page)["range"][0] > 900, "what follows alone")
    assert chart(page)["names"] == ["new data"]
    button = page.find("#panel-loss [data-action='wholeRun']")
    assert button.is_displayed()
    page.pause()
    page.press("w")
    page.wait(lambda: chart(page)["range"][0] < 100, "the whole run")
    assert button.get_attribute("aria-pressed") == "true"
    assert chart(page)["names"] == ["new data"]
    button.click()
    page.wait(lambda: chart(page)["range"][0] > 900, "and what follows again")
    page.click("[data-action='undo']")
    page.wait(lambda: chart(page)["range"][0] < 100, "before the change there is no mark")
    assert chart(page)["names"] == []
    assert not button.is_displayed()


def test_the_gradients_of_each_layer_are_a_table_and_a_sentence(page: Page) -> None:
    page.click("#tab-flow")
    page.wait(lambda: list(gradients(page)) == ["Layer 1", "Layer 2", "Output"], "a row each")
    first = gradients(page)
    assert all(row["gradient"] > 0 and row["ratio"] > 0 for row in first.values())
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: gradients(page) != first, "they are of the present step")
    page.choose("preset", "vanishing")
    page.wait(lambda: "vanishes toward the inputs" in page.text(".flow-words"), "what it means")
    deep = gradients(page)
    assert deep["Layer 1"]["gradient"] < deep[f"Layer {len(deep) - 1}"]["gradient"] / 30
    page.click("#tab-loss")


def gradients(page: Page) -> dict[str, dict[str, float]]:
    """Gradient and ratio of each row, by its name."""
    rows = page.run(
        """return [...document.querySelectorAll("#panel-flow .flow-table tbody tr")]
             .map((row) => [...row.children].map(({ textContent }) => textContent))"""
    )
    numbers = [[float(text.replace("−", "-")) for text in row[1:3]] for row in rows]
    pairs = zip(rows, numbers, strict=True)
    return {row[0]: {"gradient": gradient, "ratio": ratio} for row, (gradient, ratio) in pairs}


def chart(page: Page) -> dict[str, Any]:
    """The axis of updates and the names on the chart of the loss, once Plotly has drawn it."""
    return page.run(
        """const { layout } = document.querySelector(arguments[0]);
           if (!layout?.xaxis?.range) return { range: [-1, -1], names: [] };
           const names = (layout.annotations ?? []).map(({ text }) => text);
           return { range: layout.xaxis.range, names };""",
        CHART,
    )


@pytest.mark.slow
@pytest.mark.parametrize("size", [(360, 780), (1440, 900), (1920, 1080)])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_button_stands_over_the_curve(tab: Page, size: tuple[int, int], language: str) -> None:
    """Each is below the chart, in the card, and at least 24 pixels high."""
    page = tab.open(f"/?lang={language}&validation=0.2&early_stopping=1")
    page.resize(*size)
    page.until("innerWidth === arguments[0]", "the new size", size[0])
    page.play()
    page.wait(lambda: page.step > 500, "it trains")
    page.edited(lambda: page.run("document.querySelector('[data-dataset=spiral]').click()"))
    whole = "#panel-loss [data-action='wholeRun']"
    page.until("document.querySelector(arguments[0]).offsetParent", "a fourth button", whole)
    boxes = page.run(
        """const box = (element) => {
             const { left, right, top, bottom } = element.getBoundingClientRect();
             return { left, right, top, bottom };
           };
           const panel = document.querySelector("#panel-loss");
           return {
             chart: box(panel.querySelector(".curve-chart")), panel: box(panel),
             buttons: [...panel.querySelectorAll(".curve-button")].map(box),
           };"""
    )
    assert len(boxes["buttons"]) == 4
    for button in boxes["buttons"]:
        assert button["top"] >= boxes["chart"]["bottom"] - 1
        assert button["bottom"] <= boxes["panel"]["bottom"] + 1
        assert button["left"] >= boxes["panel"]["left"] - 1
        assert button["right"] <= boxes["panel"]["right"] + 1
        assert button["bottom"] - button["top"] >= 24
    assert boxes["chart"]["bottom"] - boxes["chart"]["top"] > 90
