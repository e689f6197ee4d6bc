"""Painting points of one's own in a real browser, as a person does."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

Path2D = Iterable[tuple[float, float]]
UNDO, REDO = "[data-action='undo']", "[data-action='redo']"
SMALLEST = [Keys.HOME]


#: How many points Plotly has drawn; -1 while they are drawn by hand.
DRAWN = """
    const plane = document.querySelector(".output-plane .plane");
    if (plane.classList.contains("by-hand")) return -1;
    return (plane.querySelector(".plane-axes").data ?? [])
      .reduce((sum, trace) => sum + trace.x.length, 0);
"""


def drawn(page: Page) -> int:
    return page.run(DRAWN)


def settled(page: Page, count: int) -> None:
    page.until(f"(() => {{ {DRAWN} }})() === arguments[0]", f"{count} points are drawn", count)


def labels(page: Page) -> dict[str, int]:
    """How many points of each colour are drawn."""
    return page.run(
        """const found = {};
           for (const trace of document.querySelector(".output-plane .plane-axes").data)
             for (const colour of trace.marker.color) found[colour] = (found[colour] ?? 0) + 1;
           return found"""
    )


def choose_own(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='points']"))
    page.wait(lambda: page.find(".point-tools").is_displayed(), "the tools are there")


def set_brush(page: Page, *keys: str) -> None:
    page.control("brush.radius").send_keys(*keys)


def take(page: Page, tool: int | str) -> None:
    page.click(f"[data-tool='{tool}']")


def stroke(page: Page, path: Path2D, kind: str = "mouse", duration: int = 16) -> None:
    """Presses, goes along places of the plane, and lets go."""
    builder = ActionBuilder(page.driver, mouse=PointerInput(kind, kind), duration=duration)
    plane = page.find(".output-plane .plane-map")
    width = plane.rect["width"]
    for i, (x1, x2) in enumerate(path):
        x, y = round(x1 * width / 12), round(-x2 * width / 12)
        builder.pointer_action.move_to(plane, x, y)
        if i == 0:
            builder.pointer_action.pointer_down()
    builder.pointer_action.pointer_up()
    builder.perform()


def arc(radius: float, turns: float = 1.0, steps: int = 24) -> list[tuple[float, float]]:
    angles = [2 * math.pi * turns * i / steps for i in range(steps + 1)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def go_back(page: Page, button: str) -> None:
    """Undoes or makes again; the step may go back, too."""
    before = page.spec_id
    page.click(button)
    page.until("livenet.specId > arguments[0]", "a frame shows another moment", before)


def clear(page: Page) -> None:
    page.click("[data-action='clearPoints']")
    page.wait(
        lambda: "At least two points" in page.text(".plane-note"), "the page says what is missing"
    )


def cells(page: Page, row: int) -> list[str]:
    return page.run(
        """return [...document.querySelectorAll(
             `.point-table tr[aria-rowindex="${arguments[0] + 1}"] input`)].map((e) => e.value)""",
        row,
    )


def cell(page: Page, row: int, column: int) -> Any:
    css = f".point-table tr[aria-rowindex='{row + 1}'] td:nth-of-type({column + 1}) input"
    return page.find(css)


def open_dialog(page: Page) -> None:
    page.click("[data-action='table']")
    page.wait(lambda: page.find(".points-dialog").is_displayed(), "the dialog is open")


def start_painting(page: Page) -> None:
    """Makes the 500 points of the circle one's own, paused."""
    settled(page, 250)
    choose_own(page)
    settled(page, 500)
