"""Page load to the first frame, in headless Chromium, by a warm server."""

from __future__ import annotations

from statistics import median

from benchmarks.processor_time import read_processor_time
from benchmarks.report import Row
from tests.app.servers import LiveServer
from tests.browser.page import Page

LOADS = 7
#: Seconds from the start of the navigation to the first painted frame.
EMPTY, WARM = 0.6, 0.25
#: What was asked for before the first frame, the page itself included.
_SEEN = """return {
  seconds: livenet.firstFrame / 1e3,
  requests: 1 + performance.getEntriesByType("resource")
    .filter(({ startTime }) => startTime < livenet.firstFrame).length,
};"""


def load_page(page: Page, server: LiveServer, *, empty: bool) -> tuple[float, float, float, int]:
    """Visits the page once; returns seconds, processor time of browser and of server, requests."""
    if empty:
        page.command("Network.clearBrowserCache")
    page.driver.get("about:blank")
    processes = page.driver.service.process.pid, server.process.pid  # type: ignore[attr-defined]
    before = [read_processor_time(process) for process in processes]
    page.open()
    browser, served = (
        read_processor_time(process) - used for process, used in zip(processes, before, strict=True)
    )
    seen = page.run(_SEEN)
    page.until("'Plotly' in window", "Plotly has joined")
    # The next visit is by somebody who was never here.
    page.run("sessionStorage.clear(); localStorage.clear()")
    return seen["seconds"], browser, served, seen["requests"]


def measure_page_load(page: Page, server: LiveServer) -> list[Row]:
    """Loads the page with an empty cache and with a warm one, by turns."""
    for empty in (True, False, False):
        load_page(page, server, empty=empty)
    rounds = [
        {empty: load_page(page, server, empty=empty) for empty in (True, False)}
        for _ in range(LOADS)
    ]
    rows = []
    for empty, target in ((True, EMPTY), (False, WARM)):
        columns = zip(*(loads[empty] for loads in rounds), strict=True)
        seconds, browser, served, requests = map(median, columns)
        detail = (
            f"{requests:.0f} requests, {browser:.2f} s of processor time in the browser, "
            f"{served:.2f} s in the server, median of {LOADS}"
        )
        what = f"page load to first frame, {'empty' if empty else 'warm'} cache"
        rows.append(Row(what, f"{seconds:.2f} s", f"{target} s", seconds <= target, detail))
    return rows
