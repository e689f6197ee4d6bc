"""The form that asks for the password: on a phone, and in the frame of a page elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.servers import LiveServer
from tests.browser.axe import check_themes
from tests.browser.conftest import FEW_FPS
from tests.browser.host import Host
from tests.browser.page import Page
from tests.browser.proxies import Proxy
from tests.page.node import read_words

WORD = "correct horse 역전파"
FORM = "#password"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def locked() -> Iterator[LiveServer]:
    with LiveServer(
        LIVENET_PASSWORD=WORD, LIVENET_MAX_FPS=FEW_FPS, LIVENET_TRUSTED_PROXIES="1"
    ) as server:
        yield server
    assert server.log == []


@pytest.fixture
def visitor(tab: Page, locked: LiveServer) -> Iterator[Page]:
    """A tab at the locked server, which says 401 until the password is there."""
    tab.allowed.append("status of 401")
    tab.url = locked.url
    yield tab
    tab.command("Network.clearBrowserCookies")
    tab.driver.get(f"{locked.url}/healthz")
    tab.run("localStorage.clear(); sessionStorage.clear()")


def enter(page: Page, word: str) -> None:
    page.find(FORM).send_keys(word)
    page.find("button").click()


def test_a_phone_is_asked_and_then_has_the_page_that_it_wanted(visitor: Page) -> None:
    words = read_words("ko")
    visitor.resize(360, 640, mobile=True)
    visitor.driver.get(f"{visitor.url}/?data=xor&lang=ko")
    assert visitor.text("label") == words["password.ask"]
    check_themes(visitor, "the form")
    enter(visitor, "a guess")
    visitor.wait(lambda: visitor.text("#problem") == words["password.wrong"], "it is refused")
    assert visitor.run("return document.documentElement.scrollWidth") <= 360
    check_themes(visitor, "a wrong password")
    enter(visitor, WORD)
    visitor.until("livenet.frames > 0", "the first frame is painted")
    assert "data=xor" in visitor.run("return location.search")
    assert visitor.run("return document.cookie") == "", "no script reads it"


def show(tab: Page, host: Host, url: str, width: int = 320) -> None:
    """Opens a page elsewhere with an embed, and looks into its frame."""
    host.write(f"<iframe src='{url}/embed?data=xor&lang=en' width={width} height=400></iframe>")
    tab.driver.get(host.url)
    tab.driver.switch_to.frame(0)


def test_an_embed_elsewhere_asks_once_over_https(
    visitor: Page, host: Host, locked: LiveServer
) -> None:
    """Browsers take a cookie for HTTPS from this machine, too, whatever it speaks."""
    with Proxy(locked.url, "pass", header=b"X-Forwarded-Proto: https") as proxy:
        show(visitor, host, proxy.url)
        enter(visitor, WORD)
        visitor.until("livenet.frames > 0", "the embed is painted")
        visitor.driver.switch_to.default_content()
        show(visitor, host, proxy.url)
        visitor.until("livenet.frames > 0", "it is painted at once")
        visitor.driver.switch_to.default_content()
        visitor.driver.get(f"{proxy.url}/")
        assert visitor.find(FORM), "what one site keeps is of no use to another"
        visitor.driver.get("about:blank")


def test_an_embed_elsewhere_says_that_nothing_is_kept_over_http(
    visitor: Page, host: Host, locked: LiveServer
) -> None:
    show(visitor, host, locked.url)
    enter(visitor, WORD)
    said = read_words("en")["password.notKept"]
    visitor.wait(lambda: visitor.text("#problem") == said, "it is told")
    assert visitor.run("return document.documentElement.scrollWidth") <= 320
    visitor.driver.switch_to.default_content()
