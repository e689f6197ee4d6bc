"""Two languages: which one a visit is in, and how it is changed while the network trains."""

from __future__ import annotations

import json

import pytest

from tests.app.servers import ROOT
from tests.browser.page import Page


def catalogue(language: str) -> dict[str, str]:
    return json.loads((ROOT / "static" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))


def spoken(page: Page) -> str:
    """The language of the page; its parts must agree."""
    language = page.run("return document.documentElement.lang")
    words = catalogue(language)
    assert page.run("return document.title") == words["page.title"]
    assert page.text("#data-title") == words["card.data"]
    assert page.text("[data-action='newPoints']") == words["action.newPoints"]
    description = page.find("meta[name=description]").get_attribute("content")
    assert description == words["page.description"]
    return language


def search(page: Page) -> str:
    return page.run("return location.search")


def change_language(page: Page) -> None:
    other = {"en": "ko", "ko": "en"}[spoken(page)]
    page.click("[data-action='language']")
    page.wait(lambda: page.run("return document.documentElement.lang") == other, "the other one")
    page.wait(lambda: page.text("#data-title") == catalogue(other)["card.data"], "its words")


def test_a_visit_speaks_the_language_of_its_address(tab: Page) -> None:
    """That an unknown language is ignored: tests/app and tests/page."""
    assert spoken(tab.open("/?lang=ko#here")) == "ko"
    assert search(tab) == "?lang=ko"
    assert tab.find("[data-action='language']").get_attribute("lang") == "en"
    tab.control("optimizer.name")
    tab.play()
    tab.goes_on()
    tab.pause()
    a_session_that_is_gone_is_told_in_the_language_of_the_page(tab)
    # The address keeps up with the choice.
    change_language(tab)
    assert search(tab) == "?lang=en"
    assert tab.run("return location.hash") == "#here"
    tab.reload()
    assert spoken(tab) == "en"


def a_session_that_is_gone_is_told_in_the_language_of_the_page(tab: Page) -> None:
    tab.wait(lambda: tab.run("return history.state?.session"), "the entry knows its session")
    tab.run("history.replaceState({ session: 'gone'.repeat(8) }, '')")
    tab.reload()
    told = catalogue("ko")["connection.renewed"]
    tab.wait(lambda: tab.text(".notice span") == told, "it says so")


def the_language_changes_while_the_network_trains(page: Page) -> None:
    page.run("window.sameVisit = true")
    token = page.run("return sessionStorage.getItem('livenet.session')")
    page.tile(1, 2).click()
    page.click("#tab-loss")
    page.click(".more-toggle")
    page.choose("optimizer.name", "adam")
    page.play()
    page.wait(lambda: curve(page) > 10, "a curve")
    step, points, rows = page.step, dots(page), curve(page)
    assert points > 100
    change_language(page)
    assert page.run("return document.activeElement.dataset.action") == "language"
    page.wait(lambda: dots(page) == points, "the points are drawn again")
    page.wait(lambda: curve(page) >= rows, "the curve is drawn again")
    page.goes_on()
    assert page.step > step
    assert page.running
    assert page.run("return window.sameVisit")
    assert page.run("return sessionStorage.getItem('livenet.session')") == token
    assert page.text(".unit-title").startswith("은닉층 1, 뉴런 3")
    assert page.control("optimizer.name").get_attribute("value") == "adam"
    assert page.control("initializer.name").is_displayed()
    assert page.find("#tab-loss").get_attribute("aria-selected") == "true"
    assert "lang" not in search(page)
    change_language(page)
    assert spoken(page) == "en"
    page.edited(lambda: page.click("[data-add='0']"))
    page.wait(lambda: page.units == [5, 2], "it is edited as before")
    page.goes_on()
    for css in (".tooltip", ".play", ".tour", ".notice", ".curves .tabs", ".observation", ".gap"):
        assert len(page.find_all(css)) == 1, css


def dots(page: Page) -> int:
    """Points drawn on the plane."""
    return page.run("return document.querySelectorAll('.plane-axes .scatterlayer path').length")


def curve(page: Page) -> int:
    """Points of the curve that is in sight."""
    return page.run(
        """const shown = [...document.querySelectorAll(".curves .curve-chart")]
             .find((chart) => chart.data);
           return shown ? shown.data[0].x.length : 0;"""
    )


@pytest.mark.slow
def test_choices_are_kept_and_the_address_goes_before_the_language(page: Page) -> None:
    the_language_changes_while_the_network_trains(page)
    page.pause()
    a_paused_page_keeps_its_picture(page)
    settings_are_chosen(page)
    assert spoken(page.open()) == "ko"
    settings_are_kept(page)
    assert spoken(page.open("/?lang=en")) == "en"
    what_is_stored_and_no_choice_counts_for_nothing(page)


def a_paused_page_keeps_its_picture(page: Page) -> None:
    """It is in the other language then."""
    points = page.wait(lambda: dots(page), "points are drawn")
    picture = page.run("return document.querySelector('.plane-map').toDataURL()")
    frames, step = page.frames, page.step
    change_language(page)
    page.wait(lambda: page.frames > frames, "the last frame is painted again")
    assert page.run("return document.querySelector('.plane-map').toDataURL()") == picture
    page.wait(lambda: dots(page) == points, "the points are drawn again")
    assert page.step == step


def settings_are_chosen(page: Page) -> None:
    page.click(".settings-open")
    assert page.find(".page-settings").get_attribute("role") == "dialog"
    for css in ("[value=dark]", "[value=alternative]", "[data-path=pauseHidden]"):
        page.click(f".page-settings {css}")
    page.click(".settings-open")
    assert not page.find_all(".page-settings"), "a second press closes them"


def settings_are_kept(page: Page) -> None:
    assert page.run("return document.documentElement.dataset.theme") == "dark"
    page.click(".settings-open")
    assert page.find("[data-path=theme]:checked").get_attribute("value") == "dark"
    assert page.find("[data-path=colours]:checked").get_attribute("value") == "alternative"
    assert not page.control("pauseHidden").is_selected()
    colours = page.run(
        """return [...document.querySelectorAll(".pair > span")]
             .map((one) => getComputedStyle(one).backgroundColor)"""
    )
    assert len(set(colours)) == 4, "each pair is shown in its own colours"


def what_is_stored_and_no_choice_counts_for_nothing(page: Page) -> None:
    """What is stored of the language: tests/page."""
    page.run(
        """for (const key of ["theme", "colours", "pauseHidden", "visited"])
             localStorage.setItem(`livenet.${key}`, "<b>no such choice</b>");"""
    )
    page.open()
    assert spoken(page) == "ko", "a link to one language was no choice"
    page.click(".settings-open")
    for path, value in (("theme", "auto"), ("colours", "standard")):
        assert page.find(f"[data-path='{path}']:checked").get_attribute("value") == value
    assert page.control("pauseHidden").is_selected()
