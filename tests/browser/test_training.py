"""Training by hand: play, pause, step, reset, seeds, presets. Divergence: test_undo."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

CHART = "document.querySelector('#panel-loss .curve-chart')"


def points_of_curve(page: Page) -> int:
    return page.run(f"return {CHART}.data?.[0].x.length ?? 0")


def test_a_run_is_stepped_played_and_begun_anew(page: Page) -> None:
    assert not page.running
    assert page.step == 0
    first = page.metric("train_loss")
    steps_are_one_epoch_or_one_batch(page)
    # Play and pause by the button, and a step that pauses first.
    page.play()
    page.goes_on()
    page.pause()
    page.play()
    page.wait(lambda: points_of_curve(page) > 20, "the curves grow")
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: not page.running, "a step pauses")
    page.settle()
    assert page.metric("train_loss") < first, "something is learned"
    reset_gives_the_same_first_weights(page, first)
    new_seed_gives_other_first_weights(page)
    the_space_bar_plays_and_pauses(page)


def steps_are_one_epoch_or_one_batch(page: Page) -> None:
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: page.step == 25, "one epoch of 250 points in batches of 10")
    assert page.text(".epoch-value") == "1"
    page.click("[data-action='oneBatch']")
    page.wait(lambda: page.step == 26, "one batch is one update")


def reset_gives_the_same_first_weights(page: Page, first: float) -> None:
    page.click("[data-action='reset']")
    page.wait(lambda: page.step == 0, "back at step 0")
    page.wait(lambda: page.metric("train_loss") == first, "the same loss as at first")
    assert page.text(".epoch-value") == "0"
    page.wait(lambda: points_of_curve(page) <= 1, "the curves are cleared")


def new_seed_gives_other_first_weights(page: Page) -> None:
    def picture() -> str:
        return page.run("return document.querySelector('.plane-map').toDataURL()")

    before = picture()
    page.edited(lambda: page.click("[data-action='newSeed']"))
    assert page.step == 0
    page.wait(lambda: picture() != before, "another boundary")


def the_space_bar_plays_and_pauses(page: Page) -> None:
    page.press(Keys.TAB)
    page.run("document.activeElement.blur()")
    page.press(" ")
    page.wait(lambda: page.running and page.step > 0, "the space bar plays")
    page.press(" ")
    page.wait(lambda: not page.running, "the space bar pauses")


@pytest.mark.slow
def test_xor_learns_by_clicking_alone(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.edited(lambda: page.click("[data-add='1']"))
    page.edited(lambda: page.click("[data-add='1']"))
    assert page.units == [4, 4]
    page.click(".play")
    page.wait(lambda: page.metric("test_accuracy") >= 95, "95 % of the test points are right")
    # New points keep what was learned, and it goes on.
    page.edited(lambda: page.click("[data-action='newPoints']"))
    assert page.running
    assert page.metric("train_accuracy") > 70
    page.goes_on()
    page.pause()
    a_preset_starts_afresh_and_its_name_goes_with_the_next_edit(page)


def a_preset_starts_afresh_and_its_name_goes_with_the_next_edit(page: Page) -> None:
    options = page.run(
        "return [...document.querySelector(\"[data-path='preset']\").options].map(o => o.value)"
    )
    assert {"circle", "xor", "gauss", "spiral"} <= set(options)
    page.choose("preset", "spiral")
    page.wait(lambda: page.units == [8, 8, 8], "the layers of the preset")
    page.wait(lambda: page.step == 0, "it starts afresh")
    assert page.find("[data-dataset='spiral']").get_attribute("aria-checked") == "true"
    assert page.control("optimizer.name").get_property("value") == "adam"
    assert page.control("preset").get_property("value") == "spiral"
    page.edited(lambda: page.click("[data-drop='0']"))
    assert page.control("preset").get_property("value") == ""
