"""Every control, moved while the network trains."""

from __future__ import annotations

from itertools import pairwise

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from engine.spec.names import IMAGE_DATASETS, TABLE_DATASETS
from tests.browser.page import Page

RATES = {
    "momentum": ["momentum"],
    "nesterov": ["momentum"],
    "adagrad": ["epsilon"],
    "rmsprop": ["rho", "epsilon"],
    "adam": ["beta_1", "beta_2", "epsilon"],
}


def shown(page: Page, css: str) -> list[str]:
    """Paths of the controls that can be seen and moved."""
    return page.run(
        """return [...document.querySelectorAll(arguments[0])]
             .filter((one) => one.checkVisibility() && !one.disabled && one.dataset.path)
             .map((one) => one.dataset.path)""",
        css,
    )


@pytest.mark.slow
def test_every_slider_moves_by_key_and_by_pointer_while_training(page: Page) -> None:
    page.click(".more-toggle")
    page.click(".data-more summary")
    page.click("[data-path='optimizer.clip_norm.on']")
    page.play()
    paths = [path for path in shown(page, ".slider") if path != "speed"]
    assert {
        "optimizer.learning_rate", "regularization.l1", "regularization.l2",
        "optimizer.clip_norm", "initializer.scale", "data.noise", "data.samples",
        "data.test_fraction", "batch_size", "data.label_noise", "data.class_balance",
    } <= set(paths)  # fmt: skip
    for path in paths:
        slider = page.control(path)
        before = page.value(path)
        page.edited(lambda slider=slider: slider.send_keys(Keys.ARROW_RIGHT))
        assert page.value(path) != before, path
        page.edited(lambda slider=slider: slider.send_keys(Keys.ARROW_LEFT))
        assert page.value(path) == before, path
        aside = int(slider.rect["width"] * 0.2)
        hand = ActionChains(page.driver).move_to_element_with_offset(slider, aside, 0).click()
        page.edited(hand.perform)
    page.goes_on()
    assert page.running


#: Chooses every option of every choice, each as soon as a frame shows the one before.
CHOOSE_ALL = """
    const chosen = [];
    const find = (path) => document.querySelector(`[data-path="${path}"]`);
    for (const path of arguments[0]) {
      for (const { value } of [...find(path).options].reverse()) {
        if (value === find(path).value) continue;
        const { specId } = livenet;
        find(path).value = value;
        find(path).dispatchEvent(new Event("change", { bubbles: true }));
        while (livenet.specId === specId) await new Promise((done) => setTimeout(done, 10));
        chosen.push({ path, value, shown: find(path).value });
      }
    }
    return chosen;
"""


@pytest.mark.slow
def test_every_choice_can_be_made_while_training(page: Page) -> None:
    page.click(".more-toggle")
    page.control("optimizer.learning_rate").send_keys(Keys.HOME)
    page.play()
    paths = shown(page, ".sheet select")
    assert {"optimizer.name", "activation", "loss", "initializer.name"} <= set(paths)
    chosen = page.load(CHOOSE_ALL, paths)
    assert len(chosen) > 40
    assert [one for one in chosen if one["shown"] != one["value"]] == []
    page.goes_on()
    assert page.running


def offer_the_rates_that_an_optimizer_reads(page: Page) -> None:
    for optimizer, rates in RATES.items():
        page.edited(lambda optimizer=optimizer: page.choose("optimizer.name", optimizer))
        offered = [p.removeprefix("optimizer.") for p in shown(page, ".more .slider")]
        assert [p for p in offered if p != "clip_norm" and "." not in p] == rates, optimizer


@pytest.mark.slow
def test_every_data_set_and_every_feature_while_training(page: Page) -> None:
    page.play()
    names = [e.get_attribute("data-dataset") for e in page.find_all(".thumbnail")]
    *points, mnist, fashion, digits = names
    assert len(points) == 15
    assert (mnist, fashion, digits) == IMAGE_DATASETS
    # Tables first: their inputs are columns, and points have features again.
    for name in sorted(points, key=lambda name: name not in TABLE_DATASETS):
        button = page.find(f"[data-dataset='{name}']")
        if button.get_attribute("aria-checked") == "true":
            continue
        page.edited(button.click)
        assert button.get_attribute("aria-checked") == "true"
    idle = [e.get_attribute("data-feature") for e in page.find_all(".tile.idle")]
    assert len(idle) == 8
    for name in idle:
        page.edited(lambda name=name: page.click(f".tile[data-feature='{name}']"))
    assert len(page.find_all(".tile[data-role='input']")) == 10
    page.edited(lambda: page.tile(0, 0).click())
    page.wait(lambda: len(page.find_all(".tile[data-role='input']")) == 9, "a feature goes")
    page.goes_on(1)
    assert page.running


def leave_out_what_does_not_apply(page: Page) -> None:
    page.click(".data-more summary")
    assert page.control("data.class_balance").is_displayed()
    assert not page.control("data.classes").is_displayed()
    page.edited(lambda: page.click("[data-dataset='blobs']"))
    assert page.control("data.classes").is_displayed()
    assert not page.control("data.class_balance").is_displayed()
    losses = [o.get_attribute("value") for o in Select(page.control("loss")).options]
    assert losses == ["categorical_crossentropy", "mean_squared_error"]


