"""A finger on a touch screen."""

from __future__ import annotations

from selenium.webdriver.remote.webelement import WebElement

from tests.browser.page import Page


class Finger:
    """Touches elements; places count from the middle of an element, in CSS pixels."""

    def __init__(self, page: Page) -> None:
        self._driver = page.driver

    def _touch(self, kind: str, *points: dict[str, float]) -> None:
        command = {"type": kind, "touchPoints": list(points)}
        self._driver.execute_cdp_cmd("Input.dispatchTouchEvent", command)

    def _find(self, element: WebElement, x: float, y: float) -> dict[str, float]:
        box = self._driver.execute_script(
            """const { x, y, width, height } = arguments[0].getBoundingClientRect();
               return [x + width / 2, y + height / 2];""",
            element,
        )
        return {"x": box[0] + x, "y": box[1] + y}

    def down(self, element: WebElement, x: float = 0, y: float = 0) -> None:
        self._touch("touchStart", self._find(element, x, y))

    def move(self, element: WebElement, x: float = 0, y: float = 0) -> None:
        self._touch("touchMove", self._find(element, x, y))

    def up(self) -> None:
        self._touch("touchEnd")

    def tap(self, element: WebElement, x: float = 0, y: float = 0) -> None:
        self.down(element, x, y)
        self.up()
