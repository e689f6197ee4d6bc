"""axe-core finds nothing to object to: every state of the page, light and dark, any width.

`make test` looks at the states that show most, several of them at once; the nightly run at each.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.axe import OF_COLOURS, check, check_themes
from tests.browser.page import Page
from tests.browser.painting import choose_own
from tests.browser.strokes import DIGITS, draw

PHONE_SIZE = (360, 740, True)

State = Callable[[Page], None]


def press(page: Page, element: WebElement) -> None:
    """Clicks an element, where the strip does not cover it."""
    page.run("arguments[0].scrollIntoView({ block: 'center' })", element)
    element.click()


def as_it_opens(page: Page) -> None:
    page.wait(lambda: page.find_all("#panel-loss .xtick"), "the curves are drawn")


def training(page: Page) -> None:
    page.play()
    page.goes_on(10)


def everything_unfolded(page: Page) -> None:
    page.click(".more-toggle")
    page.run("for (const e of document.querySelectorAll('details')) e.open = true")
    page.choose("optimizer.name", "adam")
    page.choose("schedule.name", "step")
    page.wait(lambda: page.find(".schedule-picture").is_displayed(), "the schedule is drawn")


def classes(page: Page) -> None:
    page.edited(lambda: press(page, page.find("[data-dataset='arms']")))
    press(page, page.control("showTest"))


def regression(page: Page) -> None:
    page.edited(lambda: press(page, page.find("[data-dataset='bumps']")))
    press(page, page.find("#tab-score"))


def diverged(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='plane']"))
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.END))
    page.click(".play")
    page.wait(lambda: page.find_all("[data-observation='diverged']"), "it diverged")


def a_pinned_unit(page: Page) -> None:
    page.tile(1, 0).click()
    page.wait(lambda: page.find_all(".unit-histogram .trace"), "the histogram is drawn")


def the_gradients(page: Page) -> None:
    press(page, page.find("#tab-flow"))
    page.wait(lambda: page.find_all("#panel-flow .flow-table tbody tr"), "the gradients")


def a_layer_space(page: Page) -> None:
    """The hidden space of a layer, in the place of the network."""
    press(page, page.find("[data-menu='0']"))
    press(page, page.find("[data-action='showSpace']"))
    page.wait(lambda: page.find_all(".space-card"), "the spaces")


def the_landscape(page: Page) -> None:
    press(page, page.find("[data-action='landscape']"))
    page.wait(lambda: page.find_all(".landscape-plot .plot-container"), "the landscape")
    page.wait(lambda: page.text(".landscape-words"), "what it says")


def the_race(page: Page) -> None:
    """All that is said of it: of all its networks, of one, of two."""
    press(page, page.find("[data-action='race']"))
    page.choose("race.epochs", "20")
    press(page, page.find(".race [data-action='race']"))
    page.wait(lambda: page.find_all(".race-cell.ahead"), "the networks")
    press(page, page.find(".race-cell"))


def the_surfaces(page: Page) -> None:
    """Optimizers on their way down a classic surface."""
    press(page, page.find("[data-action='race']"))
    press(page, page.find("[data-path='race.place'][value='surface']"))
    page.wait(lambda: page.find_all(".race-surface .plot-container"), "the map")


def one_update(page: Page) -> None:
    """Its formulas, and the table of all its numbers."""
    press(page, page.find("[data-action='openStep']"))
    page.until("document.activeElement.dataset.path === 'step.stage'", "the stages")
    page.press(Keys.END)
    page.wait(lambda: page.find_all(".step-formulas details"), "the formulas")
    page.run("document.querySelector('.step-table').open = true")
    page.wait(lambda: page.find_all(".step-table tbody tr"), "all numbers")


def a_switched_off_unit(page: Page) -> None:
    """The network with and without it."""
    a_pinned_unit(page)
    press(page, page.find("[data-action='switchUnit']"))
    page.wait(lambda: page.text(".ablation-panel tbody td"), "the comparison")


def a_hovered_unit(page: Page) -> None:
    page.hover(page.tile(1, 1))


def a_layer_menu(page: Page) -> None:
    page.click("button.head-name")
    page.wait(lambda: page.find(".popover").is_displayed(), "the menu")


def a_weight_editor(page: Page) -> None:
    page.tile(1, 0).send_keys("e")
    page.wait(lambda: page.find(".popover").is_displayed(), "the editor")


def the_page_settings(page: Page) -> None:
    page.click("[data-action='settings']")
    page.wait(lambda: page.find(".popover").is_displayed(), "the settings")


def other_colours(page: Page) -> None:
    the_page_settings(page)
    page.click("input[data-path='colours'][value='alternative']")


def a_tooltip(page: Page) -> None:
    page.hover(page.find(".control-rate .field-label"))
    page.wait(lambda: page.tooltip, "the tooltip")


def a_readout(page: Page) -> None:
    page.hover(page.find(".output-plane .plane-map"))
    page.wait(lambda: page.tooltip, "the readout")


def no_hidden_layer(page: Page) -> None:
    page.edited(lambda: page.choose("preset", "xor_feature"))


def the_largest_network(page: Page) -> None:
    page.edited(lambda: page.choose("preset", "vanishing"))


def the_tour(page: Page) -> None:
    page.click("[data-action='tour']")
    page.wait(lambda: page.find_all("[data-action='tourNext']"), "the tour")


def looking_back(page: Page) -> None:
    for epoch in (1, 2, 3):
        page.click("[data-action='oneEpoch']")
        page.wait(lambda epoch=epoch: page.text(".epoch-value") == str(epoch), "an epoch")
    page.wait(lambda: page.find(".time-line").is_displayed(), "the time line")
    page.run("document.querySelector('.time-line').focus()")
    page.press(Keys.HOME)
    page.wait(lambda: page.find(".time-note").is_displayed(), "the past")


def the_points(page: Page) -> None:
    page.click("[data-action='table']")
    page.wait(lambda: page.find_all("dialog[open]"), "the dialog")


def own_points(page: Page) -> None:
    the_points(page)
    page.edited(lambda: page.click("[data-action='makePoints']"))


def painting(page: Page) -> None:
    """Follows `own_points`."""
    page.wait(lambda: page.find("[data-action='paint']").is_displayed(), "the brush is offered")


def a_bad_csv(page: Page) -> None:
    page.allowed.append("/api/points")
    the_points(page)
    page.run("document.querySelector('.paste').value = 'x1,x2,label\\n1,two,0'")
    page.click("[data-action='loadPoints']")
    page.wait(lambda: page.text(".import-said"), "the page answers")


def korean(page: Page) -> None:
    page.click("[data-action='language']")
    page.wait(lambda: page.run("return document.documentElement.lang") == "ko", "Korean")


def a_refused_edit(page: Page) -> None:
    page.run(
        """const optimizer = document.querySelector("[data-path='optimizer.name']");
           optimizer.append(new Option("?", "perpetual_motion"));"""
    )
    page.choose("optimizer.name", "perpetual_motion")
    page.wait(lambda: page.notice, "the server's error is shown")


def digits(page: Page) -> None:
    if page.find("[data-dataset='digits']").get_attribute("aria-checked") == "true":
        return
    page.edited(lambda: press(page, page.find("[data-dataset='digits']")))
    page.wait(lambda: page.find_all(".confusion-chart .xtick"), "the matrix is drawn")


def an_image_unit(page: Page) -> None:
    digits(page)
    press(page, page.find("[data-block='0']"))
    page.wait(lambda: page.find_all(".exciting .picture"), "what excites it")
    press(page, page.find("[data-path='onlyWrong']"))
    press(page, page.find(".image-sets summary"))


def a_drawing(page: Page) -> None:
    digits(page)
    press(page, page.find("#tab-draw"))
    for switch in ("showSaliency", "showNearest"):
        press(page, page.control(switch))
    page.run("document.querySelector('.paper').scrollIntoView({ block: 'center' })")
    draw(page, DIGITS[3])
    page.wait(lambda: len(page.find_all(".explanation .picture")) == 9, "the nearest are shown")


def a_confusion_cell(page: Page) -> None:
    digits(page)
    press(page, page.find(".cell-place[data-at='0']"))
    page.wait(lambda: page.text(".cell-title").startswith("0"), "the cell is chosen")


def a_hidden_space(page: Page) -> None:
    digits(page)
    press(page, page.find("#tab-space"))
    page.wait(lambda: page.find_all(".cloud-axes .scatterlayer"), "the points are drawn")
    press(page, page.find(".class-chip"))
    # Up again: axe takes the sizes of buttons that the strip covers in part.
    page.run("scrollTo(0, 0)")


def the_sheet(page: Page) -> None:
    page.click(".sheet-open")
    page.click(".more-toggle")


def sharing(page: Page) -> None:
    page.click("[data-action='share']")
    for tab in ("link", "code", "embed"):
        page.click(f"#tab-share-{tab}")
    page.click(".share-dialog summary")
    page.find("[name='embed-weights'][value='now']").click()
    page.find("[name='embed-kind'][value='link']").click()
    page.wait(lambda: "127.0.0.1" in page.text(".share-side .share-reach"), "who can open it")


def everything_at_once(page: Page) -> None:
    """Follows `the_whole_dialog`: tools to paint with, every control, a unit, and a past to see."""
    everything_unfolded(page)
    a_pinned_unit(page)
    looking_back(page)


def the_whole_dialog(page: Page) -> None:
    """A table of one's own points that can be edited, below a file that was refused."""
    a_bad_csv(page)
    page.edited(lambda: page.click("[data-action='makePoints']"))


