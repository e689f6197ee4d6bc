"""Undo and redo: buttons, keys, curves, and the way out of a divergence."""

from __future__ import annotations

from itertools import pairwise

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

CHART = "document.querySelector('#panel-loss .curve-chart')"

UNDO, REDO = "[data-action='undo']", "[data-action='redo']"


def steps_of_curve(page: Page) -> list[int]:
    """Steps of the loss curve as it is drawn."""
    script = f"return {CHART}.data?.[0].x ?? []"
    return page.run(script)


def marks_of_curve(page: Page) -> list[int]:
    script = f"return ({CHART}.layout?.shapes ?? []).map((s) => s.x0)"
    return page.run(script)


def train(page: Page, epochs: int) -> None:
    """Makes single steps, so that the steps of the run are known."""
    for _ in range(epochs):
        before = page.step
        page.click("[data-action='oneEpoch']")
        page.wait(lambda before=before: page.step == before + 25, "one epoch more")


def shown_loss(page: Page) -> float:
    """The train loss on the page, once it is that of the last step."""
    page.wait(
        lambda: page.find(".metrics").get_attribute("data-step") == str(page.step),
        "the numbers of the last step",
    )
    return page.metric("train_loss")


def chord(page: Page, key: str, *, shift: bool = False) -> None:
    """Presses a key with Ctrl."""
    page.driver.execute_cdp_cmd(
        "Input.dispatchKeyEvent",
        {
            "type": "keyDown",
            "modifiers": 2 + 8 * shift,
            "key": key.upper() if shift else key,
            "code": f"Key{key.upper()}",
            "windowsVirtualKeyCode": ord(key.upper()),
        },
    )


def test_an_edit_is_undone_and_made_again(page: Page) -> None:
    assert not page.find(UNDO).is_enabled()
    assert not page.find(REDO).is_enabled()
    weights_and_curves_go_back_and_forth(page)


@pytest.mark.slow
def test_undo_comes_by_key_and_on_a_phone_and_ends_a_divergence(page: Page) -> None:
    weights_and_curves_go_back_and_forth(page)
    curves_come_back_when_a_reset_is_undone(page)
    keys_do_it_too(page)
    a_text_field_keeps_its_own_undo(page)
    a_phone_has_all_in_one_line(page)
    page.click(".sheet-close")
    page.resize(1440, 900)
    a_running_network_runs_on_and_a_divergence_is_left(page)


def weights_and_curves_go_back_and_forth(page: Page) -> None:
    train(page, 4)
    loss = shown_loss(page)
    page.edited(lambda: page.click("[data-add='0']"))
    train(page, 4)
    later = shown_loss(page)
    whole = [0, 25, 50, 75, 100, 125, 150, 175, 200]
    page.wait(lambda: steps_of_curve(page) == whole, "the whole curve")
    page.wait(lambda: marks_of_curve(page) == [100], "the edit is marked")
    page.click(UNDO)
    page.wait(lambda: page.step == 100 and page.units == [4, 2], "the moment before the edit")
    assert shown_loss(page) == loss
    page.wait(lambda: steps_of_curve(page) == whole[:5], "it ends where the run stands")
    page.wait(lambda: marks_of_curve(page) == [], "there is no edit any more")
    page.wait(lambda: not page.find(UNDO).is_enabled(), "nothing is left to undo")
    # The focus goes to the other button when one is used up.
    page.wait(
        lambda: page.run("return document.activeElement.dataset.action") == "redo",
        "redo has the focus",
    )
    page.press(Keys.ENTER)
    page.wait(lambda: page.step == 200 and page.units == [5, 2], "the moment of the undo")
    assert shown_loss(page) == later
    page.wait(lambda: not page.find(REDO).is_enabled(), "nothing is left to do again")
    # A run goes on from where it went back to.
    page.click(UNDO)
    page.wait(lambda: page.step == 100, "once more")
    train(page, 1)
    page.wait(lambda: steps_of_curve(page) == whole[:6], "it goes on from there")
    page.click(REDO)
    page.wait(lambda: steps_of_curve(page) == whole, "the curve of then")
    page.wait(lambda: marks_of_curve(page) == [100], "and its mark")
    train(page, 1)
    page.wait(lambda: steps_of_curve(page) == [*whole, 225], "it goes on from there")


def curves_come_back_when_a_reset_is_undone(page: Page) -> None:
    before = steps_of_curve(page)
    page.click("[data-action='reset']")
    page.wait(lambda: page.step == 0, "back at step 0")
    page.wait(lambda: steps_of_curve(page) == [0], "the curve begins anew")
    train(page, 1)
    page.click(UNDO)
    page.wait(lambda: page.step == before[-1], "the run goes on where it was")
    page.wait(lambda: steps_of_curve(page) == before, "and so does its curve")


