"""Frames in the browser, and page load to the first frame, in headless Chromium."""

from __future__ import annotations

import time
from typing import Any

from selenium.webdriver import Chrome
from tests.browser.drivers import make_driver

from benchmarks.report import Row
from tests.app.servers import LiveServer

SIX_BY_EIGHT = [{"units": 8, "activation": "tanh"}] * 6
SECONDS = 5.0


def _state(driver: Chrome) -> dict[str, Any]:
    return driver.execute_script("return {...window.livenet, now: performance.now()}")


def _wait(driver: Chrome, ready: str, patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not driver.execute_script(f"return Boolean({ready})"):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {ready}")


def measure_page_load(driver: Chrome, server: LiveServer) -> list[Row]:
    """Loads the page from a warm server, caches empty and full."""
    times = []
    for _ in range(4):
        driver.get("about:blank")
        driver.get(server.url)
        _wait(driver, "window.livenet && window.livenet.firstFrame")
        times.append(_state(driver)["firstFrame"] / 1e3)
    first, again = times[0], min(times[1:])
    return [
        Row("page load to first frame", f"{first:.2f} s", "1.5 s", first <= 1.5, "empty cache"),
        Row("page load to first frame, again", f"{again:.2f} s", "1.5 s", again <= 1.5),
    ]


def measure_frame_rate(driver: Chrome, server: LiveServer) -> list[Row]:
    """Trains 6 layers of 8 units with all tiles for some seconds."""
    driver.get(server.url)
    _wait(driver, "window.livenet && window.livenet.frames > 0 && window.livenet.plotly")
    driver.execute_script("window.livenet.edit(arguments[0])", {"layers": SIX_BY_EIGHT})
    _wait(driver, "window.livenet.specId >= 1")
    driver.execute_script("window.livenet.run()")
    _wait(driver, "window.livenet.step > 2000")
    begun = _state(driver)
    _wait(driver, f"performance.now() > {begun['now'] + SECONDS * 1e3}", 2 * SECONDS)
    ended = _state(driver)
    seconds = (ended["now"] - begun["now"]) / 1e3
    rate = (ended["frames"] - begun["frames"]) / seconds
    epochs = (ended["step"] - begun["step"]) / 25 / seconds
    detail = f"{epochs:.0f} epochs/s, 48 tiles, 1440 x 900"
    return [Row("frames in the browser, 6x8", f"{rate:.1f} /s", "55 /s", rate >= 55, detail)]


def measure_browser(server: LiveServer) -> list[Row]:
    """Page load and frame rate."""
    driver = make_driver(1440, 900)
    try:
        return measure_page_load(driver, server) + measure_frame_rate(driver, server)
    finally:
        driver.quit()