def an_image_unit_and_a_cell(page: Page) -> None:
    an_image_unit(page)
    a_confusion_cell(page)


#: States that follow one another in one page, each closed before the next.
LAPTOP: dict[str, tuple[State, ...]] = {
    "usual": (
        as_it_opens, a_readout, the_landscape, the_race, the_gradients, one_update, a_layer_space,
        a_layer_menu, a_weight_editor, the_page_settings, sharing, the_tour, a_refused_edit,
        the_whole_dialog, a_switched_off_unit, everything_at_once, korean,
    ),
    "usual images": (an_image_unit_and_a_cell, a_hidden_space, a_drawing),
    "looking": (
        as_it_opens, a_hovered_unit, a_tooltip, a_readout, a_layer_menu, a_weight_editor,
        the_page_settings, sharing, the_tour, a_refused_edit, other_colours, korean,
    ),
    "training": (looking_back, training, a_pinned_unit, choose_own, diverged),
    "networks": (classes, regression, no_hidden_layer, the_largest_network, everything_unfolded),
    "points": (the_points, a_bad_csv, own_points, painting),
    "images": (an_image_unit, a_confusion_cell, a_hidden_space, a_drawing),
}  # fmt: skip
PHONE: dict[str, tuple[State, ...]] = {
    "usual": (classes, the_page_settings, the_whole_dialog, a_switched_off_unit, the_sheet),
    "usual images": (a_drawing,),
    "looking": (
        as_it_opens,
        the_page_settings,
        the_tour,
        sharing,
        one_update,
        the_race,
        the_surfaces,
        classes,
        regression,
        korean,
    ),
    "points": (the_points, a_bad_csv, own_points, painting, the_sheet),
    "images": (a_confusion_cell, a_hidden_space, a_drawing),
}


