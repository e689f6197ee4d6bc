"""Plain help: every term on the screen explains itself, however it is pointed at."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from tests.browser.finger import Finger
from tests.browser.page import Page
from tests.sizes import at_night

#: What needs no explanation: names, values, whole sentences, and what is itself an explanation.
PLAIN = ", ".join(
    [".brand", "output", "option", "svg", ".notice", ".observation p", ".hint", ".tour", ".tooltip",
     ".popover-title", ".sr-only", ".first-note", ".time-thumb",
     ".points-dialog :is(h2, h3, p, button, .dialog-note)"]
)  # fmt: skip


def unexplained(page: Page) -> list[str]:
    """Visible texts that stand in nothing with help."""
    return page.run(
        """const found = [];
           const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
           while (walker.nextNode()) {
             const { data, parentElement: at } = walker.currentNode;
             if (!/\\p{L}/u.test(data) || at.closest(arguments[0])) continue;
             if (!at.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
             if (!at.closest("[data-help]:not([data-help=''])")) found.push(data.trim());
           }
           return found;""",
        PLAIN,
    )


def keys_in_sight(page: Page) -> list[str]:
    """Texts and names that are keys of the catalogue: their words are missing."""
    return page.run(
        """const texts = [];
           for (const element of document.body.querySelectorAll("*")) {
             if (element.closest("script")) continue;
             texts.push(element.getAttribute("aria-label"), element.dataset.help);
             for (const node of element.childNodes) {
               if (node.nodeType === Node.TEXT_NODE) texts.push(node.data.trim());
             }
           }
           return texts.filter((text) => /^[a-z]\\w*(\\.\\w+)+$/.test(text ?? ""));"""
    )


def check(page: Page, where: str) -> None:
    assert unexplained(page) == [], where
    assert keys_in_sight(page) == [], where


def help_of(page: Page) -> str:
    """The help that is shown; "" for none."""
    tip = page.find(".tooltip")
    return tip.text if tip.is_displayed() else ""


@pytest.mark.slow
@pytest.mark.parametrize("language", [at_night("en"), "ko"])
def test_every_term_explains_itself(tab: Page, language: str) -> None:
    page = tab.open(f"/?lang={language}")
    check(page, "at the start")
    page.click(".more-toggle")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for path, values in (
        ("optimizer.name", ["momentum", "adadelta", "adamw", "lion"]),
        ("schedule.name", ["exponential", "cosine"]),
        ("activation", ["prelu"]),
    ):
        for value in values:
            page.edited(lambda path=path, value=value: page.choose(path, value))
            check(page, value)
    for name in ("blobs", "plane"):
        page.edited(lambda name=name: page.click(f"[data-dataset='{name}']"))
        check(page, name)
    page.edited(lambda: page.control("regularization.l2").send_keys("\ue014" * 3))
    page.tile(1, 0).click()
    page.wait(lambda: page.find("#panel-unit").is_displayed(), "the unit is shown")
    check(page, "a pinned unit")
    page.click("[data-menu='0']")
    check(page, "the menu of a layer")
    page.click(".settings-open")
    check(page, "the settings")
    page.click(".settings-open")
    page.click(".unit .bias")
    page.wait(lambda: page.find_all(".weight-editor"), "the editor opens")
    check(page, "the editor of a weight")


@pytest.mark.slow
def test_own_points_explain_themselves(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='points']"))
    page.wait(lambda: page.find(".point-tools").is_displayed(), "the tools to paint with")
    check(page, "own points")
    page.click("[data-action='table']")
    page.wait(lambda: page.find_all(".points-dialog td"), "the table")
    check(page, "the table")
    page.hover(page.find(".points-dialog th[data-help]"))
    page.wait(lambda: "Horizontal" in help_of(page), "help above a dialog")
    assert page.run("return document.querySelector('.tooltip').matches(':popover-open')")


def test_every_term_explains_itself_on_a_phone(tab: Page) -> None:
    tab.resize(360, 740)
    tab.open()
    tab.click(".sheet-open")
    tab.click(".sheet .more-toggle")
    check(tab, "all controls")


@pytest.mark.slow
def test_help_says_what_is_chosen(page: Page) -> None:
    field = page.control("activation").find_element(By.XPATH, "ancestor::div[@data-help]")
    for value, text in (("relu", "ReLU: 0 for negative inputs"), ("sin", "Sine: a wave")):
        page.edited(lambda value=value: page.choose("activation", value))
        page.wait(lambda text=text: text in (field.get_attribute("data-help") or ""), value)
        chip = page.find(".chip-wrap").get_attribute("data-help") or ""
        assert text in chip
        assert chip.count("\n") == 1


def covered(page: Page) -> list[str]:
    """What can be pressed and lies under the help."""
    return page.run(
        """const tip = document.querySelector(".tooltip").getBoundingClientRect();
           return [...document.querySelectorAll("a, button, input, select, summary, label")]
             .filter((one) => one.checkVisibility())
             .filter((one) => {
               const box = one.getBoundingClientRect();
               return box.left < tip.right && box.right > tip.left
                 && box.top < tip.bottom && box.bottom > tip.top;
             })
             .map((one) => one.outerHTML.slice(0, 60))"""
    )


def test_help_comes_by_mouse(page: Page) -> None:
    term = page.find("[data-metric='test_loss']")
    page.hover(page.find(".play"))
    page.wait(lambda: "Starts or pauses" in help_of(page), "help of a button")
    assert covered(page) == [], "nothing that can be pressed is under it"
    page.click(".play")
    assert not help_of(page), "it goes with the click"
    page.goes_on(20)
    page.click(".play")
    assert not help_of(page), "and does not come back while the pointer stays"
    page.hover(term)
    page.wait(lambda: "not used for training" in help_of(page), "help under the pointer")
    page.hover(page.find(".brand"))
    page.wait(lambda: not help_of(page), "it goes with the pointer")
    assert term.get_attribute("aria-describedby") is None


def test_help_comes_by_keyboard(page: Page) -> None:
    page.tab_to("#tab-loss")
    page.wait(lambda: "loss over the updates" in help_of(page), "help of what has the focus")
    described = page.run("return document.activeElement.getAttribute('aria-describedby')")
    assert described == "tooltip"
    page.press("\ue00c")
    assert not help_of(page), "Escape hides it"
    page.tab_to("[data-path='optimizer.name']")
    page.wait(lambda: "SGD: " in help_of(page), "help of a control")


@pytest.mark.slow
def test_help_comes_by_a_long_press_that_does_nothing_else_and_by_a_tap_on_a_term(
    page: Page,
) -> None:
    finger = Finger(page)
    finger.down(page.find(".play"))
    page.wait(lambda: "Starts or pauses" in help_of(page), "help under the finger")
    finger.up()
    assert "Starts or pauses" in help_of(page), "it stays to be read"
    assert not page.running, "a long press is no click"
    finger.down(page.find(".brand"))
    page.wait(lambda: not help_of(page), "the next touch hides it")
    finger.up()
    finger.down(page.find(".play"))
    finger.up()
    page.wait(lambda: page.running, "a tap is a click")
    assert not help_of(page)
    # Nothing else is to be done with a plain term.
    page.pause()
    for css, text in (
        ("[data-metric='train_loss']", "the training data"),
        (".field-label", "pass over"),
    ):
        finger.down(page.find(css))
        finger.up()
        page.wait(lambda text=text: text in help_of(page), css)
