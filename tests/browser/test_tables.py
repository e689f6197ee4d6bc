"""Tables on the page: chosen, shown along other axes, and with another input, while they train."""

from __future__ import annotations

import pytest

from tests.browser.axe import check_themes
from tests.browser.page import Page

TITLES = "[...document.querySelectorAll('.output-plane .g-xtitle, .output-plane .g-ytitle')]"


@pytest.mark.slow
def test_iris_is_shown_along_its_axes(page: Page) -> None:
    page.open()
    page.click("[data-dataset='iris']")
    page.play()
    named = f"{TITLES}.map((title) => title.textContent).join()"
    page.until(f"{named} === 'Petal length (cm),Petal width (cm)'", "the axes")
    page.until("document.querySelectorAll('[data-role=input]').length === 4", "four inputs")
    page.until("document.querySelector('.scale-classes').textContent.includes('Setosa')", "species")
    step = page.step
    page.choose("horizontal", "pc1")
    page.until(f"{named}.startsWith('Principal component 1')", "both components")
    page.until("document.querySelector('[data-path=vertical]').value === 'pc2'", "the other one")
    assert page.step >= step, "training goes on"
    page.until("location.search.includes('axes=pc1,pc2')", "the link says so")
    species = ["Setosa", "Versicolor", "Virginica"]
    outputs = "[...document.querySelectorAll('.tile[data-role=output]')]"
    assert page.run(f"return {outputs}.map((tile) => tile.ariaLabel)") == species
    page.click("#tab-score")
    page.click("[data-action='classes']")
    rows = "[...document.querySelectorAll('.classes-matrix tbody th')]"
    page.until(
        f"{rows}.map((head) => head.textContent).join() === '{','.join(species)}'",
        "the classes by name",
    )
    check_themes(page, "iris", ".classes-dialog")


@pytest.mark.slow
def test_column_b_is_taken_in_on_demand(page: Page) -> None:
    page.open("/?v=1&data=boston&optimizer=adam")
    page.until("document.querySelectorAll('[data-role=input]').length === 12", "twelve inputs")
    page.until("!document.querySelector('.column-note').hidden", "the note")
    assert "$1,000" in page.text(".gap")
    page.click("[data-path='data.columns']")
    page.until("document.querySelectorAll('[data-role=input]').length === 13", "thirteen inputs")
    check_themes(page, "boston")