def move_the_log_slider(page: Page) -> None:
    """It is exact by keyboard and reaches its ends."""
    slider = page.control("optimizer.learning_rate")
    assert page.value("optimizer.learning_rate") == "0.03"
    slider.send_keys(Keys.ARROW_RIGHT)
    assert page.value("optimizer.learning_rate") == "0.031"
    slider.send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert page.value("optimizer.learning_rate") == "0.029"
    slider.send_keys(Keys.PAGE_UP)
    assert page.value("optimizer.learning_rate") == "0.039"
    slider.send_keys(Keys.END)
    assert page.value("optimizer.learning_rate") == "10"
    slider.send_keys(Keys.HOME)
    assert page.value("optimizer.learning_rate") == "1e−5"
    zero = page.control("regularization.l2")
    assert page.value("regularization.l2") == "0"
    zero.send_keys(Keys.ARROW_RIGHT)
    assert page.value("regularization.l2") == "1e−5"
    zero.send_keys(Keys.ARROW_LEFT)
    page.edited(lambda: zero.send_keys(Keys.ARROW_LEFT, Keys.ARROW_RIGHT))
    assert page.value("regularization.l2") == "1e−5"


def drag_a_slider(page: Page) -> None:
    """It edits while it is dragged."""
    page.run(
        """window.seen = new Set();
           const slider = document.querySelector("[data-path='data.noise']");
           slider.addEventListener("pointerup", () => { window.released = true; });
           const look = () => {
             if (window.released) return;
             window.seen.add(livenet.specId);
             requestAnimationFrame(look);
           };
           look();"""
    )
    hand = ActionChains(page.driver, duration=150).click_and_hold(page.control("data.noise"))
    for _ in range(8):
        hand.move_by_offset(8, 0)
    hand.release().perform()
    assert page.run("return window.released")
    assert page.run("return window.seen.size") >= 4
    assert 0.4 < float(page.value("data.noise")) <= 0.5
    page.goes_on()


def make_more_epochs_a_frame(page: Page) -> None:
    page.control("speed").send_keys(*[Keys.PAGE_UP] * 4)
    speed = int(page.value("speed").removeprefix("×"))
    assert speed > 1
    steps = page.run(
        """const seen = []; return new Promise((done) => {
             const look = () => {
               if (seen.at(-1) !== livenet.step) seen.push(livenet.step);
               if (seen.length > 5) done(seen); else requestAnimationFrame(look);
             };
             look();
           });"""
    )
    assert min(b - a for a, b in pairwise(steps[1:])) >= 25


def keep_the_last_feature(page: Page) -> None:
    page.edited(lambda: page.tile(0, 0).click())
    page.wait(lambda: len(page.find_all(".tile[data-role='input']")) == 1, "one feature is left")
    before = page.spec_id
    page.tile(0, 0).click()
    page.edited(lambda: page.click("[data-add='0']"))
    assert page.spec_id == before + 1
    assert len(page.find_all(".tile[data-role='input']")) == 1


def have_an_edit_refused(page: Page) -> None:
    """It is said and taken back."""
    page.run(
        """const optimizer = document.querySelector("[data-path='optimizer.name']");
           optimizer.append(new Option("?", "perpetual_motion"));"""
    )
    page.choose("optimizer.name", "perpetual_motion")
    page.wait(lambda: "Optimizer: this value is not valid" in page.notice, "the page says so")
    page.wait(
        lambda: page.control("optimizer.name").get_property("value") == "sgd",
        "the control is back at the true value",
    )
    page.goes_on()
    page.wait(lambda: not page.notice, "the notice goes by itself")


def name_and_explain_every_control(page: Page) -> None:
    """Every word is in the catalogue; all controls are unfolded afterwards."""
    bare = page.run(
        """return [...document.querySelectorAll("button, input, select")]
             .filter((e) => e.checkVisibility())
             .filter((e) => !e.getAttribute("aria-label") && !e.textContent.trim())
             .filter((e) => !e.labels?.length)
             .map((e) => e.outerHTML)"""
    )
    assert bare == []
    unexplained = page.run(
        """return [...document.querySelectorAll(".strip .field, .data .field")]
             .filter((e) => !e.dataset.help).map((e) => e.textContent)"""
    )
    assert unexplained == []
    page.hover(page.find(".control-rate"))
    page.wait(lambda: "Size of each update" in page.tooltip, "the tooltip explains")
    page.click(".more-toggle")
    missing = page.run(
        """return document.body.innerText.match(
             /\\b(action|card|label|help|option|data|task|unit|observation|metric)\\.[a-zA-Z_.]+/g)"""
    )
    assert missing is None


def test_the_controls_of_a_paused_page(page: Page) -> None:
    name_and_explain_every_control(page)
    move_the_log_slider(page)
    offer_the_rates_that_an_optimizer_reads(page)
    keep_the_last_feature(page)
    leave_out_what_does_not_apply(page)


@pytest.mark.slow
def test_the_controls_of_a_page_that_trains(page: Page) -> None:
    page.play()
    drag_a_slider(page)
    have_an_edit_refused(page)
    make_more_epochs_a_frame(page)
