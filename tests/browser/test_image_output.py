"""The output for images: the confusion matrix with what is behind it, and the hidden space."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys

from tests.app.servers import LiveServer
from tests.browser.conftest import HEIGHT, WIDTH, open_tab
from tests.browser.page import Page

pytestmark = pytest.mark.slow

#: What headless Chromium says about its WebGL, which it does without a graphics card.
WEBGL = ("software WebGL", "GL Driver Message", "willReadFrequently")


@pytest.fixture(scope="module")
def trained(driver: Chrome, first_tab: str, server: LiveServer) -> Iterator[Page]:
    """The 8 x 8 digits, a little trained."""
    with open_tab(driver):
        page = Page(driver, server.url)
        page.resize(WIDTH, HEIGHT)
        page.open()
        page.edited(lambda: page.click("[data-dataset='digits']"))
        page.wait(lambda: page.find_all("[data-metric='test_accuracy']"), "images are shown")
        page.play()
        page.wait(lambda: page.metric("test_accuracy") > 80, "it has learned something")
        page.pause()
        page.wait(lambda: matrix(page), "Plotly has drawn the matrix")
        assert not pictures(page), "no cell is chosen"
        yield page
        messages = page.console()
    assert messages == []


@pytest.fixture
def digits(trained: Page) -> Page:
    """The same page for each test: paused, with the matrix in sight."""
    if trained.running:
        trained.pause()
    trained.click("#tab-confusion")
    return trained


def matrix(page: Page) -> list[list[str]]:
    """The counts that Plotly shows."""
    return page.run("return document.querySelector('.confusion-chart').data?.[0].text ?? []")


def number(page: Page, label: int, answer: int) -> int:
    return int(matrix(page)[label][answer] or "0")


def place(label: int, answer: int) -> str:
    return f".cell-place[data-at='{10 * label + answer}']"


def pictures(page: Page) -> list[str]:
    """What the pictures behind the cell are."""
    return page.run(
        """return [...document.querySelectorAll(".cell-digits .picture")]
             .map((e) => e.getAttribute("aria-label"))"""
    )


def test_the_matrix_counts_every_test_image(digits: Page) -> None:
    counts = [[int(cell or "0") for cell in row] for row in matrix(digits)]
    total = digits.load(
        "return (await fetch('/api/images').then((answer) => answer.json())).digits.test"
    )
    assert sum(map(sum, counts)) == total
    right = sum(counts[k][k] for k in range(10))
    assert abs(100 * right / total - digits.metric("test_accuracy")) < 0.06
    name = digits.find(place(3, 3)).get_attribute("aria-label") or ""
    share = f"{100 * counts[3][3] / sum(counts[3]):.1f}"
    assert name == f"True 3, predicted 3: {counts[3][3]} ({share} %)"
    z = digits.run(
        """const [{ z }] = document.querySelector(".confusion-chart").data;
           return z.map((row) => [...row])"""
    )
    for label in range(10):
        for answer in range(10):
            value, count = z[label][answer], counts[label][answer]
            if label == answer:
                assert value > 0, "right answers have one colour"
            else:
                assert value < 0 if count else value == 0, "wrong ones the other"


def test_the_matrix_follows_the_training(digits: Page) -> None:
    before = matrix(digits)
    digits.play()
    digits.wait(lambda: matrix(digits) != before, "it changes")
    digits.pause()


def test_a_cell_shows_its_images_and_one_of_them_is_chosen(digits: Page) -> None:
    digits.hover(digits.find(place(4, 4)))
    told = "True 4, predicted 4: {} "
    digits.wait(lambda: digits.tooltip.startswith(told.format(number(digits, 4, 4))), "how many")
    count = number(digits, 4, 4)
    digits.click(place(4, 4))
    digits.wait(lambda: len(pictures(digits)) == count, "all images of the cell")
    assert all(re.fullmatch(r"Test image \d+: 4, predicted 4", name) for name in pictures(digits))
    assert digits.text(".cell-title") == f"4, correct: {count}"
    digits.find_all(".cell-digits .picture")[1].click()
    digits.wait(lambda: "Label: 4" in digits.text(".input-caption"), "it is looked at")


def test_the_matrix_is_walked_by_keyboard(digits: Page) -> None:
    digits.click(place(0, 0))
    digits.run("document.activeElement.blur()")
    digits.tab_to(".cell-place")
    digits.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert digits.run("return document.activeElement.dataset.at") == "22"
    digits.press(Keys.ENTER)
    digits.wait(lambda: len(pictures(digits)) == number(digits, 2, 2), "the cell's images")
    assert digits.find(place(2, 2)).get_attribute("aria-selected") == "true"
    digits.press(Keys.TAB)
    digits.press(Keys.ARROW_RIGHT)
    chosen = digits.run("return document.activeElement.getAttribute('aria-label')")
    assert chosen == pictures(digits)[1]
    digits.press(Keys.ENTER)
    digits.wait(lambda: "Label: 2" in digits.text(".input-caption"), "it is looked at")
    assert not digits.running


def show_space(page: Page) -> None:
    """Shows the last hidden layer in two dimensions."""
    page.click("#tab-space")
    if page.control("dimensions").is_selected():
        page.control("dimensions").click()
    page.choose("space", "2")
    # The points of another layer may be there already, and go when those of this one come.
    page.settle()
    page.wait(lambda: len(places(page)) >= 10, "the points are drawn")


def places(page: Page, plot: str = "flat") -> list[list[float]]:
    """The first coordinates of each class, and of the chosen image, as Plotly has them."""
    at = {"flat": 1, "solid": 2}[plot]
    return page.run(
        f"""const chart = document.querySelector(".cloud:nth-of-type({at}) .cloud-axes");
            return (chart?.data ?? []).filter((trace) => trace.visible !== false)
              .map((trace) => [...trace.x])"""
    )


def shape(page: Page) -> Any:
    """Where the points of class 0 are; none while they move."""
    return [round(x, 3) for traces in places(page)[:1] for x in traces]


def test_every_test_image_is_a_point_of_the_hidden_space(digits: Page) -> None:
    show_space(digits)
    points = places(digits)
    sizes = [sum(int(cell or "0") for cell in row) for row in matrix(digits)]
    assert [len(one) for one in points[:10]] == sizes
    assert [len(one) for one in points[10:]] == [1], "the chosen image has a ring"
    chip = digits.find(".class-chip[data-class='0']")
    chip.click()
    digits.wait(lambda: len(places(digits)) == 10, "class 0 is hidden")
    assert chip.get_attribute("aria-pressed") == "false"
    chip.click()
    digits.wait(lambda: len(places(digits)) == 11, "class 0 is shown")


def test_each_layer_has_a_space_of_its_own(digits: Page) -> None:
    show_space(digits)
    seen = [shape(digits)]
    options = digits.run(
        "return [...document.querySelector(\"[data-path='space']\").options].length"
    )
    assert options == 4
    for layer in ("0", "1", "3"):
        digits.choose("space", layer)
        digits.wait(lambda: shape(digits) not in [[], *seen], f"layer {layer}")
        seen.append(shape(digits))


def test_the_points_move_while_it_trains_and_rest_with_it(digits: Page) -> None:
    show_space(digits)
    before = shape(digits)
    axis = "return [...document.querySelector('.cloud-axes').layout.xaxis.range]"
    digits.play()
    digits.wait(lambda: digits.find(".cloud-canvas").is_displayed(), "they move")
    low, high = digits.run(axis)
    assert low == -high
    digits.pause()
    digits.wait(lambda: not digits.find(".cloud-canvas").is_displayed(), "they rest")
    assert shape(digits) not in ([], before)


def test_pointing_at_a_point_shows_its_image_and_a_click_chooses_it(digits: Page) -> None:
    show_space(digits)
    x, y = digits.run(
        """const chart = document.querySelector(".cloud-axes");
           const { xaxis, yaxis, _size: size } = chart._fullLayout;
           const { x, y } = chart.data[9];
           const box = document.querySelector(".space-map").getBoundingClientRect();
           return [size.l + xaxis.d2p(x[3]) - box.width / 2,
             size.t + yaxis.d2p(y[3]) - box.height / 2]"""
    )
    digits.hover(digits.find(".space-map"), round(x), round(y))
    digits.wait(lambda: digits.find(".digit-card").is_displayed(), "the image is shown")
    said = digits.text(".digit-card")
    label = re.fullmatch(r"true: (\d)predicted: (\d)", said)
    assert label
    ActionChains(digits.driver).click().perform()
    digits.wait(
        lambda: f"Label: {label[1]}" in digits.text(".input-caption"), "the image is looked at"
    )
    digits.hover(digits.find("#data-title"))
    digits.wait(lambda: not digits.find(".digit-card").is_displayed(), "the card goes")


def test_three_dimensions_keep_their_camera(digits: Page) -> None:
    digits.allowed += WEBGL
    show_space(digits)

    def camera() -> Any:
        return digits.run(
            """const chart = document.querySelector(".cloud:nth-of-type(2) .cloud-axes");
               const { x, y, z } = chart._fullLayout.scene._scene.getCamera().eye;
               return [x, y, z].map((value) => Math.round(1000 * value))"""
        )

    digits.control("dimensions").click()
    digits.wait(lambda: len(places(digits, "solid")) == 11, "the points are drawn")
    first = camera()
    scene = digits.find(".cloud:nth-of-type(2) canvas")
    hand = ActionChains(digits.driver).move_to_element_with_offset(scene, -60, 40)
    hand.click_and_hold().move_by_offset(50, 10).move_by_offset(30, 10).release().perform()
    digits.wait(lambda: camera() != first, "it is turned")
    turned = camera()
    before = places(digits, "solid")
    digits.play()
    digits.wait(lambda: places(digits, "solid") != before, "the points move")
    digits.pause()
    assert camera() == turned
    digits.control("dimensions").click()
    digits.wait(lambda: digits.find(".cloud-axes").is_displayed(), "two dimensions")
    digits.control("dimensions").click()
    digits.wait(lambda: digits.find(".cloud:nth-of-type(2)").is_displayed(), "three again")
    assert camera() == turned
