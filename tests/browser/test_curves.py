"""The curves of a run whose data or loss changes: marked, and drawn from there on."""

from __future__ import annotations

from typing import Any

from tests.browser.page import Page

CHART = "#panel-loss"


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


def chart(page: Page) -> dict[str, Any]:
    """The axis of updates and the names on the chart of the loss, once Plotly has drawn it."""
    return page.run(
        """const { layout } = document.querySelector(arguments[0]);
           if (!layout?.xaxis?.range) return { range: [-1, -1], names: [] };
           const names = (layout.annotations ?? []).map(({ text }) => text);
           return { range: layout.xaxis.range, names };""",
        CHART,
    )
