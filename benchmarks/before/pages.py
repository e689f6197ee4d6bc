"""What a browser sees of the servers of two trees."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.before.engine_tasks import MILLISECONDS
from benchmarks.before.pair import Pair
from benchmarks.before.servers import RATE, SECONDS
from benchmarks.page.browser import STEPS_PER_EPOCH, measure_rates
from benchmarks.page.page_load import load_page
from tests.app.servers import LiveServer
from tests.browser.drivers import make_driver
from tests.browser.page import Page

#: The largest network of TensorFlow Playground.
LARGEST = "/?layers=8:tanh*6"
LOADS = 4


def compare_pages(pair: Pair) -> None:
    """Page load to the first frame, and frames of 6x8."""
    with pair.serve() as servers, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        driver = make_driver(Path(folder))
        try:
            pages = {who: Page(driver, server.url) for who, server in servers.items()}
            pages["now"].resize(1440, 900)
            _compare_loads(pair, pages, servers)
            for _ in range(pair.rounds):
                for who, page in pages.items():
                    pair.add("frames in the browser, 6x8", who, _count_frames(page), RATE)
        finally:
            driver.quit()


def _compare_loads(pair: Pair, pages: dict[str, Page], servers: dict[str, LiveServer]) -> None:
    # In the first round programs of both pages are read from disk.
    for number in range(LOADS * pair.rounds + 1):
        for who, page in pages.items():
            for empty in (True, False):
                seconds, browser, *_ = load_page(page, servers[who], empty=empty)
                if number:
                    what = f"page load to first frame, {'empty' if empty else 'warm'} cache"
                    pair.add(what, who, seconds, MILLISECONDS)
                    pair.add(f"processor time of the browser, {what}", who, browser, SECONDS)


def _count_frames(page: Page) -> float:
    page.open(LARGEST)
    page.until("'Plotly' in window", "Plotly has joined")
    page.run("document.querySelector('.play').click()")
    page.wait(lambda: page.step > 100 * STEPS_PER_EPOCH, "training has settled")
    rate, _ = measure_rates(page)
    return rate
