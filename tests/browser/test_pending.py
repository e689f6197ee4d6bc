"""A choice that has to wait: until it is ready the page is wholly of the network that there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from tests.app.servers import LiveServer
from tests.app.transports import WebSocketClient
from tests.browser.page import FEW_FPS, Page
from tests.engine.image_mirror import run_mirror, stay_half_way
from tests.programs import FOLDER

#: Tests share downloads that are half-way, one for each set: they go in this order.
pytestmark = pytest.mark.random_order(disabled=True)

FILES: tuple[str, ...] = (
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
)  # fmt: skip
COMING = ".pending:not([hidden])"
#: How much of the bar is full.
SHARE = """(() => {
  const width = (css) => document.querySelector(css).getBoundingClientRect().width;
  return width(".pending-bar") / (width(".pending-track") || 1);
})()"""


@pytest.fixture(scope="module")
def fail() -> threading.Event:
    """Set it, and the mirror sends what nobody can read."""
    return threading.Event()


@pytest.fixture(scope="module")
def far_away(
    server: LiveServer, fail: threading.Event, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server whose images are half-way here and come no further.

    What the other server has compiled it finds, though its cache is another folder.
    """
    folder = tmp_path_factory.mktemp("cache")
    for compiled in FOLDER.glob("jit_*"):
        (folder / compiled.name).symlink_to(compiled)

    files = dict.fromkeys(FILES, b"no images " * 4_000_000)
    with (
        run_mirror(files, stay_half_way(fail)) as mirror,
        LiveServer(
            LIVENET_CACHE_DIR=str(folder), LIVENET_IMAGE_MIRRORS=mirror.url, LIVENET_MAX_FPS=FEW_FPS
        ) as elsewhere,
    ):
        yield elsewhere.url
        fail.set()


@pytest.fixture
def page(tab: Page, far_away: str, fail: threading.Event) -> Iterator[Page]:
    """The playground of that server, with its first frame."""
    fail.clear()
    tab.driver.get(f"{far_away}/healthz")
    tab.run("sessionStorage.clear()")
    page = Page(tab.driver, far_away)
    # What a test allows is not held against the tab either.
    page.allowed = tab.allowed
    yield page.open()
    tab.driver.get("about:blank")


@pytest.fixture
def stream(far_away: str, fail: threading.Event) -> Iterator[str]:
    fail.clear()
    yield far_away.replace("http://", "ws://") + "/api/stream"
    fail.set()


def choose_preset(page: Page, name: str = "mnist_2") -> None:
    page.choose("preset", name)
    page.wait(lambda: page.find(COMING), "it is said what comes")


def shows_the_circle(page: Page) -> bool:
    """Whether controls, data, drawing and output are those of the network that there is."""
    checked = page.find("[data-dataset='circle']").get_attribute("aria-checked")
    optimizer = page.control("optimizer.name").get_property("value")
    return (
        checked == "true"
        and optimizer == "sgd"
        and page.units == [4, 2]
        and "MNIST" not in page.text("#network .card-head")
        and bool(page.find_all(".output-plane"))
    )


@pytest.mark.slow
def test_a_preset_that_waits_leaves_the_page_of_one_network(page: Page) -> None:
    choose_preset(page)
    assert shows_the_circle(page)
    said = page.text(COMING)
    assert "MNIST 2" in said
    assert page.control("preset").get_property("value") == "mnist_2"
    assert page.find(".presets").get_attribute("data-pending") is not None
    page.wait(lambda: "of 40.0 MB" in page.text(COMING), "how far it is")
    page.until(f"0.4 < {SHARE} && {SHARE} < 0.6", "half of it")
    page.wait(lambda: "Next: MNIST 2" in page.text("#announcer"), "it is spoken")
    card = page.find("[data-dataset='mnist']")
    assert card.get_attribute("data-pending") is not None
    assert card.get_attribute("aria-checked") == "false"
    # The network that goes cannot be edited any more.
    page.choose("optimizer.name", "adam")
    page.wait(lambda: "wait for it" in page.notice, "why not")
    assert shows_the_circle(page)
    page.click("[data-add='0']")
    page.control("optimizer.learning_rate").send_keys(Keys.ARROW_RIGHT)
    page.settle()
    assert shows_the_circle(page)
    assert page.value("optimizer.learning_rate") == "0.03"
    # Another choice takes the place of what comes.
    page.edited(lambda: page.click("[data-dataset='xor']"))
    assert not page.find_all(COMING)
    assert page.find("[data-dataset='xor']").get_attribute("aria-checked") == "true"
    assert page.units == [4, 2]


