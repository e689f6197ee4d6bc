"""What is said to those who hear the page: when, and what."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

APART = 5000
SUMMARY = re.compile(r"Epoch ([\d,]+)\. Test loss [\d.e−]+, test accuracy [\d.]+ %\.")

#: Keeps every text that the live region gets, with its time, and how many frames were seen.
LISTEN = """
    const live = document.querySelector("#announcer [role=status]");
    window.heard = [];
    new MutationObserver(() => window.heard.push(
      { text: live.textContent, time: performance.now(), frames: livenet.frames }))
      .observe(live, { childList: true, characterData: true, subtree: true });
"""


def heard(page: Page) -> list[str]:
    return [one["text"] for one in page.run("return window.heard")]


def listen(page: Page) -> None:
    page.run(LISTEN)


def set_clock(page: Page, speed: float) -> None:
    """Makes the page's clock faster, or slower: then timers of seconds wait in `window.late`."""
    page.run(
        """const now = performance.now.bind(performance);
           const began = now();
           const { setTimeout: start } = window;
           const [speed] = arguments;
           Object.assign(window, { ahead: 0, late: [] });
           performance.now = () => began + (now() - began) * speed + window.ahead;
           window.setTimeout = (call, time, ...rest) => (speed < 1 && time > 1000
             ? window.late.push(call) : start(call, time / Math.max(1, speed), ...rest));""",
        speed,
    )


@pytest.mark.slow
def test_a_summary_comes_every_five_seconds_while_it_trains(page: Page) -> None:
    set_clock(page, 10)
    listen(page)
    page.play()
    page.wait(lambda: sum(bool(SUMMARY.fullmatch(t)) for t in heard(page)) >= 3, "three summaries")
    first, *spoken = page.run("return window.heard")
    assert first["text"] == "Training."
    for before, after in pairwise([first, *spoken]):
        assert after["time"] - before["time"] >= APART
    epochs = [int(match[1].replace(",", "")) for one in spoken
              if (match := SUMMARY.fullmatch(one["text"]))]  # fmt: skip
    assert len(epochs) == len(spoken)
    assert epochs == sorted(set(epochs))
    # Regression has words of its own.
    page.edited(lambda: page.click("[data-dataset='bumps']"))
    page.wait(lambda: any(re.fullmatch(r"Epoch [\d,]+\. Test RMSE [\d.]+, R² [\d.−]+\.", t)
                          for t in heard(page)), "a summary")  # fmt: skip


@pytest.mark.slow
def test_an_event_is_said_at_once_and_nothing_while_nothing_happens(page: Page) -> None:
    # One region speaks by itself: a countdown, a hint or a dragged slider too would drown the rest.
    live = page.run(
        """return [...document.querySelectorAll("[aria-live], [role=status], [role=alert], output")]
             .filter((e) => e.getAttribute("aria-live") !== "off" && e.checkVisibility())
             .map((e) => e.outerHTML)"""
    )
    assert len(live) == 1, live
    listen(page)
    before = page.run("document.querySelector('.play').click(); return performance.now()")
    page.wait(lambda: heard(page), "playing is said")
    [first] = page.run("return window.heard")
    assert first["text"] == "Training."
    assert first["time"] - before < APART
    page.goes_on(3)
    page.pause()
    page.wait(
        lambda: "Paused." in page.text("#announcer [role=status]"), "what was said in the end"
    )
    listen(page)
    quiet = page.load(
        """const began = performance.now();
           await new Promise((done) => {
             const look = () => (performance.now() - began > 5500 || window.heard.length
               ? done() : requestAnimationFrame(look));
             look();
           });
           return window.heard;"""
    )
    assert quiet == []


SETS = ("xor", "gauss", "spiral", "moons")
#: Presses one thing after the other, each as soon as a frame shows the one before.
PRESS_ALL = """
    for (const css of arguments[0]) {
      const { specId } = livenet;
      document.querySelector(css).click();
      while (livenet.specId === specId) await new Promise(requestAnimationFrame);
    }
"""


def test_events_close_together_become_the_newest_of_the_most_important(page: Page) -> None:
    """Its clock goes slowly, so that they are close together however slow the machine is."""
    set_clock(page, 0.01)
    listen(page)
    page.load(PRESS_ALL, [*(f"[data-dataset='{name}']" for name in SETS), "[data-add='0']"])
    assert len(heard(page)) == 1
    page.run("window.ahead = arguments[0]; window.late.forEach((call) => call())", APART + 50)
    page.wait(lambda: len(heard(page)) == 2, "the rest is said as one")
    first, second = page.run("return window.heard")
    assert first["text"] == "Data: Exclusive or."
    assert second["text"] == "Layer 1, Units: 5."
    assert second["time"] - first["time"] >= APART


def said(page: Page, expected: str) -> None:
    page.wait(lambda: expected in heard(page), f"{expected!r} is said")


@pytest.mark.slow
def test_what_was_changed_is_said(page: Page) -> None:
    listen(page)
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.ARROW_RIGHT))
    said(page, "Learning rate: 0.031.")
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    said(page, "Optimizer: Adam.")
    page.edited(lambda: page.choose("loss", "hinge"))
    said(page, "Loss: Hinge.")
    page.edited(lambda: page.click("[data-insert='2']"))
    said(page, "Hidden layers: 3.")
    page.edited(lambda: page.tile(0, 0).click())
    said(page, "Features: x₂.")
    page.edited(lambda: page.click("[data-action='undo']"))
    said(page, "Undone. Features: x₁, x₂.")
    page.edited(lambda: page.choose("preset", "spiral"))
    page.wait(lambda: any(re.fullmatch(r"\d+ settings changed\.", t) for t in heard(page)), "many")


@pytest.mark.slow
def test_reset_and_divergence_are_said(page: Page) -> None:
    page.play()
    page.goes_on(3)
    page.pause()
    page.edited(lambda: page.choose("loss", "mean_squared_error"))
    page.edited(lambda: page.click("[data-dataset='plane']"))
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.END))
    listen(page)
    page.click("[data-action='reset']")
    said(page, "Reset to the initial weights.")
    page.click(".play")
    page.wait(lambda: any("became infinite or NaN" in t for t in heard(page)), "it diverged")
    assert heard(page)[-1].startswith("The loss became infinite or NaN at update")
    assert not page.running


def test_a_lost_connection_is_said_once_and_that_it_is_back(page: Page) -> None:
    page.allowed += ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED"]
    listen(page)
    page.go_offline()
    page.wait(lambda: heard(page), "the loss is said")
    page.wait(lambda: "Trying" in page.notice, "the notice counts down and tries")
    assert heard(page) == ["Connection lost. Nothing that was learned is lost."]
    page.go_offline(False)
    said(page, "Connected again.")
    assert len(heard(page)) == 2


def test_pictures_have_a_description_that_follows_the_training(page: Page) -> None:
    page.wait(lambda: page.find_all("#panel-loss [role=img]"), "the chart is drawn")
    pictures = page.run(
        """return [".output-plane [role=img]", "#panel-loss [role=img]"].map((css) => {
             const picture = document.querySelector(css);
             return [picture.getAttribute("aria-label"), picture.getAttribute("aria-describedby")];
           });"""
    )
    assert all(label and described == "state" for label, described in pictures)
    page.wait(lambda: page.text("#state").startswith("Paused. Epoch 0."), "the state at the start")
    page.play()
    page.wait(lambda: re.match(r"Training\. Epoch [1-9]", page.text("#state")), "the state goes on")
    assert page.find("#state").get_attribute("aria-live") is None
