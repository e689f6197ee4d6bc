"""Frames in the browser, and page load to the first frame, in headless Chromium."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from benchmarks.page.page_load import measure_page_load
from benchmarks.report import Row
from tests.app.servers import LiveServer
from tests.browser.drivers import make_driver
from tests.browser.page import Page

#: Six layers of eight units: the largest network of TensorFlow Playground.
LARGEST = "vanishing"
SECONDS = 5.0
STEPS_PER_EPOCH = 25
#: Epochs between two pictures.
HIGHEST_SPEED = 200


def _state(page: Page) -> dict[str, Any]:
    return page.run("return {...window.livenet, now: performance.now()}")


def measure_rates(page: Page) -> tuple[float, float]:
    """Returns pictures and epochs a second, over some seconds."""
    begun = _state(page)
    time.sleep(SECONDS)
    ended = _state(page)
    seconds = (ended["now"] - begun["now"]) / 1e3
    rate = (ended["frames"] - begun["frames"]) / seconds
    return rate, (ended["step"] - begun["step"]) / STEPS_PER_EPOCH / seconds


def measure_frame_rate(page: Page) -> list[Row]:
    """Trains 6 layers of 8 units with all tiles for some seconds, then at the highest speed."""
    page.open()
    page.wait(lambda: page.run("return 'Plotly' in window"), "Plotly has joined")
    page.edited(lambda: Select(page.find("select")).select_by_value(LARGEST))
    page.play()
    page.wait(lambda: page.step > 100 * STEPS_PER_EPOCH, "training has settled")
    rate, epochs = measure_rates(page)
    detail = f"{epochs:.0f} epochs/s, 48 tiles, 1440 x 900"
    rows = [Row("frames in the browser, 6x8", f"{rate:.1f} /s", "55 /s", rate >= 55, detail)]
    page.control("speed").send_keys(Keys.END)
    fast = page.step + 20 * HIGHEST_SPEED * STEPS_PER_EPOCH
    page.wait(lambda: page.step > fast, "it trains at the highest speed")
    rate, epochs = measure_rates(page)
    met = epochs >= 3000 and rate >= 30
    what = "epochs in the browser at the highest speed, 6x8"
    detail = f"{rate:.1f} pictures/s, of which there are to be 30"
    return [*rows, Row(what, f"{epochs:.0f} /s", "3000 /s", met, detail)]


def measure_browser(server: LiveServer) -> list[Row]:
    """Page load and frame rate."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = make_driver(Path(profile))
        try:
            page = Page(driver, server.url)
            page.resize(1440, 900)
            return measure_page_load(page, server) + measure_frame_rate(page)
        finally:
            driver.quit()
