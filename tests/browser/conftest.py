"""Fixtures: one browser and one server per test process, a fresh tab per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.app.servers import LiveServer
from tests.browser.drivers import make_driver
from tests.browser.page import Page
from tests.browser.painting import start_painting

WIDTH, HEIGHT = 1440, 900


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures",
        action="store_true",
        help="write the pictures of the documentation to docs/img",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves the pictures out unless they are asked for."""
    if collection_path.name == "test_pictures.py" and not config.getoption("--pictures"):
        return True
    return None


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    """Few frames a second, since several browsers share the machine with it."""
    with LiveServer(LIVENET_MAX_FPS="20") as server:
        yield server
        log = list(server.log)
    assert not log, f"the server wrote to its log: {''.join(log)}"


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = make_driver(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture
def tab(driver: Chrome, server: LiveServer) -> Iterator[Page]:
    """A fresh tab that has not loaded the page yet; its console must stay empty."""
    driver.switch_to.new_window("tab")
    page = Page(driver, server.url)
    page.resize(WIDTH, HEIGHT)
    yield page
    messages = page.console()
    if driver.current_url.startswith("http"):
        page.run("localStorage.clear()")
    for handle in driver.window_handles[1:]:
        driver.switch_to.window(handle)
        driver.close()
    driver.switch_to.window(driver.window_handles[0])
    assert messages == []


@pytest.fixture
def page(tab: Page) -> Page:
    """The playground with its first frame, paused."""
    return tab.open()


@pytest.fixture
def painting(page: Page) -> Page:
    """Own points, begun with the 500 of the circle, that the network trains on."""
    start_painting(page)
    return page
