"""The address tells the state of the page, and opens it again."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.page import Page
from tests.browser.painting import UNDO, choose_own, go_back
from tests.sizes import at_night


def query(page: Page) -> str:
    return urlsplit(page.driver.current_url).query


def token(page: Page) -> str:
    return page.run("return sessionStorage.getItem('livenet.session')")


def said(page: Page, expected: str) -> None:
    page.wait(lambda: query(page) == expected, f"the address says {expected!r}")


def test_the_address_follows_the_page_and_brings_it_back(page: Page) -> None:
    the_address_follows_every_edit_and_the_back_button_is_left_alone(page)
    a_reload_keeps_the_run_and_another_link_starts_its_own(page)
    points_of_ones_own_stay_in_the_tab(page)


def the_address_follows_every_edit_and_the_back_button_is_left_alone(page: Page) -> None:
    said(page, "")
    entries = page.run("return history.length")
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.edited(lambda: page.click("[data-add='0']"))
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    said(page, "v=1&data=xor&layers=5,2&optimizer=adam")
    go_back(page, UNDO)
    said(page, "v=1&data=xor&layers=5,2")
    assert page.run("return history.length") == entries
    page.choose("preset", "circle")
    said(page, "")
    assert page.run("return history.length") == entries


def a_reload_keeps_the_run_and_another_link_starts_its_own(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='xor']"))
    said(page, "v=1&data=xor")
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: page.step == 25, "an epoch")
    step, session = page.step, token(page)
    page.reload()
    assert page.step == step
    page.allowed.append("Page entered Back-Forward Cache")
    page.open("/?lang=ko&v=1&data=spiral&layers=8:elu*3&optimizer=adam&rate=0.005")
    assert page.step == 0
    assert token(page) != session
    assert page.units == [8, 8, 8]
    assert page.find("[data-dataset='spiral']").get_attribute("aria-checked") == "true"
    assert page.value("optimizer.learning_rate") == "0.005"
    assert page.run("return document.documentElement.lang") == "ko"
    page.edited(lambda: page.click("[data-dataset='gauss']"))
    said(page, "lang=ko&v=1&data=gauss&layers=8:elu*3&optimizer=adam&rate=0.005")
    page.wait(lambda: page.run("return history.state?.session") == token(page), "it is noted")
    page.driver.back()
    page.wait(lambda: token(page) == session and page.frames > 0, "its session is taken up")
    assert page.step == step, "Back comes to the run that was left"
    assert page.find("[data-dataset='xor']").get_attribute("aria-checked") == "true"


def points_of_ones_own_stay_in_the_tab(page: Page) -> None:
    choose_own(page)
    page.wait(lambda: "data=points" in query(page), "the address names them")
    page.reload()
    assert not page.notice
    assert page.find("[data-dataset='points']").get_attribute("aria-checked") == "true"


@pytest.fixture(params=["websocket", at_night("http")])
def reached(request: pytest.FixtureRequest, tab: Page) -> Page:
    """A tab that reaches the server in one of the two ways."""
    return tab if request.param == "websocket" else request.getfixturevalue("over_http")


def test_what_the_server_refuses_opens_the_default_and_says_why(reached: Page) -> None:
    page = reached
    page.allowed.append("400 (BAD REQUEST)")
    page.open("/?v=1&data=xor&rate=11")
    page.wait(lambda: "cannot be combined" in page.notice, "the page says so")
    assert "Learning rate" in page.notice
    said(page, "")
    page.play()


#: What cannot be read -> what the page says of it. That each mistake is named: tests/page.
UNREADABLE = {
    "v=1&data=<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "v=1&data=points&layers=3": "custom points of this link",
}


def test_what_cannot_be_read_is_said(tab: Page) -> None:
    for search, text in UNREADABLE.items():
        tab.open(f"/?{search}")
        tab.wait(lambda text=text: text in tab.notice, "the page says so")
        assert tab.units == ([3] if "layers" in search else [4, 2])
        assert tab.find("[data-dataset='circle']").get_attribute("aria-checked") == "true"


#: Holds the catalogue of words back until `speak` is called.
SLOW_WORDS = """
    const { fetch: ask } = window;
    const held = new Promise((done) => { window.speak = done; });
    window.fetch = async (url, ...rest) => {
      if (String(url).includes("/i18n/")) await held;
      return ask(url, ...rest);
    };
"""


def test_a_broken_link_waits_for_words(tab: Page) -> None:
    """Served from here, the run is there before the words are."""
    tab.command("Page.addScriptToEvaluateOnNewDocument", source=SLOW_WORDS)
    tab.driver.get(f"{tab.url}/?v=7&data=xor")
    tab.wait(lambda: token(tab), "the run is there")
    assert not tab.find_all(".notice")
    tab.run("window.speak()")
    tab.wait(lambda: "newer version" in tab.notice, "the page says so")