def keys_do_it_too(page: Page) -> None:
    page.edited(lambda: page.click("[data-add='0']"))
    page.run("document.activeElement.blur()")
    chord(page, "z")
    page.wait(lambda: page.units == [5, 2], "Ctrl+Z undoes")
    chord(page, "z", shift=True)
    page.wait(lambda: page.units == [6, 2], "Ctrl+Shift+Z does it again")
    chord(page, "z")
    page.wait(lambda: page.units == [5, 2], "Ctrl+Z undoes")
    page.find("[data-path='optimizer.learning_rate']").send_keys(Keys.NULL)
    chord(page, "y")
    page.wait(lambda: page.units == [6, 2], "Ctrl+Y does it again, from a slider too")


def a_text_field_keeps_its_own_undo(page: Page) -> None:
    page.run(
        """const field = document.createElement("input");
           field.id = "own";
           document.body.append(field);
           field.focus();"""
    )
    page.settle()
    before = page.spec_id
    chord(page, "z")
    page.run("document.getElementById('own').remove()")
    page.edited(lambda: page.click("[data-drop='1']"))
    assert page.spec_id == before + 1
    assert page.units == [6, 1]


def a_phone_has_all_in_one_line(page: Page) -> None:
    for width in (320, 360, 414):
        page.resize(width, 740, mobile=True)
        page.until("innerWidth === arguments[0]", "the new width", width)
        one_line(page)
    page.click(".sheet-open")
    assert page.find(".sheet [data-action='newSeed']").is_displayed()


def one_line(page: Page) -> None:
    boxes = page.run(
        """return [...document.querySelectorAll(".transport button, .epoch")]
             .filter((e) => e.checkVisibility())
             .map((e) => e.getBoundingClientRect())
             .map(({ left, right, top, bottom }) => [left, right, (top + bottom) / 2]);"""
    )
    assert len(boxes) == 7
    middle = boxes[0][2]
    for (_, right, _), (left, _, y) in pairwise(boxes):
        assert right <= left
        assert abs(y - middle) < 4
    room = page.run(
        """const e = document.querySelector(".epoch-value");
           e.textContent = "12,345";
           return e.clientWidth - e.scrollWidth;"""
    )
    assert room >= 0


def a_running_network_runs_on_and_a_divergence_is_left(page: Page) -> None:
    it_runs_on_through_undo_and_redo(page)
    page.pause()
    page.edited(lambda: page.choose("optimizer.name", "sgd"))
    page.diverge()
    # One click undoes what made it diverge, and goes on.
    page.click("[data-action='undoAndGoOn']")
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.03", "the rate of before")
    page.wait(lambda: page.running, "it runs")
    page.goes_on()
    assert page.find(".observation").get_attribute("data-observation") != "diverged"
    page.pause()
    # Undo in the strip ends a divergence, too.
    diverge_again(page)
    shown = page.run("return livenet.specId")
    page.click(UNDO)
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.03", "the rate of before")
    page.until("livenet.specId > arguments[0]", "a frame shows it, at the step of before", shown)
    page.wait(
        lambda: page.find(".observation").get_attribute("data-observation") != "diverged",
        "nothing diverges any more",
    )
    assert not page.running
    # One click lowers the rate and goes on. What a trial finds may take the place of the first
    # guess, 1, at any moment.
    diverge_again(page)
    offered = ("3", "1", "0.3")
    assert page.text("[data-action='tryIt']") in [f"Lower to {rate}" for rate in offered]
    page.edited(lambda: page.click("[data-action='tryIt']"))
    assert page.value("optimizer.learning_rate") in offered
    page.wait(lambda: page.running, "it goes on")
    page.pause()


def diverge_again(page: Page) -> None:
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.END))
    page.click(".play")
    page.wait(
        lambda: page.find(".observation").get_attribute("data-observation") == "diverged",
        "the divergence is said",
    )
    assert not page.running


def it_runs_on_through_undo_and_redo(page: Page) -> None:
    page.play()
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.goes_on()
    for css, name in ((UNDO, "sgd"), (REDO, "adam")):
        before = page.run("return livenet.specId")
        page.click(css)
        # The step of before comes back with the first frame of the network of before.
        page.until("livenet.specId > arguments[0]", "a frame shows it", before)
        assert page.control("optimizer.name").get_property("value") == name
        page.goes_on()
        assert page.running
