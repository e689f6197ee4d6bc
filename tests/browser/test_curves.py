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
