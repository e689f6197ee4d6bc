"""The time line: back over what was seen, by pointer and keys, and on from there."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

LINE = ".time-line"


def step(page: Page, times: int = 1) -> None:
    for _ in range(times):
        before = page.step
        page.click("[data-action='oneEpoch']")
        page.wait(lambda before=before: page.step == before + 25, "one epoch more")


def picture(page: Page) -> str:
    """What the boundary's canvas shows."""
    return page.run("return document.querySelector('.plane-map').toDataURL()")


def said(page: Page) -> str:
    note = page.find(".time-note")
    return page.text(".time-said") if note.is_displayed() else ""


def looks(page: Page, epoch: int) -> None:
    """Waits until every number is that of a moment."""
    page.wait(lambda: said(page) == f"Showing epoch {epoch}", "the note")
    page.wait(lambda: page.text(".epoch-value") == str(epoch), "the epoch")
    page.wait(lambda: measured(page) == 25 * epoch, "the numbers")


def measured(page: Page) -> int:
    """The step that the numbers are of."""
    return int(page.find(".metrics").get_attribute("data-step") or -1)


def drag(page: Page, *shares: float, kind: str = "mouse", lift: bool = True) -> None:
    """Presses at the first place of the line and goes along the others."""
    builder = ActionBuilder(page.driver, mouse=PointerInput(kind, kind), duration=20)
    line = page.find(LINE)
    half = line.size["width"] / 2
    pointer = builder.pointer_action
    for i, share in enumerate(shares):
        pointer.move_to(line, int((2 * share - 1) * half), 0)
        if i == 0:
            pointer.pointer_down()
    if lift:
        pointer.pointer_up()
    builder.perform()


@pytest.mark.slow
def test_it_goes_back_and_forth_and_on_from_there(page: Page) -> None:
    assert not page.find(LINE).is_displayed(), "nothing to look back at yet"
    seen = [picture(page)]
    losses = []
    for _ in range(3):
        step(page)
        page.wait(lambda: measured(page) == page.step, "the numbers")
        seen.append(picture(page))
        losses.append(page.metric("train_loss"))
    a_finger_goes_back_on_a_phone(page)
    a_moment_goes_on_in_a_tab_of_its_own(page, seen[2])
    an_edit_is_of_the_present(page)

    step(page)
    line = page.find(LINE)
    page.wait(lambda: line.get_attribute("aria-valuemax") == "6", "six points are kept")
    assert len(page.find_all(".time-tick[data-kind='edit']")) == 1
    page.run("arguments[0].focus()", line)
    page.press(Keys.HOME)
    looks(page, 0)
    page.wait(lambda: picture(page) == seen[0], "the first picture")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    looks(page, 2)
    page.wait(lambda: picture(page) == seen[2], "the picture of then")
    assert page.metric("train_loss") == losses[1]
    assert page.units == [4, 2]
    cursor = "return document.querySelector('#panel-loss .curve-chart').layout.shapes.at(-1)?.x0"
    page.wait(lambda: page.run(cursor) == 50, "a line in the curves")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    page.wait(lambda: page.units == [5, 2], "the network after the edit")
    assert line.get_attribute("aria-valuetext") == "Epoch 3, Layer 1, Units: 4 → 5"
    page.press(Keys.ESCAPE)
    page.wait(lambda: page.step == 100 and not said(page), "the present again")
    assert page.units == [5, 2]

    page.press(Keys.HOME, Keys.ARROW_RIGHT)
    looks(page, 1)
    page.click("[data-action='branch']")
    page.wait(lambda: page.running and page.step > 25 and page.units == [4, 2], "it trains on")
    assert not said(page)
    page.pause()
    page.click("[data-action='undo']")
    page.wait(lambda: page.step == 100 and page.units == [5, 2], "undo brings back where it was")
    assert page.find(".time-tick[data-kind='branch']")


def a_finger_goes_back_on_a_phone(page: Page) -> None:
    page.resize(360, 740, mobile=True)
    page.until("innerWidth === 360", "a phone")
    drag(page, 0.9, 0.66, kind="touch")
    looks(page, 2)
    assert not page.tooltip
    width = "return document.documentElement.scrollWidth"
    assert page.run(width) == 360
    drag(page, 0.66, 0.995, kind="touch")
    page.wait(lambda: not said(page) and page.step == 75, "the end is the present")
    page.resize(1440, 900)
    page.until("innerWidth === 1440", "a laptop")


def a_moment_goes_on_in_a_tab_of_its_own(page: Page, then: str) -> None:
    page.run("arguments[0].focus()", page.find(LINE))
    page.press(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    looks(page, 2)
    here = page.driver.current_window_handle
    known = set(page.driver.window_handles)
    page.click("[data-action='branchAside']")
    page.wait(lambda: set(page.driver.window_handles) - known, "a tab opens")
    (there,) = set(page.driver.window_handles) - known
    page.driver.switch_to.window(there)
    page.wait(lambda: page.frames > 0, "the first frame")
    assert page.step == 50
    page.wait(lambda: picture(page) == then, "the picture of that moment")
    assert "session" not in page.driver.current_url, "a link to it would open it twice"
    page.play()
    page.goes_on()
    page.driver.close()
    page.driver.switch_to.window(here)
    page.click("[data-action='present']")
    page.wait(lambda: page.step == 75, "the run itself is where it was")


def an_edit_is_of_the_present(page: Page) -> None:
    line = page.find(LINE)
    page.wait(lambda: line.get_attribute("aria-valuemax") == "4", "four points are kept")
    page.run("arguments[0].focus()", line)
    page.press(Keys.HOME)
    looks(page, 0)
    page.edited(lambda: page.click("[data-add='0']"))
    page.wait(lambda: not said(page) and page.step == 75, "the present, changed")
    assert page.units == [5, 2]


def test_a_hand_goes_back_while_it_trains(page: Page) -> None:
    page.play()
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.PAGE_UP))
    page.wait(lambda: len(page.find_all(".time-tick")) == 1, "the edit is marked")
    page.wait(lambda: page.step > 500, "a longer run")
    assert page.text(".time-thumb") == "Now"
    handle = page.find(".time-thumb")
    ActionChains(page.driver).click_and_hold(handle).move_by_offset(-3, 0).release().perform()
    assert page.running, "the handle is held where it is pressed"
    drag(page, 0.9, 0.6, 0.1, lift=False)
    page.wait(lambda: said(page), "it looks back")
    assert not page.running
    page.wait(lambda: page.step < 200, "an early moment")
    there = page.step
    drag(page, 0.1, 0.7)
    page.wait(lambda: page.step > there, "a later one")
    page.run("arguments[0].focus()", page.find(LINE))
    page.press(Keys.HOME)
    page.wait(lambda: page.step == 0, "the beginning")
    rate = page.control("optimizer.learning_rate")
    assert page.value("optimizer.learning_rate") == "0.03", "the settings are those of then"
    assert rate.is_displayed()
    assert not rate.is_enabled(), "what is past cannot be changed"
    assert not page.find("[data-dataset='xor']").is_enabled()
    assert page.text(".time-thumb") == "Epoch 0"
    page.click("[data-action='present']")
    page.wait(lambda: page.running and page.step > 500, "it trains on by itself")
    assert page.value("optimizer.learning_rate") != "0.03"
    assert rate.is_enabled()
    page.pause()
    tick = page.find(".time-tick")
    ActionChains(page.driver).move_to_element(tick).perform()
    page.wait(lambda: "Learning rate: 0.03 →" in page.tooltip, "what was changed")
