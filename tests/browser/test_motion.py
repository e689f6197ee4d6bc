"""For those who asked for less motion nothing slides, and pictures come calmly."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

import pytest

from tests.browser.page import Page

pytestmark = pytest.mark.slow

#: Collects what begins to move by the style sheets, however few pictures the screen shows of it.
WATCH = """
    window.moved = new Set();
    for (const kind of ["transitionrun", "animationstart"]) {
      document.addEventListener(kind, ({ target, propertyName, animationName }) => {
        window.moved.add(`${target.className} ${propertyName ?? animationName}`);
      });
    }
"""

#: The times and steps of the next so many frames that are painted.
FRAMES = """
    const many = arguments[0];
    const seen = [];
    return new Promise((done) => {
      let last = livenet.frames;
      const look = () => {
        if (livenet.frames !== last) seen.push([performance.now(), livenet.step]);
        last = livenet.frames;
        if (seen.length === many) done(seen);
        else requestAnimationFrame(look);
      };
      look();
    });
"""


def steps_of(frames: list[tuple[float, int]]) -> list[int]:
    """Steps from each frame to the next."""
    return [after[1] - before[1] for before, after in pairwise(frames)]


def touch_all(page: Page) -> None:
    """Does whatever moves something."""
    page.click(".more-toggle")
    page.control("showTest").click()
    page.hover(page.tile(1, 0))
    page.wait(lambda: page.find(".lens").is_displayed(), "the tile is lifted")
    page.edited(lambda: page.click("[data-insert='1']"))
    page.click("[data-action='tour']")
    page.click("[data-action='tourNext']")
    page.wait(lambda: page.find(".tour").get_attribute("data-step") != "data", "the next step")
    page.press("\ue00c")
    page.settle()


def test_less_motion(page: Page) -> None:
    pictures_come_six_times_a_second_with_ten_times_the_training(page)
    page.pause()
    nothing_slides(page)
    # A change is seen while paused.
    page.edited(lambda: page.click("[data-dataset='xor']"))
    assert not page.running


def nothing_slides(page: Page) -> None:
    page.run(WATCH)
    touch_all(page)
    assert page.run("return window.moved.size") >= 3, "what can move is seen to move"
    page.click(".more-toggle")
    page.prefer(prefers_reduced_motion="reduce")
    page.wait(lambda: page.run("return document.getAnimations().length") == 0, "all stands still")
    page.run("window.moved.clear()")
    page.control("showTest").click()
    page.hover(page.find(".brand"))
    touch_all(page)
    assert page.run("return [...window.moved]") == []


def pictures_come_six_times_a_second_with_ten_times_the_training(page: Page) -> None:
    page.prefer(prefers_reduced_motion="reduce")
    page.play()
    page.goes_on(3)
    frames = page.run(FRAMES, 13)
    seconds = (frames[-1][0] - frames[0][0]) / 1000
    # Twelve pauses of 1/6 s; a first picture that comes late shortens them by one at most.
    assert 12 / seconds < 12 / 11 * 6.6
    assert median(steps_of(frames)) == 250, "ten epochs of 25 batches"
    page.prefer(prefers_reduced_motion="no-preference")
    page.goes_on(5)
    assert median(steps_of(page.run(FRAMES, 9))) < 250, "pictures come as they did before"
