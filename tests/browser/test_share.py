"""The share dialog: what it hands out opens elsewhere as it was here."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.browser.page import Page
from tests.browser.painting import choose_own

PIXELS = """
    const canvas = document.querySelector(".output-plane .plane-map");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return [canvas.width, ...data.filter((_, i) => i % 4 < 3 && i % 7 === 0)];
"""
METRICS = ("train_loss", "test_loss")


def open_dialog(page: Page, tab: str = "link") -> None:
    page.click("[data-action='share']")
    page.click(f"#tab-share-{tab}")


def link(page: Page) -> str:
    return page.find("[data-share='link']").get_property("value")  # type: ignore[return-value]


def carry(page: Page, weights: str, other_than: str = "") -> str:
    """Chooses what the link carries and returns it."""
    page.find(f"[name='link.weights'][value='{weights}']").click()
    page.wait(lambda: "state=" in link(page) and link(page) != other_than, "the link carries it")
    return link(page)


def boundary(page: Page) -> np.ndarray:
    return np.array(page.run(PIXELS), float)


def visit(page: Page, address: str) -> Page:
    """Opens a link in a tab that knows nothing of the first one."""
    page.spent = True
    page.driver.switch_to.new_window("tab")
    other = Page(page.driver, "")
    other.resize(1440, 900)
    return other.open(address)


def query(page: Page | str) -> dict[str, list[str]]:
    address = page if isinstance(page, str) else page.driver.current_url
    return parse_qs(urlsplit(address).query)


def test_a_link_opens_the_very_same_run_in_another_tab(page: Page) -> None:
    choose_own(page)
    page.play()
    page.wait(lambda: page.step > 200, "it has learned something")
    page.pause()
    step, shown, picture = page.step, [page.metric(name) for name in METRICS], boundary(page)
    open_dialog(page)
    page.wait(lambda: "state=" in link(page), "points come along unasked")
    stored = carry(page, "now", link(page))
    assert len(stored) < 100, "500 points are too long for a link, so the server keeps them"
    page.wait(lambda: page.find(".qr-code").is_displayed(), "there is a QR code")

    other = visit(page, stored)
    assert other.step == step
    assert [other.metric(name) for name in METRICS] == pytest.approx(shown, abs=2e-3)
    assert np.abs(boundary(other) - picture).mean() < 0.5
    assert other.find("[data-dataset='points']").get_attribute("aria-checked") == "true"
    assert not other.notice
    assert query(other)["state"] == query(stored)["state"]
    entries = other.run("return history.length")
    other.edited(lambda: other.click("[data-add='0']"))
    other.wait(lambda: "state" not in query(other), "the address claims the weights no longer")
    other.play()
    other.pause()
    other.driver.refresh()
    other.wait(lambda: other.frames > 0, "the first frame")
    assert other.step > step, "a reload keeps the run"
    assert other.run("return history.length") == entries


def test_a_short_state_is_in_the_link_itself(page: Page) -> None:
    page.click("[data-action='step']")
    page.wait(lambda: page.step == 25, "an epoch")
    shown = boundary(page)
    open_dialog(page)
    page.wait(lambda: link(page), "the link is there")
    assert "state" not in link(page)
    carried = carry(page, "now")
    assert 100 < len(carried) < 200
    page.find("[data-path='link.short']").click()
    page.wait(lambda: link(page) != carried, "the server keeps it")
    assert len(link(page)) < 60
    page.find("[name='link.weights'][value='initial']").click()
    page.wait(lambda: "state" not in link(page), "the seed draws the initial ones")
    other = visit(page, carried)
    assert other.step == 25
    assert np.abs(boundary(other) - shown).mean() < 0.5


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("state=AAAA.1", "damaged"),
        ("v=1&data=xor&state=eNpjYGBgAAAABAAB", "damaged"),
        ("state=aaaaaaaaaaaaaaaa", "no longer has"),
        ("state=AAAA.2", "newer version"),
        ("state=<script>", "damaged"),
        ("state=AAAA.1&state=AAAA.1", "damaged"),
    ],
)
def test_a_link_that_carries_nonsense_opens_the_default(tab: Page, search: str, text: str) -> None:
    tab.allowed += ["404 (NOT FOUND)", "400 (BAD REQUEST)"]
    tab.open(f"/?{search}")
    tab.wait(lambda: text in tab.notice, "the page says so")
    assert tab.step == 0
    assert tab.find("[data-dataset='circle']").get_attribute("aria-checked") == "true"
    tab.wait(lambda: not query(tab), "the address is that of the default")


def test_the_dialog_copies_and_gives_the_focus_back(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.tab_to("[data-action='share']")
    page.press("\n")
    page.wait(lambda: link(page).endswith("/?v=1&data=xor"), "the link is there")
    page.run("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.tab_to("[data-action='copy']")
    page.press("\n")
    page.wait(lambda: "selected" in page.text(".copy-said"), "it says what to do")
    assert page.run("return String(getSelection())") == link(page)
    page.press("\ue00c")
    assert page.run("return document.activeElement.dataset.action") == "share"
    assert not page.find_all(".share-dialog")