@pytest.mark.slow
def test_play_is_meant_for_what_comes_and_what_trains_goes_on_until_then(page: Page) -> None:
    choose_preset(page)
    page.click(".play")
    page.wait(lambda: "as soon as" in page.text(COMING), "that it trains then")
    assert page.find(".play").get_attribute("aria-label") == "Pause"
    before = page.frames
    page.hover(page.tile(1, 0))
    page.wait(lambda: page.frames > before, "a frame that was asked for after the press")
    assert page.step == 0
    page.click("[data-action='oneEpoch']")
    page.click(f"{COMING} [data-action='stay']")
    page.wait(lambda: not page.find_all(COMING), "nothing comes any more")
    page.wait(lambda: not page.running, "nor does anything train")
    page.settle()
    assert page.step == 0
    assert shows_the_circle(page)
    assert page.control("preset").get_property("value") == ""
    assert not page.find_all("[data-pending]")
    # What trains already goes on meanwhile.
    page.play()
    page.click("[data-dataset='mnist']")
    page.wait(lambda: "keeps training" in page.text(COMING), "that the present one trains on")
    page.goes_on()
    assert shows_the_circle(page)
    page.click(".play")
    page.wait(lambda: not page.running, "it pauses")
    page.settle()
    step = page.step
    page.press(" ")
    page.wait(lambda: "as soon as" in page.text(COMING), "the next press is for what comes")
    page.click("[data-action='undo']")
    page.wait(lambda: not page.find_all(COMING), "undo leaves it")
    page.settle()
    assert page.step == step


@pytest.mark.slow
def test_what_waits_is_known_after_a_reload(page: Page) -> None:
    choose_preset(page)
    page.open()
    page.wait(lambda: page.find(COMING), "it is said again")
    assert "MNIST" in page.text(COMING)
    page.wait(lambda: shows_the_circle(page), "the network that there is")
    page.click(".play")
    page.go_offline()
    page.wait(lambda: "lost" in page.notice.lower(), "the connection is lost")
    page.go_offline(False)
    page.allowed.append("net::ERR_INTERNET_DISCONNECTED")
    page.wait(lambda: not page.notice, "and back")
    assert "as soon as" in page.text(COMING)
    page.settle()
    assert page.step == 0
    assert shows_the_circle(page)


@pytest.mark.slow
def test_what_cannot_be_had_leaves_everything_as_it_was(page: Page, fail: threading.Event) -> None:
    page.click("[data-dataset='fashion_mnist']")
    page.wait(lambda: page.find(COMING), "it waits")
    page.click(".play")
    fail.set()
    page.wait(lambda: "could not be loaded" in page.notice, "it is refused")
    assert not page.find_all(COMING)
    page.wait(lambda: not page.running, "and nothing trains")
    page.settle()
    assert page.step == 0
    assert shows_the_circle(page)
    assert "could not be loaded" in page.text(".loading")


@pytest.mark.slow
def test_an_embed_is_of_one_network_too(page: Page) -> None:
    page.open("/embed?data=xor&panels=network&controls=play,data")
    page.choose("data.name", "fashion_mnist")
    page.wait(lambda: page.find(COMING), "it is said what comes")
    assert "Fashion-MNIST" in page.text(COMING)
    page.click(".play")
    page.wait(lambda: "as soon as" in page.text(COMING), "that it trains then")
    page.click(f"{COMING} [data-action='stay']")
    page.wait(lambda: page.control("data.name").get_property("value") == "xor", "as it was")
    page.wait(lambda: not page.running, "nothing trains")
    page.settle()
    assert page.step == 0


def test_who_takes_a_session_up_hears_what_waits(stream: str, fail: threading.Event) -> None:
    with WebSocketClient(stream) as client:
        token = client.open()["session"]
        client.send("edit", patch={"data": {"name": "fashion_mnist"}})
        client.send("reset")
        client.message("waiting", acks=True)
        client.barrier()
    with WebSocketClient(stream) as client:
        opened = client.resume(token)
        assert opened["spec"]["data"]["name"] == "circle"
        assert opened["waiting"]["edits"] == 2
        assert opened["waiting"]["spec"]["data"]["name"] == "fashion_mnist"
        fail.set()
        # Why comes before the answers, which say that nothing has changed.
        assert client.message("error", acks=True)["path"] == "data.name"
        specs = [client.message("spec", acks=True)["spec"]["data"]["name"] for _ in range(2)]
        assert specs == ["circle", "circle"]
