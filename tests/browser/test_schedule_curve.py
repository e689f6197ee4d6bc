"""The schedule of the learning rate as the page shows it."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page

pytestmark = pytest.mark.slow


def points(page: Page) -> list[tuple[float, float]]:
    """The line, from the top left corner, in shares of the picture."""
    text, box = page.run(
        """const svg = document.querySelector(".schedule-picture svg");
           return [svg.firstChild.getAttribute("points"), svg.getAttribute("viewBox")];"""
    )
    width, height = map(float, box.split()[2:])
    pairs = [place.split(",") for place in text.split()]
    return [(float(x) / width, float(y) / height) for x, y in pairs]


def dot(page: Page) -> tuple[float, float]:
    place = page.run(
        "const { style } = document.querySelector('.schedule-dot'); return [style.left, style.top]"
    )
    return float(place[0].rstrip("%")) / 100, float(place[1].rstrip("%")) / 100


def rate(page: Page) -> float:
    return float(page.text(".schedule .field-value").replace("−", "-"))


def test_the_curve_comes_with_a_schedule_and_follows_it(page: Page) -> None:
    page.click(".more-toggle")
    it_follows_the_numbers(page)
    the_strip_stays_as_it_is_when_a_schedule_begins(page)
    the_dot_and_the_rate_follow_the_training(page)


def it_follows_the_numbers(page: Page) -> None:
    assert not page.find(".schedule-picture").is_displayed()
    assert not page.find(".rate-now").is_displayed()
    page.edited(lambda: page.choose("schedule.name", "step"))
    assert page.find(".schedule-picture").is_displayed()
    stairs = points(page)
    heights = sorted({round(y, 3) for _, y in stairs})
    assert heights == pytest.approx([1 - 0.5**n for n in range(6)], abs=1e-3)
    page.edited(lambda: page.choose("schedule.name", "cosine"))
    assert [y for _, y in points(page)] == sorted(y for _, y in points(page))
    assert points(page)[-1][1] == 1
    page.edited(lambda: page.control("schedule.warmup_steps").send_keys(*[Keys.PAGE_UP] * 20))
    assert points(page)[0] == (0, 1), "a warm-up begins at 0"
    assert min(y for _, y in points(page)) < 0.02
    page.edited(lambda: page.choose("schedule.name", "constant"))
    assert page.find(".schedule-picture").is_displayed(), "a warm-up is a schedule too"
    page.edited(lambda: page.control("schedule.warmup_steps").send_keys(Keys.HOME))
    page.wait(lambda: not page.find(".schedule-picture").is_displayed(), "none is drawn")


def the_strip_stays_as_it_is_when_a_schedule_begins(page: Page) -> None:
    def places() -> dict[str, float]:
        return page.run(
            """return Object.fromEntries([...document.querySelectorAll(".strip [class*=control-]")]
                 .map((e) => [e.className, e.getBoundingClientRect().x]))"""
        )

    before = places()
    page.edited(lambda: page.choose("schedule.name", "cosine"))
    page.wait(lambda: page.find(".rate-now").is_displayed(), "the rate is said")
    assert places() == before


def the_dot_and_the_rate_follow_the_training(page: Page) -> None:
    page.edited(lambda: page.choose("schedule.name", "exponential"))
    page.wait(lambda: rate(page) == 0.03, "the rate at the start")
    assert dot(page) == (0, 0)
    page.play()
    page.wait(lambda: rate(page) < 0.02, "the rate falls")
    page.pause()
    expected = 0.03 * 0.5 ** (page.step / 1000)
    page.wait(lambda: rate(page) == pytest.approx(expected, rel=6e-3), "the present rate")
    x, y = dot(page)
    assert y == pytest.approx(1 - expected / 0.03, abs=1e-3)
    nearest = min(points(page), key=lambda place: abs(place[0] - x))
    assert nearest[1] == pytest.approx(y, abs=0.03), "the dot is on the line"
    assert page.text(".rate-now") == f"now {page.text('.schedule .field-value')}"
    told = page.find(".schedule-picture").get_attribute("aria-label") or ""
    assert f"At update {page.step:,}" in told
