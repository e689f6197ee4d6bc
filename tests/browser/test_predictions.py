"""Predictions of a lesson that is carried by a link: paused, left, diverged, drawn by a finger."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

POINTS = {"data": {"name": "gauss", "samples": 200}, "layers": []}
ANSWERED = "document.querySelector('.lesson-predict').dataset.state === 'answered'"
ARRIVED = "document.documentElement.dataset.step === String(arguments[0])"


def open_lesson(tab: Page, predict: str, spec: dict[str, Any]) -> None:
    """Opens a lesson of two steps, the first of which has a prediction, by a link."""
    text = (
        "---\ntitle: Own\nsummary: Own.\nminutes: 5\n---\n## First\n"
        f":::state\n{json.dumps({'spec': spec})}\n:::\n"
        ":::figure boundary,loss\ncontrols: play,reset\n:::\n"
        f":::predict\nWhat comes?\n{predict}\n> So it is.\n:::\n## Second\nText.\n"
    )
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(text.encode()) + packer.flush()
    fragment = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    tab.driver.get(f"{tab.url}/lesson?lang=en#lesson={fragment}")
    tab.until(ARRIVED, "the first step", 1)


@pytest.mark.slow
def test_a_prediction_that_is_paused_goes_on_and_one_that_is_left_is_made_again(tab: Page) -> None:
    open_lesson(tab, "mark: loss\nepochs: 30", POINTS)
    mark_and_try(tab)
    tab.until("livenet.step > 0", "it trains")
    tab.click(".play")
    tab.until("!document.querySelector('[data-action=goOn]').hidden", "it waits to go on")
    assert tab.run("return livenet.step") < 300
    assert not tab.find_all(".lesson-verdict")
    tab.click("[data-action=goOn]")
    tab.until(ANSWERED, "it has gone on to its end")
    assert tab.run("return livenet.step") == 300
    said = tab.text(".lesson-found")
    assert said.startswith("After 30 epochs the train loss is")
    tab.reload()
    tab.until(ARRIVED, "the first step again", 1)
    assert tab.text(".lesson-found") == said
    tab.run("localStorage.clear()")
    tab.reload()
    tab.until(ARRIVED, "the first step, as if it were new", 1)
    mark_and_try(tab)
    tab.until("livenet.step > 0", "it trains")
    tab.click("[data-action=next]")
    tab.until(ARRIVED, "the second step", 2)
    tab.click("[data-action=back]")
    tab.until(ARRIVED, "the first step once more", 1)
    tab.until("livenet.step === 0", "it has begun anew")
    assert not tab.find_all(".lesson-verdict")
    assert tab.run("return document.getElementById('bar').inert"), "it is to be predicted again"
    tab.click("[data-action=answer]")
    tab.until(ANSWERED, "it is explained now")
    tab.run("localStorage.clear()")


def mark_and_try(tab: Page) -> None:
    tab.find(".lesson-predict input[type=range]").send_keys(Keys.ARROW_LEFT * 20)
    tab.click("[data-action=answer]")


@pytest.mark.slow
def test_a_prediction_whose_training_diverges_is_explained(tab: Page) -> None:
    spec = {
        "data": {"name": "ridge"},
        "layers": [{"units": 4, "activation": "relu"}],
        "optimizer": {"learning_rate": 10},
    }
    open_lesson(tab, "mark: test_loss\nepochs: 200", spec)
    mark_and_try(tab)
    tab.until(ANSWERED, "it is explained")
    assert "infinite or NaN" in tab.text(".lesson-found")
    tab.run("localStorage.clear()")


@pytest.mark.slow
def test_a_finger_draws_in_three_classes_after_an_edit(tab: Page) -> None:
    predict = (
        'draw: boundary\nedit: {"optimizer": {"name": "adam", "learning_rate": 0.1}}\nepochs: 40'
    )
    open_lesson(tab, predict, {"data": {"name": "blobs", "samples": 200}, "layers": []})
    box = tab.run("return document.querySelector('.drawing-surface').getBoundingClientRect()")
    touch = ActionBuilder(tab.driver, mouse=PointerInput("touch", "finger"), duration=10)
    at = [box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"]]
    touch.pointer_action.move_to_location(*map(int, at))
    touch.pointer_action.pointer_down()
    for share in (0.4, 0.6, 0.8):
        place = (box["x"] + share * box["width"], box["y"] + (share + 0.1) * box["height"])
        touch.pointer_action.move_to_location(*map(int, place))
    touch.pointer_action.pointer_up()
    touch.perform()
    tab.click("[data-action=answer]")
    tab.until(ANSWERED, "it is explained")
    assert "% of the plane" in tab.text(".lesson-found")
    assert tab.run("return document.querySelector('.drawn-truth').getAttribute('d').length") > 100
    tab.run("localStorage.clear()")


@pytest.mark.slow
def test_a_boundary_is_drawn_in_one_step_for_a_slide(tab: Page) -> None:
    tab.open("/embed?lesson=neuron&step=6&lang=en")
    tab.until(ARRIVED, "the step", 6)
    surface = tab.find(".drawing-surface")
    surface.send_keys(Keys.SHIFT + Keys.ARROW_LEFT * 5 + Keys.ARROW_UP * 5 + Keys.NULL, Keys.SPACE)
    surface.send_keys(Keys.SHIFT + Keys.ARROW_RIGHT * 9 + Keys.ARROW_DOWN * 9 + Keys.NULL)
    surface.send_keys(Keys.SPACE, Keys.ENTER)
    tab.click(".lesson-predict [data-action=answer]")
    tab.until(ANSWERED, "it is explained")
    assert "Close" in tab.text(".lesson-verdict")
    tab.reload()
    tab.until(ARRIVED, "the step again", 6)
    assert not tab.find_all(".lesson-verdict"), "a slide keeps nothing"
