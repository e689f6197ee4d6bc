"""The page below a sub-path, behind a real nginx with the configuration of docs/deploy.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.app.servers import LiveServer
from tests.browser.page import FEW_FPS, Page
from tests.deploy.nginx import NGINX, Nginx

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx)"),
]
#: What the page has asked for so far, and where it said that the stream is.
ASKED = "return performance.getEntriesByType('resource').map(({ name }) => name)"


@pytest.fixture
def proxied(tab: Page, tmp_path: Path) -> Iterator[Page]:
    """A tab that knows the server by its sub-path only."""
    with (
        LiveServer(LIVENET_TRUSTED_PROXIES="1", LIVENET_MAX_FPS=FEW_FPS) as server,
        Nginx(tmp_path, server.url, below=True) as nginx,
    ):
        tab.url = nginx.url
        yield tab
        tab.driver.get("about:blank")
        assert not server.log


def test_the_page_trains_and_shares_below_a_sub_path(proxied: Page) -> None:
    page = proxied.open()
    page.play()
    page.wait(lambda: page.step > 100, "it trains")
    page.pause()
    assert page.run("return sessionStorage.getItem('livenet.transport')") is None, "a WebSocket"
    for_links(page)
    for_embeds(page)
    own = [urlsplit(address).path for address in page.run(ASKED)]
    assert [path for path in own if path and not path.startswith("/livenet/")] == []
    page.reload()
    assert page.step > 100, "the session was taken up again"


def for_links(page: Page) -> None:
    """A link carries weights, which the server gives; it leads below the sub-path."""
    page.click("[data-action='share']")
    page.find("[name='link-weights'][value='now']").click()

    def link() -> str:
        return page.find("[data-share='link']").get_property("value")  # type: ignore[return-value]

    page.wait(lambda: "state=" in link(), "the link carries the weights")
    assert link().startswith(f"{page.url}/?v=1")


def for_embeds(page: Page) -> None:
    """The snippet names the embed below it, and the preview shows that."""
    page.click("#tab-share-embed")

    def snippet() -> str:
        return page.find("[data-share='snippet']").get_property("value")  # type: ignore[return-value]

    page.wait(lambda: f'src="{page.url}/embed' in snippet(), "the embed's address")
    page.driver.switch_to.frame(page.find(".preview-frame"))
    page.wait(lambda: page.frames > 0, "the preview is alive")
    page.driver.switch_to.default_content()
