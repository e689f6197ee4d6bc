"""Training by hand: play, pause, step, reset, seeds, presets."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page


def test_xor_learns_by_clicking_alone(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.edited(lambda: page.click("[data-add='1']"))
    page.edited(lambda: page.click("[data-add='1']"))
    assert page.units == [4, 4]
    page.click(".play")
    page.wait(lambda: page.metric("test_accuracy") >= 95, "95 % of the test points are right")
    assert page.running
    page.pause()


def test_play_and_pause_by_button_and_space(page: Page) -> None:
    assert not page.running
    assert page.step == 0
    page.play()
    page.goes_on()
    page.pause()
    at = page.step
    page.press(Keys.TAB)
    page.run("document.activeElement.blur()")
    page.press(" ")
    page.wait(lambda: page.running and page.step > at, "the space bar plays")
    page.press(" ")
    page.wait(lambda: not page.running, "the space bar pauses")


def test_step_makes_one_epoch_and_pauses_first(page: Page) -> None:
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: page.step == 25, "one epoch of 250 points in batches of 10")
    assert page.text(".epoch-value") == "1"
    page.click("[data-action='oneBatch']")
    page.wait(lambda: page.step == 26, "one batch is one update")
    page.play()
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: not page.running, "a step pauses")
    page.settle()


def test_reset_gives_the_same_first_weights(page: Page) -> None:
    first = page.metric("train_loss")
    page.play()
    page.wait(lambda: page.metric("train_loss") < first, "something is learned")
    page.pause()
    page.click("[data-action='reset']")
    page.wait(lambda: page.step == 0, "back at step 0")
    page.wait(lambda: page.metric("train_loss") == first, "the same loss as at first")
    assert page.text(".epoch-value") == "0"


def test_new_seed_gives_other_first_weights(page: Page) -> None:
    def picture() -> str:
        return page.run("return document.querySelector('.plane-map').toDataURL()")

    before = picture()
    page.edited(lambda: page.click("[data-action='newSeed']"))
    assert page.step == 0
    page.wait(lambda: picture() != before, "another boundary")


def test_new_points_keep_what_was_learned(page: Page) -> None:
    page.play()
    page.wait(lambda: page.metric("test_accuracy") > 90, "the circle is learned")
    page.edited(lambda: page.click("[data-action='newPoints']"))
    assert page.running
    assert page.metric("train_accuracy") > 70
    page.goes_on()


def test_a_preset_starts_afresh_and_its_name_goes_with_the_next_edit(page: Page) -> None:
    page.play()
    options = page.run(
        "return [...document.querySelector(\"[data-path='preset']\").options].map(o => o.value)"
    )
    assert {"circle", "xor", "gauss", "spiral"} <= set(options)
    page.choose("preset", "spiral")
    page.wait(lambda: page.units == [8, 8, 8], "the layers of the preset")
    assert page.find("[data-dataset='spiral']").get_attribute("aria-checked") == "true"
    assert page.control("optimizer.name").get_property("value") == "adam"
    assert page.control("preset").get_property("value") == "spiral"
    page.edited(lambda: page.click("[data-drop='0']"))
    assert page.control("preset").get_property("value") == ""


def test_curves_grow_and_are_cleared_by_a_reset(page: Page) -> None:
    def points() -> int:
        return page.run("return document.querySelector('#panel-loss').data?.[0].x.length ?? 0")

    page.play()
    page.wait(lambda: points() > 20, "the curves grow")
    page.pause()
    page.click("[data-action='reset']")
    page.wait(lambda: points() <= 1, "the curves are cleared")


def test_divergence_is_said_and_can_be_cured(page: Page) -> None:
    page.diverge()
    page.edited(lambda: page.click("[data-action='tryIt']"))
    assert page.value("optimizer.learning_rate") == "1"
