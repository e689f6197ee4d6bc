"""The page while it is about images: what tests of it do more than once."""

from __future__ import annotations

from tests.browser.page import Page


def choose_images(page: Page, name: str = "digits") -> None:
    """Goes to a set of images and waits until the page shows it."""
    button = page.find(f"[data-dataset={name}]")
    page.run("arguments[0].scrollIntoView({ block: 'center' })", button)
    button.click()
    page.wait(lambda: page.find_all(".digit:not([hidden])"), f"{name} is shown")
    page.wait(lambda: page.text(".bar.best"), "the network answers")


def units_of(page: Page) -> list[int]:
    """Units of each hidden layer, as the heads show them."""
    return page.run(
        "return [...document.querySelectorAll('input.head-units')].map((e) => Number(e.value))"
    )


def cells_of(page: Page) -> list[int]:
    """Units of each block of cells, as it is painted."""
    return page.run(
        "return [...document.querySelectorAll('.block')].map((e) => Number(e.ariaValueMax))"
    )


def picture_of(page: Page, css: str) -> str:
    """The pixels of a canvas."""
    return page.run("return document.querySelector(arguments[0]).toDataURL()", css)


def set_units(page: Page, layer: int, units: int) -> None:
    """Types a number of units."""
    page.run(
        """const [layer, units] = arguments;
           const input = document.querySelector(`[data-path='layers.${layer}.units']`);
           input.value = units;
           input.dispatchEvent(new Event("change"));""",
        layer,
        units,
    )