def by_day_and_night(walks: dict[str, tuple[State, ...]]) -> list[object]:
    """The walk of `make test`, that through images, and the longer ones at night."""
    marks = {"usual": [], "usual images": [pytest.mark.slow]}
    return [pytest.param(name, marks=marks.get(name, [pytest.mark.nightly])) for name in walks]


#: What a state adds to the page, which has been looked at without it.
ADDED: dict[State, str] = {
    the_landscape: "dialog[open]", the_race: "dialog[open]", the_surfaces: "dialog[open]",
    one_update: ".card.network",
    a_pinned_unit: ".curves", the_gradients: ".curves", a_layer_space: ".card.network",
    a_hovered_unit: ".output-plane", a_layer_menu: ".popover", a_weight_editor: ".popover",
    the_page_settings: ".popover", a_tooltip: ".tooltip", a_readout: ".tooltip", the_tour: "#tour",
    the_points: "dialog[open]", own_points: "dialog[open]", a_bad_csv: "dialog[open]",
    the_whole_dialog: "dialog[open]", sharing: "dialog[open]", a_refused_edit: "#notice",
}  # fmt: skip


def close(page: Page) -> None:
    """Leaves a state: nothing is open, the present is shown, and nothing trains."""
    page.press(Keys.ESCAPE)
    page.run(
        """document.querySelectorAll("dialog[open]").forEach((one) => one.close());
           scrollTo(0, 0);"""
    )
    page.click(".brand")
    page.until(
        """![...document.querySelectorAll(".popover, dialog, .tour, .time-note, #tooltip")]
             .some((one) => one.checkVisibility())""",
        "nothing is open",
    )
    if page.running:
        page.pause()


def walk(page: Page, device: str, states: tuple[State, ...]) -> None:
    for state in states:
        if state is not states[0]:
            close(page)
        state(page)
        check_themes(page, f"{device}, {state.__name__}", ADDED.get(state))


@pytest.mark.slow
@pytest.mark.parametrize("states", by_day_and_night(LAPTOP))
def test_a_laptop(page: Page, states: str) -> None:
    walk(page, "laptop", LAPTOP[states])


@pytest.mark.slow
@pytest.mark.parametrize("states", by_day_and_night(PHONE))
def test_a_phone(tab: Page, states: str) -> None:
    tab.resize(*PHONE_SIZE)
    tab.open()
    walk(tab, "phone", PHONE[states])


@pytest.mark.nightly
def test_every_step_of_the_tour(page: Page) -> None:
    the_tour(page)
    for step in range(6):
        check(page, f"step {step} of the tour", root="#tour")
        page.click("[data-action='tourNext']")


def test_axe_itself_works_here(page: Page) -> None:
    """It objects to what is plainly wrong."""
    page.run("document.querySelector('.play').removeAttribute('aria-label')")
    with pytest.raises(AssertionError, match="button-name"):
        check(page, "without a name", root=".strip")
    page.run("document.querySelector('.field-label').style.color = 'rgb(128 128 128 / 30%)'")
    with pytest.raises(AssertionError, match="color-contrast"):
        check(page, "too pale", OF_COLOURS, root=".strip")
