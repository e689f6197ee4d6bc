"""Lessons in the real browser: steps, predictions, hints that reach their goals, progress."""

from __future__ import annotations

import pytest

from tests.browser import axe
from tests.browser.page import Page


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_lesson_from_its_first_to_its_last_step(tab: Page, language: str) -> None:
    tab.open(f"/lesson?name=perceptron-xor&lang={language}")
    read = "JSON.parse(document.getElementById('lesson').textContent)"
    count = tab.run(f"return {read}.lesson.steps.length")
    for step in range(count):
        tab.until("livenet.frames > 0 && document.querySelector('.step-body > *')", "the step")
        choices = tab.find_all(".lesson-choice")
        if choices:
            choices[0].click()
            tab.click("[data-action=answer]")
            tab.until("document.querySelector('.lesson-result p')", "it is explained")
        if tab.find_all(".lesson-goal"):
            tab.click(".lesson-hint summary")
            tab.edited(lambda: tab.click("[data-action=applyHint]"))
            tab.click("[data-action=checkGoal]")
            tab.until("document.querySelector('.goal[data-reached=true]')", "the hint reaches it")
        axe.check(tab, f"step {step + 1}, {language}")
        if step < count - 1:
            before = tab.text(".step-title")
            tab.click("[data-action=next]")
            tab.wait(lambda before=before: tab.text(".step-title") != before, "the next step")
    last = tab.text(".step-title")
    tab.reload()
    tab.wait(lambda: tab.text(".step-title") == last, "the step where one was")
    tab.run("localStorage.clear()")


def test_the_playground_leads_to_the_lessons_in_its_language(tab: Page) -> None:
    tab.open("/?lang=ko")
    tab.click("[data-action=lessons]")
    tab.wait(lambda: len(tab.find_all(".lessons-item")) >= 2, "the list of lessons")
    assert tab.run("return document.documentElement.lang") == "ko"


def test_one_step_alone_for_a_slide(tab: Page) -> None:
    tab.open("/embed?lesson=neuron&step=4&lang=en")
    tab.wait(lambda: tab.text(".step-title") == "The boundary is a line", "the step")
    assert not tab.find_all("[data-action=next]")
    assert tab.run("return document.getElementById('bar').inert"), "nothing before a prediction"
    tab.find_all(".lesson-choice")[0].click()
    tab.edited(lambda: tab.click("[data-action=answer]"))
    assert "Right" in tab.text(".lesson-verdict")
    assert not tab.run("return document.getElementById('bar').inert")


def test_a_reset_leads_back_to_the_weights_of_the_step(tab: Page) -> None:
    tab.open("/lesson?name=neuron&step=6&lang=en")
    tab.until("livenet.frames > 0 && document.querySelector('.lesson-choice')", "the step")
    wrong = "document.querySelector('[data-panel=metrics]').textContent.includes('0.0 %')"
    tab.until(wrong, "every answer is wrong")
    tab.find_all(".lesson-choice")[0].click()
    tab.click("[data-action=answer]")
    tab.until("livenet.step > 20", "it is trained")
    tab.click(".embed-bar .play")
    tab.click("[data-action=reset]")
    tab.until(f"livenet.step === 0 && {wrong}", "every answer is wrong again")
    tab.run("localStorage.clear()")
