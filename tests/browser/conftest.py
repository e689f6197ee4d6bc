"""Fixtures: one browser, one server and one tab per test process; each test finds them fresh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.actions.action_builder import ActionBuilder

from tests.app.servers import LiveServer
from tests.browser.drivers import make_driver
from tests.browser.host import Host
from tests.browser.page import FEW_FPS, Page
from tests.browser.painting import start_painting
from tests.browser.proxies import Proxy

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
    with LiveServer(LIVENET_MAX_FPS=FEW_FPS) as server:
        yield server
        log = list(server.log)
    assert not log, f"the server wrote to its log: {''.join(log)}"


@pytest.fixture(scope="session")
def no_websockets(server: LiveServer) -> Iterator[Proxy]:
    """The server behind a network that refuses WebSockets; the browser caches its files once."""
    with Proxy(server.url, "refuse") as proxy:
        yield proxy


@pytest.fixture
def over_http(tab: Page, no_websockets: Proxy) -> Iterator[Page]:
    """A tab that reaches the server through that network, and leaves nothing behind there."""
    tab.allowed.append("WebSocket connection to")
    tab.url = no_websockets.url
    yield tab
    tab.driver.get(f"{no_websockets.url}/healthz")
    tab.run("localStorage.clear(); sessionStorage.clear()")


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = make_driver(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def first_tab(driver: Chrome) -> str:
    """The empty tab that keeps the browser alive; the order of `window_handles` says nothing."""
    return driver.current_window_handle


@pytest.fixture
def tab(driver: Chrome, first_tab: str, server: LiveServer) -> Iterator[Page]:
    """A tab that has not loaded the page yet and knows nothing; its console must stay empty.

    It is that of the test before where it left no mark: a page in a tab of its own costs the
    browser more than twice as much as one more page in the same tab.
    """
    page = Page(driver, server.url)
    if len(driver.window_handles) == 1:
        driver.switch_to.new_window("tab")
    driver.get(f"{server.url}/healthz")
    page.run("localStorage.clear(); sessionStorage.clear()")
    page.resize(WIDTH, HEIGHT)
    page.prefer()
    rest = ActionBuilder(driver)
    rest.pointer_action.move_to_location(0, 0)
    rest.perform()
    yield page
    messages = page.console()
    if page.spent or len(driver.window_handles) > 2:
        for handle in set(driver.window_handles) - {first_tab}:
            driver.switch_to.window(handle)
            driver.close()
        driver.switch_to.window(first_tab)
    else:
        page.take_back()
        # Until the next test here, which may be the last, its page would go on training.
        driver.get("about:blank")
    assert messages == []


@contextmanager
def open_tab(driver: Chrome) -> Iterator[None]:
    """A tab beside the one there is, whose page does not go on meanwhile."""
    before = driver.current_window_handle
    driver.get("about:blank")
    driver.switch_to.new_window("tab")
    yield
    driver.close()
    driver.switch_to.window(before)


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    """A site of its own, for pages that have ours in frames."""
    with Host() as host:
        yield host


@pytest.fixture
def page(tab: Page) -> Page:
    """The playground with its first frame, paused."""
    return tab.open()


@pytest.fixture
def painting(page: Page) -> Page:
    """Own points, begun with the 500 of the circle, that the network trains on."""
    start_painting(page)
    return page
