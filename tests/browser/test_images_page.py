"""The page about images: there and back, the network, the test images, edits meanwhile."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.images import (
    cells_of,
    choose_images,
    picture_of,
    set_units,
    units_of,
)
from tests.browser.page import Page


@pytest.fixture
def digits(page: Page) -> Page:
    """The page about the small digits, paused."""
    choose_images(page)
    return page


@pytest.mark.slow
def test_from_points_to_images_and_back(page: Page) -> None:
    page.edited(lambda: page.choose("activation", "sigmoid"))
    page.play()
    choose_images(page)
    assert page.running
    assert units_of(page) == cells_of(page) == [128, 128]
    assert page.value("batch_size") == "128"
    page.wait(lambda: "355" in page.text(".source-line"), "where the images come from")
    assert not page.find(".control-speed").is_displayed()
    page.goes_on()
    page.wait(lambda: "batch" in page.text(".progress"), "how far the epoch is")
    page.click(".image-sets summary")
    page.click("[data-dataset='xor']")
    page.wait(lambda: page.find_all(".tile"), "points again")
    assert page.units == [4, 2]
    assert page.find("[data-path='layers.0.activation']").get_attribute("value") == "sigmoid"
    page.wait(lambda: page.find_all(".scatterlayer .point"), "the points are drawn")
    assert page.find(".control-speed").is_displayed()
    page.goes_on()
    page.click("[data-action='undo']")
    page.wait(lambda: page.find_all(".image-field"), "undo leads back to the images")
    page.goes_on()


@pytest.mark.slow
def test_a_paused_page_of_images(digits: Page) -> None:
    choose_an_image(digits)
    choose_units(digits)
    take_the_tour(digits)
    ask_for_three_dimensions_without_webgl(digits)


def choose_an_image(page: Page) -> None:
    """It runs through the network."""
    before = [picture_of(page, css) for css in (".input-picture", ".block canvas")]
    page.click(".digit[data-row='3']")
    page.wait(
        lambda: [picture_of(page, css) for css in (".input-picture", ".block canvas")] != before,
        "another image, other activations",
    )
    page.wait(lambda: page.text(".input-caption") == "Label: 3", "the right label")
    assert page.text(".bar.right .bar-name") == "3"
    page.find(".digit[data-row='3']").send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: page.text(".input-caption") == "Label: 4", "the next one by the keyboard")
    shares = [float(e.text.removesuffix("%").strip()) for e in page.find_all(".bar-share")]
    assert 95 < sum(shares) < 105


@pytest.mark.slow
def test_training_marks_what_is_wrong_and_outlives_a_reload(digits: Page) -> None:
    page = digits
    shown = ".digit:not([hidden])"

    def count(css: str) -> int:
        return len(page.find_all(css))

    page.click("[data-path='onlyWrong']")
    page.wait(lambda: count(f"{shown}.wrong") == count(shown) == 49, "nearly all are wrong")
    page.play()
    page.wait(lambda: page.metric("test_accuracy") > 93, "it has learned")
    page.wait(lambda: 0 < count(shown) < 49, "the list follows training")
    page.pause()
    page.wait(lambda: count(f"{shown}.wrong") == count(shown), "each of them is marked")
    wrong = page.find_all(f"{shown}.wrong")
    assert wrong[0].find_element("css selector", ".digit-prediction").text.strip()
    page.click("[data-path='onlyWrong']")
    page.wait(lambda: "49" in page.text(".digits-range"), "all of them")
    page.wait(lambda: count(f"{shown}.wrong") < 10, "few of them are wrong")
    page.click("[data-action='nextDigits']")
    page.wait(lambda: page.find_all(".digit[data-row='49']"), "the next page")
    reload_and_speak_korean(page)


@pytest.mark.slow
def test_layers_are_edited_while_it_trains(digits: Page) -> None:
    page = digits
    page.play()
    page.click("[data-add='0']")
    page.wait(lambda: cells_of(page) == [192, 128], "more units")
    set_units(page, 1, 5000)
    page.wait(lambda: cells_of(page) == [192, 1024], "as many as there may be")
    page.click("[data-drop='1']")
    page.wait(lambda: cells_of(page) == units_of(page) == [192, 768], "fewer units")
    page.click("[data-insert='2']")
    page.wait(lambda: len(cells_of(page)) == 3, "another layer")
    page.click("[data-menu='2']")
    page.click("[data-action='removeLayer']")
    page.wait(lambda: len(cells_of(page)) == 2, "without it")
    page.click("[data-action='undo']")
    page.wait(lambda: len(cells_of(page)) == 3, "undone")
    page.goes_on()
    assert page.running
    leave_a_waiting_edit(page)


def leave_a_waiting_edit(page: Page) -> None:
    """An edit that waits is said, and can be left; one layer is too wide for a general program."""
    said = """window.said = new Set();
              const line = document.querySelector(".pending");
              const cells = () => document.querySelector(".block").ariaValueMax;
              const marked = () => document.querySelector(".stepper").matches("[data-pending]");
              new MutationObserver(() => {
                if (!line.hidden) said.add(`${line.textContent} ${cells()} ${marked()}`);
              }).observe(line, { childList: true, attributes: true, subtree: true });"""
    page.run(said)
    before = cells_of(page)[0]
    set_units(page, 0, 77)
    page.wait(lambda: cells_of(page)[0] == 77, "it is there")
    notes = page.run("return [...said]")
    assert any("77" in note and "is being compiled" in note for note in notes)
    assert any(note.endswith(f"{before} true") for note in notes), (
        "marked, and the network as it was"
    )
    page.wait(lambda: not page.find(".pending").is_displayed(), "nothing waits any more")
    assert not page.find_all("[data-pending]")
    page.choose("optimizer.name", "sgd")
    page.wait(lambda: not page.find(".pending").is_displayed(), "nor after another edit")
    assert page.control("optimizer.name").get_attribute("value") == "sgd"


def choose_units(page: Page) -> None:
    """By mouse and keyboard."""
    block = page.find("[data-block='0']")
    page.hover(block)
    page.wait(lambda: "Layer 1, unit" in page.tooltip, "the value of a unit")
    block.click()
    page.wait(lambda: page.find_all(".exciting .picture"), "what excites it")
    assert len(page.find_all(".exciting .picture")) == 9
    assert page.find(".unit-weights canvas").is_displayed()
    first = page.text(".unit-title")
    page.tab_to("[data-block='1']")
    page.press(Keys.ARROW_RIGHT, Keys.ENTER)
    page.wait(lambda: page.text(".unit-title") not in ("", first), "another unit")
    assert "Layer 2" in page.text(".unit-title")
    assert not page.find(".unit-weights").is_displayed()


def reload_and_speak_korean(page: Page) -> None:
    """What there is stays."""
    page.play()
    page.reload()
    page.wait(lambda: page.find_all(".digit:not([hidden])"), "the images again")
    page.goes_on()
    page.click("[data-action='language']")
    page.wait(lambda: page.run("return document.documentElement.lang") == "ko", "Korean")
    page.wait(lambda: page.find_all(".digit:not([hidden])"), "the images in Korean")
    page.wait(lambda: "정답" in page.text(".input-caption"), "the label in Korean")
    page.goes_on()
    assert page.run("return document.querySelector('#state').textContent")


@pytest.mark.slow
def test_a_network_without_hidden_layers(digits: Page) -> None:
    page = digits
    for _ in range(2):
        count = len(cells_of(page))
        page.click("[data-menu='0']")
        page.click("[data-action='removeLayer']")
        page.wait(lambda count=count: len(cells_of(page)) == count - 1, "a layer less")
    page.play()
    page.wait(lambda: page.metric("test_accuracy") > 85, "it learns all the same")
    page.click("#tab-unit")
    assert page.find("#panel-unit .hint").is_displayed()


def take_the_tour(page: Page) -> None:
    """It is about images."""
    page.click("[data-action='tour']")
    steps = []
    for _ in range(6):
        page.wait(lambda: page.find(".tour-ring").is_displayed(), "a part is ringed")
        steps.append(page.find(".tour").get_attribute("data-step"))
        assert "point" not in page.text(".tour-words").lower()
        page.click("[data-action='tourNext']")
    assert steps == ["data", "units", "prediction", "output", "curves", "play"]
    assert not page.find(".tour").is_displayed()


def ask_for_three_dimensions_without_webgl(page: Page) -> None:
    page.run(
        """const real = HTMLCanvasElement.prototype.getContext;
           HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
             return kind.startsWith("webgl") ? null : real.call(this, kind, ...rest);
           };"""
    )
    page.click("#tab-space")
    page.control("dimensions").click()
    page.wait(lambda: page.find(".cloud-note").is_displayed(), "3D needs WebGL, it says")
    page.control("dimensions").click()
    page.wait(lambda: not page.find(".cloud-note").is_displayed(), "2D does not")
