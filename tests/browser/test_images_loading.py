"""Images that are not there yet: the page says how far they are, and goes on meanwhile.

All of it at night; what waits stands in test_pending, what has come in test_drawing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.servers import LiveServer
from tests.browser.images import choose_images
from tests.browser.page import FEW_FPS, Page
from tests.engine.image_mirror import Mirror, run_mirror, serve, stay_half_way
from tests.mnist import need_mnist
from tests.programs import FOLDER

TRAIN_IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture
def go_on() -> threading.Event:
    """Set it, and the mirror sends the rest of the largest file."""
    return threading.Event()


@pytest.fixture
def mirror(go_on: threading.Event) -> Iterator[Mirror]:
    """Has the files of MNIST, but stops in the middle of the largest for a while."""
    files = {file.name: file.read_bytes() for file in need_mnist().glob("*.gz")}
    if TRAIN_IMAGES not in files:
        pytest.skip("needs the files of MNIST as they are downloaded")

    with run_mirror(files, stay_half_way(go_on), serve, only=TRAIN_IMAGES) as mirror:
        yield mirror
        go_on.set()


@pytest.fixture
def elsewhere(tab: Page, mirror: Mirror, tmp_path: Path) -> Iterator[Page]:
    """The page of a server that has no images and only this mirror; what is compiled it has."""
    for compiled in FOLDER.glob("jit_*"):
        (tmp_path / compiled.name).symlink_to(compiled)
    with LiveServer(
        LIVENET_CACHE_DIR=str(tmp_path), LIVENET_IMAGE_MIRRORS=mirror.url, LIVENET_MAX_FPS=FEW_FPS
    ) as server:
        yield Page(tab.driver, server.url).open()
        tab.driver.get("about:blank")


@pytest.mark.nightly
def test_a_download_is_shown_while_training_goes_on(
    elsewhere: Page, go_on: threading.Event
) -> None:
    page = elsewhere
    page.play()
    page.click("[data-dataset='mnist']")
    size = (need_mnist() / TRAIN_IMAGES).stat().st_size / 1e6
    page.wait(lambda: f"of {size:.1f} MB" in page.text(".pending"), "how much there is")
    page.wait(lambda: 0.4 < share(page) < 0.6, "half of it")
    assert "keeps training until then" in page.text(".pending")
    assert page.find_all(".tile")
    page.goes_on()
    go_on.set()
    page.wait(lambda: page.find_all(".digit:not([hidden])"), "the images are there")
    page.wait(lambda: not page.find(".pending").is_displayed(), "and nothing is loading")
    page.wait(lambda: "60,000 + 10,000" in page.text(".source-line"), "the whole set")
    assert "downloaded" in page.text(".source-line")
    page.goes_on()
    # The mirror has MNIST's files under the names of Fashion-MNIST's too.
    page.click("[data-dataset='fashion_mnist']")
    page.wait(lambda: "could not be loaded" in page.notice, "they are refused")
    page.wait(lambda: "could not be loaded" in page.text(".loading"), "and where they were chosen")
    assert page.find("[data-dataset='mnist']").get_attribute("aria-checked") == "true"
    page.goes_on()
    choose_images(page)
    page.wait(lambda: not page.find(".loading").is_displayed(), "nothing is loading any more")


def share(page: Page) -> float:
    """How much of the bar is full."""
    return page.run(
        """const width = (css) => document.querySelector(css).getBoundingClientRect().width;
           return width(".pending-bar") / (width(".pending-track") || 1);"""
    )
