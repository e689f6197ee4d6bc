"""Fixtures: one browser and one server per test process, a fresh tab per test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.app.servers import LiveServer
from tests.browser.page import Page

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
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
    with LiveServer() as server:
        yield server
        log = list(server.log)
    assert not log, f"the server wrote to its log: {''.join(log)}"


def _find(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(f"none of {', '.join(names)} is installed")
    return found


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    profile: Path = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.binary_location = _find("chromium", "chromium-browser", "google-chrome")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(_find("chromedriver")))
    driver.set_script_timeout(30)
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
