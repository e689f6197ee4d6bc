"""Drawing digits by mouse, pen and finger, for a network that has learned the real MNIST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from selenium.webdriver import Chrome
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.keys import Keys

from tests.app.servers import LiveServer
from tests.browser.conftest import HEIGHT, WIDTH, open_tab
from tests.browser.page import FEW_FPS, Page
from tests.browser.strokes import DIGITS, draw
from tests.engine.image_mirror import run_mirror, serve
from tests.mnist import need_mnist
from tests.programs import FOLDER
from tests.sizes import at_night

pytestmark = pytest.mark.slow

KINDS = ("mouse", "pen", "touch")
#: A small 3 in the lower right corner.
CORNER = [[(0.62 + x / 3, 0.6 + y / 3) for x, y in DIGITS[3][0]]]


@pytest.fixture(scope="module")
def trained(
    driver: Chrome, first_tab: str, server: LiveServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """A page whose network of 2x128 units answers 97 % of the test digits right, paused.

    Its server has to download MNIST first, if it lies here as it is downloaded.
    """
    files = {file.name: file.read_bytes() for file in need_mnist().glob("*.gz")}
    folder = tmp_path_factory.mktemp("cache")
    for compiled in FOLDER.glob("jit_*"):
        (folder / compiled.name).symlink_to(compiled)
    with ExitStack() as stack:
        mirror = stack.enter_context(run_mirror(files, serve))
        source: dict[str, Any] = {
            "LIVENET_DATA_DIR": str(need_mnist()),
            "LIVENET_CACHE_DIR": str(FOLDER),
        }
        if files:
            source = {"LIVENET_IMAGE_MIRRORS": mirror.url, "LIVENET_CACHE_DIR": str(folder)}
        elsewhere = stack.enter_context(LiveServer(LIVENET_MAX_FPS=FEW_FPS, **source))
        stack.enter_context(open_tab(driver))
        page = Page(driver, elsewhere.url)
        page.resize(WIDTH, HEIGHT)
        page.open()
        page.control("speed").send_keys(Keys.END)
        page.play()
        page.click("[data-dataset='mnist']")
        page.wait(lambda: page.find_all(".digit:not([hidden])"), "the images are there")
        page.wait(lambda: not page.find(".pending").is_displayed(), "and nothing is loading")
        page.wait(lambda: "60,000 + 10,000" in page.text(".source-line"), "the whole set")
        assert ("downloaded" in page.text(".source-line")) == bool(files)
        page.wait(lambda: page.metric("test_accuracy") >= 97.2, "it has learned")
        page.pause()
        yield page
        messages = page.console()
    assert messages == []


@pytest.fixture
def paper(trained: Page) -> Page:
    """The page with an empty sheet, and no explanation."""
    trained.resize(WIDTH, HEIGHT)
    trained.click("#tab-draw")
    for switch in ("unprepared", "showSaliency", "showNearest"):
        if trained.control(switch).is_selected():
            trained.control(switch).click()
    clear(trained)
    return trained


def clear(page: Page) -> None:
    if page.find("[data-action='clearDrawing']").is_enabled():
        page.click("[data-action='clearDrawing']")
    page.wait(lambda: seen(page).max() == 0, "nothing is drawn")


def answer(page: Page) -> str:
    return page.text(".prediction-name")


def pixels(page: Page, css: str) -> NDArray[np.int64]:
    """The colours of a canvas, as the page painted it: [side, side, 3]."""
    side, values = page.run(
        """const canvas = document.querySelector(arguments[0]);
           const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
           copy.drawImage(canvas, 0, 0);
           const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
           return [canvas.width, [...data]]""",
        css,
    )
    return np.array(values).reshape(side, side, 4)[..., :3]


def seen(page: Page) -> NDArray[np.int64]:
    """The ink of what the network sees, 0 is paper: [side, side]."""
    colours = pixels(page, ".prediction-picture")
    paper = page.run("return getComputedStyle(document.querySelector('.paper')).backgroundColor")
    red = int(paper.removeprefix("rgb(").split(",")[0])
    return abs(colours[..., 0] - red)


def centre(ink: NDArray[np.int64]) -> tuple[float, float]:
    """Row and column of the centre of mass."""
    rows, columns = np.indices(ink.shape)
    return float((rows * ink).sum() / ink.sum()), float((columns * ink).sum() / ink.sum())


def distances(page: Page) -> list[float]:
    """How far the nearest training images are, in the order in which they are shown."""
    names = page.run(
        """return [...document.querySelectorAll(".explanation .picture")]
             .map((e) => e.getAttribute("aria-label"))"""
    )
    return [float(name.rsplit(" ", 1)[1]) for name in names]


#: One by mouse, pen and finger each; 3, 4 and 7 are drawn further below.
USUAL = (0, 1, 2)


@pytest.mark.parametrize("digit", [d if d in USUAL else at_night(d) for d in DIGITS])
def test_a_drawn_digit_is_recognized(paper: Page, digit: int) -> None:
    draw(paper, DIGITS[digit], KINDS[digit % len(KINDS)])
    paper.wait(lambda: answer(paper) == str(digit), f"the network reads a {digit}")
    paper.settle()
    assert answer(paper) == str(digit)
    assert float(paper.text(".prediction-share").removesuffix(" %")) > 50
    bars = paper.run(
        "return [...document.querySelectorAll('.bar.best .bar-name')].map((e) => e.textContent)"
    )
    assert bars == [str(digit)]


def test_the_answer_follows_the_pen(paper: Page) -> None:
    sheet = paper.find(".paper-canvas")
    width = sheet.rect["width"]
    hand = ActionBuilder(paper.driver, duration=12)
    points = [(round((x - 0.5) * width), round((y - 0.5) * width)) for x, y in DIGITS[7][0]]
    hand.pointer_action.move_to(sheet, *points[0])
    hand.pointer_action.pointer_down()
    for point in points[1:4]:
        hand.pointer_action.move_to(sheet, *point)
    hand.perform()
    paper.wait(lambda: seen(paper).max() > 100, "the unfinished stroke is seen")
    unfinished = seen(paper)
    for point in points[4:]:
        hand.pointer_action.move_to(sheet, *point)
    hand.perform()
    paper.wait(lambda: answer(paper) == "7", "it is read before the pen is lifted")
    assert (seen(paper) != unfinished).any()
    hand.pointer_action.pointer_up()
    hand.perform()
    assert paper.find("[data-action='undoStroke']").is_enabled()


def test_a_drawing_is_read_while_the_network_trains(paper: Page) -> None:
    paper.play()
    draw(paper, DIGITS[0])
    paper.wait(lambda: answer(paper) == "0", "it is read")
    paper.goes_on(5)
    clear(paper)
    draw(paper, DIGITS[4])
    paper.wait(lambda: answer(paper) == "4", "so is the next one")
    paper.pause()


def test_a_stroke_is_taken_back(paper: Page) -> None:
    draw(paper, DIGITS[4][:1])
    paper.wait(lambda: seen(paper).max() > 0, "the first stroke is seen")
    paper.settle()
    first = seen(paper)
    draw(paper, DIGITS[4][1:])
    paper.wait(lambda: answer(paper) == "4", "both are")
    paper.click("[data-action='undoStroke']")
    paper.wait(lambda: np.array_equal(seen(paper), first), "the first one alone")
    paper.click("[data-action='undoStroke']")
    paper.wait(lambda: seen(paper).max() == 0, "none")
    assert not paper.find("[data-action='clearDrawing']").is_enabled()
    assert paper.text(".prediction-share") == "Nothing drawn"


def test_without_preparation_the_digit_stays_where_it_was_drawn(paper: Page) -> None:
    draw(paper, CORNER)
    paper.wait(lambda: answer(paper) == "3", "small and in a corner, it is read all the same")
    paper.settle()
    prepared = seen(paper)
    assert np.allclose(centre(prepared), 13.5, atol=0.6)
    rows, columns = np.nonzero(prepared)
    assert max(np.ptp(rows), np.ptp(columns)) in (18, 19, 20)
    paper.control("unprepared").click()
    paper.wait(lambda: min(centre(seen(paper))) > 18, "it lies in its corner")
    paper.settle()
    assert answer(paper) != "3"
    paper.control("unprepared").click()
    paper.wait(lambda: answer(paper) == "3", "it is read again")


def test_the_nearest_training_images_are_shown(paper: Page) -> None:
    draw(paper, DIGITS[1])
    paper.control("showNearest").click()
    paper.wait(
        lambda: (
            paper.run(
                """return [...document.querySelectorAll(".explanation .picture-caption")]
                 .map((e) => e.textContent).join("")"""
            )
            == "1" * 9
        ),
        "nine ones",
    )
    paper.wait(lambda: distances(paper) == sorted(distances(paper)), "the nearest comes first")
    assert distances(paper)[0] > 0
    paper.click(".explanation .picture")
    paper.wait(lambda: "Label: 1" in paper.text(".input-caption"), "it is looked at")
    assert not paper.find(".paper").is_displayed()
    paper.wait(lambda: distances(paper)[0] == 0, "nothing is nearer to it than itself")
    paper.click("#tab-draw")
    paper.wait(lambda: paper.text(".input-caption") == "Your drawing", "the drawing is still there")
    paper.wait(lambda: answer(paper) == "1", "it is read again")


def test_saliency_is_laid_over_drawings_and_images(paper: Page) -> None:
    def coloured(css: str) -> bool:
        colours = pixels(paper, css)
        bluer = colours[..., 2] - colours[..., 0]
        return bool((bluer > 60).any() and (bluer < -60).any())

    draw(paper, DIGITS[2])
    paper.wait(lambda: answer(paper) == "2", "it is read")
    assert not coloured(".prediction-picture")
    paper.control("showSaliency").click()
    for css in (".prediction-picture", ".input-picture"):
        paper.wait(lambda css=css: coloured(css), "the map is laid over it")
    paper.click("#tab-choose")
    paper.wait(lambda: "Label" in paper.text(".input-caption"), "a test image is looked at")
    paper.wait(lambda: coloured(".input-picture"), "the map is laid over this one too")
    paper.control("showSaliency").click()
    paper.wait(lambda: not coloured(".input-picture"), "the image alone")


def test_nothing_scrolls_while_a_finger_draws(paper: Page) -> None:
    paper.resize(360, 740, mobile=True)
    paper.run("document.querySelector('.paper').scrollIntoView({ block: 'center' })")
    before = paper.run("return window.scrollY")
    assert before > 0
    draw(paper, DIGITS[1], "touch")
    paper.wait(lambda: answer(paper) == "1", "it is read")
    assert paper.run("return window.scrollY") == before
    assert paper.run("return document.documentElement.scrollWidth") == 360
